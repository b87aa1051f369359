import sharp from "sharp";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { ActionUnitMeasurement, Face } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import { fitText, svgText, type TextStyle, textWidth } from "./vector-text.ts";

/** One face, ready to be placed on a sheet. */
export interface ContactTile {
  /** JPEG of the face, `TILE_PX` square. */
  readonly portrait: Uint8Array;
  /** Where it comes from: file, face, and time in a video. */
  readonly title: string;
  /** What is said first, with a bar: a label, its value, and how much of the bar is filled, 0..1. */
  readonly heading: { readonly label: string; readonly value: string; readonly share: number } | null;
  /** At most two short lines, e.g. of action units. */
  readonly lines: readonly string[];
  /** What to beware of, e.g. a low quality; `null` when nothing. */
  readonly warning: string | null;
}

export const TILE_PX = 176;
const TEXT_PX = 100;
const GAP_PX = 18;
const MARGIN_PX = 32;
const HEADER_PX = 64;
const COLUMNS = 8;

/** How many faces one sheet shows. */
export const TILES_PER_SHEET = 56;

/** Half a face of surroundings, so that a tilted head is not cut. */
const PORTRAIT_SCALE = 1.4;
const MOST_ACTION_UNITS = 4;
const TRUSTED_FROM = 0.5;

const INK = {
  dark: "#1c1c1e",
  medium: "#5a5a60",
  light: "#9a9aa2",
  track: "#e8e8ec",
  bar: "#3a6ea5",
  warning: "#b4541a",
};

/** Cuts a face out and gathers what its tile says. @param title see `ContactTile`. */
export async function createTile(image: DecodedImage, face: Face, title: string): Promise<ContactTile> {
  return { portrait: await portraitOf(image, face.box), title, ...describeFace(face) };
}

/** What a tile says of a face: top expression and strongest action units, by the first toolbox that measured each. */
function describeFace({ measurements }: Face): Pick<ContactTile, "heading" | "lines" | "warning"> {
  const reading = measurements.flatMap(({ expressions }) => expressions)[0];
  const [top] = [...(reading?.distribution ?? [])].sort((a, b) => b.probability - a.probability);
  const units = measurements.find(({ actionUnits }) => actionUnits.length > 0)?.actionUnits ?? [];
  const shown = units
    .filter((unit) => unit.side === "both" && presenceOf(unit) === "present")
    .sort((a, b) => b.value - a.value)
    .slice(0, MOST_ACTION_UNITS)
    .map((unit) => `${unit.au} ${valueText(unit)}`.trim());
  const quality = measurements.find((measurement) => measurement.quality !== null)?.quality;
  const doubtful = quality !== null && quality !== undefined && quality.overall < TRUSTED_FROM;
  return {
    heading: top === undefined ? null : { label: top.label, value: top.probability.toFixed(2), share: top.probability },
    lines: shown.length === 0 ? ["no action unit clearly present"] : inPairs(shown),
    warning: doubtful ? (quality.warnings[0] ?? `quality ${quality.overall.toFixed(2)}`) : null,
  };
}

function inPairs(units: readonly string[]): string[] {
  return [units.slice(0, 2), units.slice(2)].filter((pair) => pair.length > 0).map((pair) => pair.join("   "));
}

function valueText({ value, scale }: ActionUnitMeasurement): string {
  if (scale === "probability" || scale === "log-odds") return value.toFixed(2);
  return scale === "binary" ? "" : value.toFixed(1);
}

/** A square around the face; what lies outside the image is gray. */
async function portraitOf(image: DecodedImage, box: PixelBox): Promise<Uint8Array> {
  const side = Math.max(box.widthPx, box.heightPx) * PORTRAIT_SCALE;
  const left = Math.round(box.leftPx + (box.widthPx - side) / 2);
  const top = Math.round(box.topPx + (box.heightPx - side) / 2);
  const size = Math.max(1, Math.round(side));
  const inside = {
    left: Math.min(Math.max(0, left), image.widthPx - 1),
    top: Math.min(Math.max(0, top), image.heightPx - 1),
    right: Math.max(1, Math.min(image.widthPx, left + size)),
    bottom: Math.max(1, Math.min(image.heightPx, top + size)),
  };
  const width = Math.max(1, inside.right - inside.left);
  const height = Math.max(1, inside.bottom - inside.top);
  const cut = await sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } })
    .extract({ left: inside.left, top: inside.top, width, height })
    .extend({
      left: Math.max(0, inside.left - left),
      top: Math.max(0, inside.top - top),
      right: Math.max(0, left + size - inside.left - width),
      bottom: Math.max(0, top + size - inside.top - height),
      background: INK.track,
    })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(cut.data, { raw: { width: cut.info.width, height: cut.info.height, channels: 3 } })
    .resize(TILE_PX, TILE_PX, { fit: "fill" })
    .jpeg({ quality: 82 })
    .toBuffer();
}

interface SheetCaption {
  readonly title: string;
  /** E.g. `faces 57 to 112 of 340`. */
  readonly range: string;
}

/** Draws up to `TILES_PER_SHEET` faces in rows under a caption. @returns a JPEG. */
export async function renderContactSheet(tiles: readonly ContactTile[], caption: SheetCaption): Promise<Uint8Array> {
  const rows = Math.max(1, Math.ceil(tiles.length / COLUMNS));
  const width = 2 * MARGIN_PX + COLUMNS * TILE_PX + (COLUMNS - 1) * GAP_PX;
  const height = MARGIN_PX + HEADER_PX + rows * (TILE_PX + TEXT_PX + GAP_PX) + MARGIN_PX - GAP_PX;
  const place = (index: number) => ({
    left: MARGIN_PX + (index % COLUMNS) * (TILE_PX + GAP_PX),
    top: MARGIN_PX + HEADER_PX + Math.floor(index / COLUMNS) * (TILE_PX + TEXT_PX + GAP_PX),
  });
  const paper: Paper = { width, height, rgb: Buffer.alloc(width * height * 3, 255) };
  await putDrawing(paper, captionText(caption, width), { left: 0, top: 0, width, height: MARGIN_PX + HEADER_PX });
  for (const [index, tile] of tiles.entries()) {
    const { left, top } = place(index);
    await putPortrait(paper, tile.portrait, { left, top });
    await putDrawing(paper, tileText(tile), { left, top: top + TILE_PX, width: TILE_PX, height: TEXT_PX });
  }
  return sharp(paper.rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** A sheet under way: uint8 [height, width, 3], RGB. */
interface Paper {
  readonly width: number;
  readonly height: number;
  readonly rgb: Buffer;
}

interface Place {
  readonly left: number;
  readonly top: number;
}

/*
 * Pieces are put onto the paper by hand: composing a sheet of dozens of images in one go takes libvips hundreds of
 * megabytes that are not given back.
 */

async function putPortrait(paper: Paper, portrait: Uint8Array, { left, top }: Place): Promise<void> {
  const { data, info } = await sharp(portrait)
    .resize(TILE_PX, TILE_PX, { fit: "contain", background: "#ffffff" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rowBytes = info.width * 3;
  for (let row = 0; row < info.height; row++) {
    data.copy(paper.rgb, ((top + row) * paper.width + left) * 3, row * rowBytes, (row + 1) * rowBytes);
  }
}

/** Lays an SVG drawing over the paper. */
async function putDrawing(
  paper: Paper,
  drawing: string,
  { left, top, width, height }: Place & { readonly width: number; readonly height: number },
): Promise<void> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawing}</svg>`;
  const rgba = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = (rgba[pixel * 4 + 3] as number) / 255; // both images hold the whole drawing
    if (alpha === 0) continue;
    const at = ((top + Math.floor(pixel / width)) * paper.width + left + (pixel % width)) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const under = paper.rgb[at + channel] as number;
      paper.rgb[at + channel] = Math.round(under + ((rgba[pixel * 4 + channel] as number) - under) * alpha);
    }
  }
}

const STYLES = {
  caption: { sizePx: 22, weight: "bold", fill: INK.dark },
  range: { sizePx: 15, fill: INK.medium },
  label: { sizePx: 14.5, weight: "bold", fill: INK.dark },
  value: { sizePx: 13, fill: INK.medium },
  lines: { sizePx: 12.5, fill: INK.dark },
  title: { sizePx: 11.5, fill: INK.light },
  warning: { sizePx: 11.5, fill: INK.warning },
} as const satisfies Record<string, TextStyle>;

function captionText({ title, range }: SheetCaption, width: number): string {
  const baseline = MARGIN_PX + 22;
  const rangeWidth = textWidth(range, STYLES.range);
  const room = width - 2 * MARGIN_PX - rangeWidth - GAP_PX;
  return [
    svgText(fitText(title, room, STYLES.caption), MARGIN_PX, baseline, STYLES.caption),
    svgText(range, width - MARGIN_PX - rangeWidth, baseline, STYLES.range),
    `<rect x="${MARGIN_PX}" y="${baseline + 16}" width="${width - 2 * MARGIN_PX}" height="1" fill="${INK.track}"/>`,
  ].join("");
}

/** Under the portrait: heading with a bar, lines, where the face comes from, what to beware of. */
function tileText(tile: ContactTile): string {
  const line = (text: string, below: number, style: TextStyle) =>
    svgText(fitText(text, TILE_PX, style), 0, below, style);
  return [
    headingText(tile.heading),
    ...tile.lines.slice(0, 2).map((text, index) => line(text, 50 + index * 16, STYLES.lines)),
    line(shortTitle(tile.title), 82, STYLES.title),
    tile.warning === null ? "" : line(tile.warning, 96, STYLES.warning),
  ].join("");
}

function headingText(heading: ContactTile["heading"]): string {
  if (heading === null) return svgText("expression not read", 0, 19, STYLES.title);
  const valueWidth = textWidth(heading.value, STYLES.value);
  const filled = Math.round(TILE_PX * Math.min(1, Math.max(0, heading.share)));
  return [
    svgText(fitText(heading.label, TILE_PX - valueWidth - 6, STYLES.label), 0, 19, STYLES.label),
    svgText(heading.value, TILE_PX - valueWidth, 19, STYLES.value),
    `<rect x="0" y="27" width="${TILE_PX}" height="4" rx="2" fill="${INK.track}"/>`,
    `<rect x="0" y="27" width="${filled}" height="4" rx="2" fill="${INK.bar}"/>`,
  ].join("");
}

/** The end of a long path says more than its beginning. */
function shortTitle(title: string): string {
  if (textWidth(title, STYLES.title) <= TILE_PX) return title;
  for (let start = 1; start < title.length; start++) {
    const shorter = `…${title.slice(start)}`;
    if (textWidth(shorter, STYLES.title) <= TILE_PX) return shorter;
  }
  return "…";
}
