import sharp from "sharp";
import type { Face } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";

/** One face of a study, ready to be placed on a sheet. */
export interface ContactTile {
  /** JPEG of the face, square, `TILE_PX` wide. */
  readonly portrait: Uint8Array;
  /** Where it comes from, e.g. `img_0412.jpg F2`. */
  readonly title: string;
  /** Strongest expression and action units, e.g. `happiness 0.93` and `AU6 AU12 AU25`. */
  readonly lines: readonly string[];
}

export const TILE_PX = 160;
const TEXT_PX = 58;
const GAP_PX = 12;
const COLUMNS = 8;

/** How many faces one sheet shows. */
export const TILES_PER_SHEET = 64;

/** What a tile says of a face: its top expression by the first witness and the action units it shows, strongest first. */
export function describeTile(face: Face): string[] {
  const measurement = face.measurements[0];
  const [top] = [...(measurement?.expressions[0]?.distribution ?? [])].sort((a, b) => b.probability - a.probability);
  const shown = (measurement?.actionUnits ?? [])
    .filter((unit) => unit.side === "both" && presenceOf(unit) === "present")
    .sort((a, b) => b.value - a.value)
    .slice(0, 5);
  return [
    top === undefined ? "no expression measured" : `${top.label} ${top.probability.toFixed(2)}`,
    shown.length === 0 ? "no action unit" : shown.map((unit) => unit.au).join(" "),
  ];
}

/** Draws up to `TILES_PER_SHEET` faces in rows of eight. @returns a JPEG. */
export async function renderContactSheet(tiles: readonly ContactTile[]): Promise<Uint8Array> {
  const rows = Math.ceil(tiles.length / COLUMNS);
  const width = COLUMNS * (TILE_PX + GAP_PX) + GAP_PX;
  const height = rows * (TILE_PX + TEXT_PX + GAP_PX) + GAP_PX;
  const place = (index: number) => ({
    left: GAP_PX + (index % COLUMNS) * (TILE_PX + GAP_PX),
    top: GAP_PX + Math.floor(index / COLUMNS) * (TILE_PX + TEXT_PX + GAP_PX),
  });
  const portraits = tiles.map((tile, index) => ({ input: Buffer.from(tile.portrait), ...place(index) }));
  const texts = tiles.map((tile, index) => tileText(tile, place(index))).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Arial, sans-serif">${texts}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
    .composite([...portraits, { input: Buffer.from(svg), left: 0, top: 0 }])
    .jpeg({ quality: 88 })
    .toBuffer();
}

function tileText(tile: ContactTile, { left, top }: { left: number; top: number }): string {
  const [expression, ...rest] = tile.lines;
  const y = top + TILE_PX;
  const line = (text: string, offset: number, style: string) =>
    `<text x="${left}" y="${y + offset}" ${style}>${escapeXml(shorten(text))}</text>`;
  return [
    line(tile.title, 16, 'font-size="11" fill="#666"'),
    line(expression ?? "", 33, 'font-size="13" font-weight="bold" fill="#111"'),
    ...rest.map((text, index) => line(text, 49 + index * 14, 'font-size="11" fill="#333"')),
  ].join("");
}

const CHARACTERS_PER_TILE = 25;

function shorten(text: string): string {
  return text.length <= CHARACTERS_PER_TILE ? text : `…${text.slice(1 - CHARACTERS_PER_TILE)}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
