import { type Crop, UNSCALED } from "./crop.ts";

/** Gray part of an image: float32 [heightPx, widthPx], luma 0..255. */
export interface LumaImage {
  /** Where its first pixel lies in the image it was cut from. */
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly luma: Float32Array;
}

/** A crop, or an image whose pixels are 0..255. */
type RgbImage = Pick<Crop, "widthPx" | "heightPx"> & Partial<Pick<Crop, "scale">> & { readonly rgb: ArrayLike<number> };

/**
 * ITU-R 601 luma of the part of an image that some points span, with a margin.
 *
 * @param points float64 [points, 3], x and y in pixels of the image.
 */
export function lumaAround(image: RgbImage, points: Float64Array, marginPx: number): LumaImage {
  const [left, right] = spanOf(points, 0, marginPx, image.widthPx);
  const [top, bottom] = spanOf(points, 1, marginPx, image.heightPx);
  const [widthPx, heightPx] = [right - left, bottom - top];
  const luma = new Float32Array(widthPx * heightPx);
  const { rgb, scale: { scale, offset } = UNSCALED } = image;
  const [red, green, blue] = [0.299 / scale[0], 0.587 / scale[1], 0.114 / scale[2]];
  const black = red * offset[0] + green * offset[1] + blue * offset[2];
  for (let row = 0, to = 0; row < heightPx; row++) {
    let at = ((top + row) * image.widthPx + left) * 3;
    for (let column = 0; column < widthPx; column++, at += 3, to++) {
      const [r, g, b] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
      luma[to] = red * r + green * g + blue * b + black;
    }
  }
  return { leftPx: left, topPx: top, widthPx, heightPx, luma };
}

/** Whole pixels, at least one, that the points span along one axis. */
function spanOf(points: Float64Array, axis: 0 | 1, marginPx: number, sizePx: number): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = axis; index < points.length; index += 3) {
    least = Math.min(least, points[index] as number);
    most = Math.max(most, points[index] as number);
  }
  const first = Math.min(Math.max(0, Math.floor(least - marginPx)), sizePx - 1);
  return [first, Math.max(first + 1, Math.min(sizePx, Math.ceil(most + marginPx)))];
}

export type Xy = readonly [x: number, y: number];

/** Corners of a patch in pixels of the image. */
export type Corners = readonly [topLeft: Xy, topRight: Xy, bottomRight: Xy, bottomLeft: Xy];

/** A grid of bilinear samples spread over a quad, row by row from the top. */
export function sampleQuad(image: LumaImage, [tl, tr, br, bl]: Corners, grid: number): Float32Array {
  const samples = new Float32Array(grid * grid);
  const [shiftX, shiftY] = [image.leftPx + 0.5, image.topPx + 0.5]; // from pixel edges to pixel centres
  for (let row = 0, to = 0; row < grid; row++) {
    const v = (row + 0.5) / grid;
    const [leftX, leftY] = [tl[0] + (bl[0] - tl[0]) * v, tl[1] + (bl[1] - tl[1]) * v];
    const [spanX, spanY] = [tr[0] + (br[0] - tr[0]) * v - leftX, tr[1] + (br[1] - tr[1]) * v - leftY];
    for (let column = 0; column < grid; column++, to++) {
      const u = (column + 0.5) / grid;
      samples[to] = bilinear(image, leftX + spanX * u - shiftX, leftY + spanY * u - shiftY);
    }
  }
  return samples;
}

function bilinear({ widthPx, heightPx, luma }: LumaImage, x: number, y: number): number {
  const insideX = x < 0 ? 0 : x > widthPx - 1 ? widthPx - 1 : x;
  const insideY = y < 0 ? 0 : y > heightPx - 1 ? heightPx - 1 : y;
  const left = insideX | 0;
  const top = insideY | 0;
  const [along, down] = [insideX - left, insideY - top];
  const upper = top * widthPx + left; // all four neighbours are inside by the clamps above
  const right = left + 1 < widthPx ? 1 : 0;
  const lower = top + 1 < heightPx ? upper + widthPx : upper;
  const above = (luma[upper] as number) * (1 - along) + (luma[upper + right] as number) * along;
  const below = (luma[lower] as number) * (1 - along) + (luma[lower + right] as number) * along;
  return above + (below - above) * down;
}

/** Blurs of less than this many pixels change nothing that is measured. */
const LEAST_SIGMA_PX = 0.3;

/** Gaussian blur, edges repeated; the image itself when the blur is too small to matter. */
export function blurred(image: LumaImage, sigmaPx: number): LumaImage {
  if (sigmaPx <= LEAST_SIGMA_PX) return image;
  const radius = Math.max(1, Math.ceil(3 * sigmaPx));
  const raw = Array.from({ length: 2 * radius + 1 }, (_, index) => Math.exp(-0.5 * ((index - radius) / sigmaPx) ** 2));
  const total = raw.reduce((sum, value) => sum + value, 0);
  const kernel = Float32Array.from(raw, (value) => value / total);
  const across = blurredAcross(image, kernel);
  return { ...image, luma: blurredDown({ ...image, luma: across }, kernel) };
}

function blurredAcross({ widthPx, heightPx, luma }: LumaImage, kernel: Float32Array): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const to = new Float32Array(luma.length);
  const padded = new Float32Array(widthPx + 2 * radius);
  for (let start = 0; start < widthPx * heightPx; start += widthPx) {
    padded.fill(luma[start] as number, 0, radius);
    padded.set(luma.subarray(start, start + widthPx), radius);
    padded.fill(luma[start + widthPx - 1] as number, radius + widthPx);
    for (let middle = radius; middle < widthPx + radius; middle++) {
      let sum = (kernel[radius] as number) * (padded[middle] as number);
      for (let away = 1; away <= radius; away++) {
        const both = (padded[middle - away] as number) + (padded[middle + away] as number);
        sum += (kernel[radius + away] as number) * both; // the kernel is symmetric
      }
      to[start + middle - radius] = sum;
    }
  }
  return to;
}

/** Whole rows are added up, so that memory is read in order. */
function blurredDown({ widthPx, heightPx, luma }: LumaImage, kernel: Float32Array): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const to = new Float32Array(luma.length);
  for (let row = 0, start = 0; row < heightPx; row++, start += widthPx) {
    const middle = kernel[radius] as number;
    for (let at = start; at < start + widthPx; at++) to[at] = middle * (luma[at] as number);
    for (let away = 1; away <= radius; away++) {
      const weight = kernel[radius + away] as number;
      const above = Math.max(row - away, 0) * widthPx - start;
      const below = Math.min(row + away, heightPx - 1) * widthPx - start;
      for (let at = start; at < start + widthPx; at++) {
        const both = (luma[at + above] as number) + (luma[at + below] as number);
        to[at] = (to[at] as number) + weight * both;
      }
    }
  }
  return to;
}
