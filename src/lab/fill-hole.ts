import { createRandom } from "../domain/statistics/random.ts";
import { offsetsOf } from "./fill-offsets.ts";
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
function sourcesAtFullSize(
  { widthPx }: Raster,
  found: {
    readonly hole: Uint8Array;
    readonly small: Small;
    readonly pieces: ReturnType<typeof piecesFrom>;
  },
): Int32Array {
  const { factor, widthPx: across } = found.small;
  return Int32Array.from(found.hole, (own, at) => {
    if (own === 0) return at;
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    const offset = found.pieces[Math.floor(y / factor) * across + Math.floor(x / factor)];
    return offset === undefined ? -1 : at + factor * (offset[1] * widthPx + offset[0]);
  });
}
