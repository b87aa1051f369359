import type { ActionUnitModel, AppearanceFeature } from "./action-unit-model.ts";

/** Gray picture: float32 [heightPx, widthPx], luma 0..255. */
export interface LumaImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly luma: Float32Array;
}

/** ITU-R 601 luma of an RGB picture: [heightPx, widthPx, 3], 0..255. */
export function toLuma({
  widthPx,
  heightPx,
  rgb,
}: {
  widthPx: number;
  heightPx: number;
  rgb: ArrayLike<number>;
}): LumaImage {
  const luma = new Float32Array(widthPx * heightPx);
  for (let index = 0; index < luma.length; index++) {
    const at = index * 3; // rgb has three values per pixel
    luma[index] = 0.299 * (rgb[at] as number) + 0.587 * (rgb[at + 1] as number) + 0.114 * (rgb[at + 2] as number);
  }
  return { widthPx, heightPx, luma };
}

const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;
/** Blurs of less than this many pixels change nothing that is measured. */
const LEAST_SIGMA_PX = 0.3;

/**
 * How the skin looks where furrows form: brightness and wrinkle energy of patches between mesh points, relative to the
 * face's own contrast.
 *
 * @param picture around the face; pixel centres lie at half coordinates.
 * @param landmarks float64 [478, 3], in pixels of that picture.
 */
export function appearanceFeatures(
  model: ActionUnitModel,
  picture: LumaImage,
  landmarks: Float64Array,
): ReadonlyMap<string, number> {
  const [rightX, rightY] = meanXy(landmarks, [RIGHT_EYE_OUTER]);
  const [leftX, leftY] = meanXy(landmarks, [LEFT_EYE_OUTER]);
  const eyesPx = Math.hypot(leftX - rightX, leftY - rightY);
  const smooth = blurred(picture, model.appearance.sigmaPerIod * eyesPx);
  const face = sampleQuad(smooth, cornersOf(landmarks, model.appearance.faceQuad), model.appearance.faceGrid);
  const mean = meanOf(face);
  const deviation = Math.sqrt(meanOf(face.map((value) => (value - mean) ** 2))) + 1e-3;
  const features = new Map<string, number>();
  for (const feature of model.features) {
    if (feature.kind !== "appearance") continue;
    const values = feature.quads.map((quad) => {
      const corners = cornersOf(landmarks, quad);
      const patch = sampleQuad(smooth, corners, model.appearance.grid).map((value) => value / deviation);
      return (
        statisticOf(feature, patch, model.appearance.grid, (heightOf(corners) / eyesPx) * 100) -
        offsetOf(feature, mean / deviation)
      );
    });
    const value = meanOf(values);
    features.set(feature.name, feature.statistic === "gradV" ? Math.log(value + 1e-3) : value);
  }
  return features;
}

type Xy = readonly [x: number, y: number];
type Corners = readonly [topLeft: Xy, topRight: Xy, bottomRight: Xy, bottomLeft: Xy];

function offsetOf({ statistic }: AppearanceFeature, faceMean: number): number {
  return statistic === "mean" ? faceMean : 0;
}

/** Mean brightness, or mean difference between rows per unit of patch height. */
function statisticOf({ statistic }: AppearanceFeature, patch: Float32Array, grid: number, height: number): number {
  if (statistic === "mean") return meanOf(patch);
  let sum = 0;
  for (let index = grid; index < patch.length; index++) {
    sum += Math.abs((patch[index] as number) - (patch[index - grid] as number));
  }
  return ((sum / (patch.length - grid)) * grid) / Math.max(height, 3);
}

function cornersOf(landmarks: Float64Array, quad: AppearanceFeature["quads"][number]): Corners {
  const [topLeft, topRight, bottomRight, bottomLeft] = quad;
  return [
    meanXy(landmarks, topLeft),
    meanXy(landmarks, topRight),
    meanXy(landmarks, bottomRight),
    meanXy(landmarks, bottomLeft),
  ];
}

function meanXy(landmarks: Float64Array, indices: readonly number[]): Xy {
  let [x, y] = [0, 0];
  for (const index of indices) {
    x += landmarks[index * 3] as number; // the schema keeps indices below 478
    y += landmarks[index * 3 + 1] as number;
  }
  return [x / indices.length, y / indices.length];
}

/** Mean length of the two upright edges. */
function heightOf([topLeft, topRight, bottomRight, bottomLeft]: Corners): number {
  const left = Math.hypot(bottomLeft[0] - topLeft[0], bottomLeft[1] - topLeft[1]);
  const right = Math.hypot(bottomRight[0] - topRight[0], bottomRight[1] - topRight[1]);
  return (left + right) / 2;
}

/** A grid of bilinear samples spread over a quad, row by row from the top. */
function sampleQuad(picture: LumaImage, [tl, tr, br, bl]: Corners, grid: number): Float32Array {
  const samples = new Float32Array(grid * grid);
  for (let row = 0; row < grid; row++) {
    const v = (row + 0.5) / grid;
    for (let column = 0; column < grid; column++) {
      const u = (column + 0.5) / grid;
      const along = (axis: 0 | 1) =>
        tl[axis] * (1 - u) * (1 - v) + tr[axis] * u * (1 - v) + br[axis] * u * v + bl[axis] * (1 - u) * v;
      samples[row * grid + column] = bilinear(picture, along(0) - 0.5, along(1) - 0.5);
    }
  }
  return samples;
}

function bilinear({ widthPx, heightPx, luma }: LumaImage, x: number, y: number): number {
  const insideX = Math.min(Math.max(x, 0), widthPx - 1);
  const insideY = Math.min(Math.max(y, 0), heightPx - 1);
  const left = Math.min(Math.floor(insideX), Math.max(0, widthPx - 2));
  const top = Math.min(Math.floor(insideY), Math.max(0, heightPx - 2));
  const at = (column: number, row: number) =>
    luma[Math.min(row, heightPx - 1) * widthPx + Math.min(column, widthPx - 1)] as number;
  const [alongX, alongY] = [insideX - left, insideY - top];
  const upper = at(left, top) * (1 - alongX) + at(left + 1, top) * alongX;
  const lower = at(left, top + 1) * (1 - alongX) + at(left + 1, top + 1) * alongX;
  return upper * (1 - alongY) + lower * alongY;
}

/** Gaussian blur, edges repeated; the picture itself when the blur is too small to matter. */
function blurred(picture: LumaImage, sigmaPx: number): LumaImage {
  if (sigmaPx <= LEAST_SIGMA_PX) return picture;
  const radius = Math.max(1, Math.ceil(3 * sigmaPx));
  const raw = Array.from({ length: 2 * radius + 1 }, (_, index) => Math.exp(-0.5 * ((index - radius) / sigmaPx) ** 2));
  const total = raw.reduce((sum, value) => sum + value, 0);
  const kernel = Float32Array.from(raw, (value) => value / total);
  const { widthPx, heightPx } = picture;
  const down = convolve(picture.luma, kernel, { lines: widthPx, length: heightPx, step: widthPx, lineStep: 1 });
  const luma = convolve(down, kernel, { lines: heightPx, length: widthPx, step: 1, lineStep: widthPx });
  return { widthPx, heightPx, luma };
}

interface Lines {
  readonly lines: number;
  readonly length: number;
  /** Distance in memory between neighbours on a line, and between lines. */
  readonly step: number;
  readonly lineStep: number;
}

function convolve(from: Float32Array, kernel: Float32Array, { lines, length, step, lineStep }: Lines): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const to = new Float32Array(from.length);
  const padded = new Float32Array(length + 2 * radius);
  for (let line = 0; line < lines; line++) {
    for (let index = 0; index < padded.length; index++) {
      const inside = Math.min(Math.max(index - radius, 0), length - 1);
      padded[index] = from[line * lineStep + inside * step] as number;
    }
    for (let index = 0; index < length; index++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += (kernel[tap] as number) * (padded[index + tap] as number);
      to[line * lineStep + index * step] = sum;
    }
  }
  return to;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum / values.length;
}
