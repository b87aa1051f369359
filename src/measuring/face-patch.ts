import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";

/** Rows and columns of a patch, unless told otherwise. */
const SIDE = 12;
/** Samples per cell and axis, unless told otherwise. */
const TAPS = 3;

/**
 * A box of an image as side x side luminances 0..255, row by row: 12 x 12 are enough to tell whether the same face is still there.
 * Of a cell larger than a face's, three samples on each axis are no mean: `taps` takes more.
 */
export function facePatch(
  { widthPx, heightPx, rgb }: DecodedImage,
  box: PixelBox,
  { side = SIDE, taps = TAPS }: { readonly side?: number; readonly taps?: number } = {},
): number[] {
  const luminanceAt = (u: number, v: number): number => {
    const x = Math.min(widthPx - 1, Math.max(0, Math.floor(box.leftPx + u * box.widthPx)));
    const y = Math.min(heightPx - 1, Math.max(0, Math.floor(box.topPx + v * box.heightPx)));
    const at = (y * widthPx + x) * 3; // inside by the clamps above
    return 0.299 * (rgb[at] as number) + 0.587 * (rgb[at + 1] as number) + 0.114 * (rgb[at + 2] as number);
  };
  return Array.from({ length: side * side }, (_, cell) => {
    let sum = 0;
    for (let tap = 0; tap < taps * taps; tap++) {
      const u = ((cell % side) + ((tap % taps) + 0.5) / taps) / side;
      const v = (Math.floor(cell / side) + (Math.floor(tap / taps) + 0.5) / taps) / side;
      sum += luminanceAt(u, v);
    }
    return Math.round(sum / (taps * taps));
  });
}

/** Correlation of two patches, -1..1: 1 for the same image at any brightness and contrast. */
export function patchSimilarity(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [shared, ownA, ownB] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [fromA, fromB] = [value - meanA, (b[index] as number) - meanB]; // patches are of one size
    shared += fromA * fromB;
    ownA += fromA * fromA;
    ownB += fromB * fromB;
  }
  return ownA === 0 || ownB === 0 ? 0 : shared / Math.sqrt(ownA * ownB);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
