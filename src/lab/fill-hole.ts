import { createRandom } from "../domain/statistics/random.ts";
import { type Offset, offsetsOf } from "./fill-offsets.ts";
import { piecesFrom } from "./fill-pieces.ts";
import { type Small, smallOf } from "./fill-small.ts";
import { joinPieces } from "./join-pieces.ts";
import { covered, type Mask } from "./mask.ts";
import { mixed, type Raster } from "./raster.ts";

/** Of the image's cells, this share at least must be there to take something from. */
const LEAST_SHARE = 0.05;

/** What is to be filled, and what must not be copied into it. */
interface Hole {
  /** 1 where to fill; partly covered pixels are mixed. */
  readonly mask: Mask;
  /** Where nothing is taken from, such as people who stay: a copied arm would be seen. */
  readonly avoid?: Mask;
  readonly seed: number;
}

/**
 * Fills what a mask covers with pieces of the rest of the image: it is decided on a small copy which ones, so that they are as
 * large as possible and fit each other and the border, and the pieces themselves, at full sharpness, are joined without seams.
 * The same seed gives the same pixels.
 *
 * @returns `null` when there is too little outside the hole to fill it from.
 */
export function fillHole(raster: Raster, { mask, avoid, seed }: Hole): Raster | null {
  const hole = covered(mask);
  const small = smallOf(raster, hole, avoid?.values);
  const free = small.barred.reduce((count, one) => count + 1 - one, 0);
  if (free < LEAST_SHARE * small.barred.length) return null;
  const pieces = piecesFrom(small, offsetsOf(small, createRandom(seed)));
  const filled = joinPieces(raster, hole, sourcesAtFullSize(raster, { hole, small, pieces }));
  return mixed(raster, filled, mask.values);
}

/** Where each pixel comes from: those outside from themselves, -1 where nothing was found to take. */
export function sourcesAtFullSize(
  { widthPx }: Pick<Raster, "widthPx">,
  found: {
    readonly hole: Uint8Array;
    readonly small: Pick<Small, "factor" | "widthPx">;
    readonly pieces: ReturnType<typeof piecesFrom>;
  },
): Int32Array {
  const { hole, pieces } = found;
  const { factor, widthPx: across } = found.small;
  const sources = new Int32Array(hole.length);
  for (let at = 0; at < sources.length; at++) {
    if (hole[at] === 0) {
      sources[at] = at;
      continue;
    }
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    const cell = Math.floor(y / factor) * across + Math.floor(x / factor);
    const own = pieces[cell];
    const inCell = [(x % factor) + 0.5, (y % factor) + 0.5].map((part) => part / factor) as [number, number];
    const offsets = own === undefined ? [] : [strongestAt(pieces, { cell, across, inCell }) ?? own, own];
    const [source] = offsets.flatMap(([right, below]) => {
      const [fromX, from] = [x + factor * right, at + factor * (below * widthPx + right)];
      return fromX >= 0 && fromX < widthPx && hole[from] === 0 ? from : [];
    });
    sources[at] = source ?? -1;
  }
  return sources;
}

/** Pieces are told from one another around each pixel with weights of this width, in cells. */
const SMOOTH = 0.7;

/** The offset of most of what lies around a place in a cell, so that pieces end in lines and not in steps; `undefined` where there is one only. */
function strongestAt(
  pieces: ReturnType<typeof piecesFrom>,
  at: { readonly cell: number; readonly across: number; readonly inCell: readonly [number, number] },
): Offset | undefined {
  const { cell, across, inCell } = at;
  const weights = new Map<Offset, number>();
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const offset = pieces[cell + dy * across + dx];
      if (offset === undefined) continue;
      const away = (dx + 0.5 - inCell[0]) ** 2 + (dy + 0.5 - inCell[1]) ** 2;
      weights.set(offset, (weights.get(offset) ?? 0) + Math.exp(-away / (2 * SMOOTH ** 2)));
    }
  }
  if (weights.size < 2) return undefined;
  return [...weights].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
