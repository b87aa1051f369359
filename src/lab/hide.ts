import { createRandom, type Random } from "../domain/statistics/random.ts";
import { type ArtefactScore, artefactScore } from "./artefact-score.ts";
import { fillHole } from "./fill-hole.ts";
import { boxAround, headOutline } from "./head-shape.ts";
import { depthOf, emptyMask, type Mask, piecesOf, softened } from "./mask.ts";
import { headOvals, wholeHeads, wholePeople } from "./person-mask.ts";
import { blurred, GRAY, mixed, plain, type Raster, sharpOf } from "./raster.ts";
import type { Scene } from "./scene.ts";

/** What is hidden, and how: filled in so that it is not seen, or covered as the field does it. */
export interface Hiding {
  readonly hide: "faces" | "people";
  readonly mask: "fill" | "gray" | "blur" | "pixels";
  readonly seed: number;
  /** The largest share of the image that is filled in; where more is hidden, most of it would be made up. */
  readonly mostHidden?: number;
}

/** A scene with a part of it hidden, and how well one can tell: `null` unless it was filled. */
export interface Hidden {
  readonly raster: Raster;
  readonly part: Mask;
  readonly artefacts: ArtefactScore | null;
}

const MOST_HIDDEN = 0.7;
/** Cells of a mosaic across a head: under 16 faces are not recognised (Harmon and Julesz 1973). */
const CELLS_PER_HEAD = 7;

/**
 * The scene without its faces, or without its people. Every one is hidden, not only the one that is asked about, since
 * others tell as much.
 */
export async function contextOnly(scene: Scene, hiding: Hiding): Promise<Hidden | null> {
  return hidden(scene, await partOf(scene, hiding), hiding);
}

/**
 * The whole image with holes of the same size and, where there is room, of the same shape in places where nobody is,
 * hidden in the same way: what changes here is the hole's doing.
 */
export async function holeElsewhere(scene: Scene, hiding: Hiding): Promise<Hidden | null> {
  const people = await wholePeople(scene);
  const elsewhere = moved(await partOf(scene, hiding), people, createRandom(`${hiding.seed} elsewhere`));
  if (elsewhere === null) return null;
  return hidden(scene, await softened(elsewhere, { growPx: 0, featherPx: 4 }), hiding);
}

function partOf(scene: Scene, { hide, mask }: Hiding): Promise<Mask> {
  if (hide === "people") return wholePeople(scene);
  return mask === "fill" ? wholeHeads(scene) : headOvals(scene);
}

async function hidden(
  scene: Scene,
  part: Mask,
  { mask, seed, mostHidden = MOST_HIDDEN }: Hiding,
): Promise<Hidden | null> {
  const { raster, faces, scale } = scene;
  const head = Math.max(...faces.map((face) => boxAround(headOutline(face, scale)).heightPx));
  switch (mask) {
    case "fill": {
      if (part.values.reduce((sum, value) => sum + value, 0) > mostHidden * part.values.length) return null;
      const filled = fillHole(raster, { mask: part, avoid: scene.people, seed });
      return filled === null ? null : { raster: filled, part, artefacts: artefactScore(filled, part) };
    }
    case "gray":
      return { raster: mixed(raster, plain(raster, GRAY), part.values), part, artefacts: null };
    case "blur":
      return { raster: mixed(raster, await blurred(raster, 0.2 * head), part.values), part, artefacts: null };
    case "pixels":
      return { raster: mixed(raster, await mosaic(raster, head / CELLS_PER_HEAD), part.values), part, artefacts: null };
  }
}

async function mosaic(raster: Raster, cellPx: number): Promise<Raster> {
  const { widthPx, heightPx } = raster;
  const [across, down] = [widthPx, heightPx].map((side) => Math.max(1, Math.round(side / Math.max(1, cellPx))));
  const small = await sharpOf(raster).resize(across, down, { fit: "fill", kernel: "linear" }).raw().toBuffer();
  const rgb = await sharpOf({ widthPx: across as number, heightPx: down as number, rgb: small })
    .resize(widthPx, heightPx, { fit: "fill", kernel: "nearest" })
    .raw()
    .toBuffer();
  return { ...raster, rgb };
}

/** Places are tried on a grid of this many pixels: a hole need not lie to the pixel. */
const STEP_PX = 8;

/** The pieces of a mask, largest first, each where nothing of `taken` and no other piece is; `null` when there is no room. */
function moved(mask: Mask, taken: Mask, random: Random): Mask | null {
  const { widthPx, heightPx } = mask;
  const [w, h] = [Math.floor(widthPx / STEP_PX), Math.floor(heightPx / STEP_PX)];
  const cell = (of: Mask, x: number, y: number) =>
    (of.values[(y * STEP_PX + 4) * widthPx + x * STEP_PX + 4] ?? 0) > 0.5;
  const grid = (of: Mask) => Uint8Array.from({ length: w * h }, (_, i) => (cell(of, i % w, Math.floor(i / w)) ? 1 : 0));
  const free = grid(taken).map((one) => 1 - one);
  const result = emptyMask(mask);
  for (const piece of piecesOf(grid(mask), w)) {
    const place = placeFor(piece, free, { w, h, random }) ?? spotOf(piece.length, free, w);
    if (place === null) return null;
    for (const at of place) {
      free[at] = 0;
      const [left, top] = [(at % w) * STEP_PX, Math.floor(at / w) * STEP_PX];
      for (let y = top; y < top + STEP_PX; y++) result.values.fill(1, y * widthPx + left, y * widthPx + left + STEP_PX);
    }
  }
  return result;
}

/** The same shape somewhere free. */
function placeFor(
  piece: readonly number[],
  free: Uint8Array,
  { w, h, random }: { readonly w: number; readonly h: number; readonly random: Random },
): number[] | null {
  const xs = piece.map((at) => at % w);
  const ys = piece.map((at) => Math.floor(at / w));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [across, down] = [w - (Math.max(...xs) - left), h - (Math.max(...ys) - top)];
  for (const spot of random.shuffled([...Array(across * down).keys()])) {
    const shift = (Math.floor(spot / across) - top) * w + (spot % across) - left;
    if (piece.every((at) => free[at + shift] === 1)) return piece.map((at) => at + shift);
  }
  return null;
}

/** As many free cells around the one that lies deepest among free ones. */
function spotOf(size: number, free: Uint8Array, w: number): number[] | null {
  const depth = depthOf(free, w);
  const [room] = piecesOf(free, w);
  if (room === undefined || room.length < 1.3 * size) return null;
  const middle = room.reduce((best, at) => ((depth[at] as number) > (depth[best] as number) ? at : best));
  const away = (at: number) => Math.hypot((at % w) - (middle % w), Math.floor(at / w) - Math.floor(middle / w));
  return [...room].sort((a, b) => away(a) - away(b)).slice(0, size);
}
