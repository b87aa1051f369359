import type { ActionUnitModel, AppearanceFeature } from "./action-unit-model.ts";
import { blurred, type Corners, type LumaImage, sampleQuad, type Xy } from "./luma-image.ts";

const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;
/**
 * How the skin looks where furrows form: brightness and wrinkle energy of patches between mesh points, relative to the
 * face's own contrast.
 *
 * @param image the face, cut from an image whose pixel centres lie at half coordinates.
 * @param landmarks float64 [478, 3], in pixels of that image.
 */
export function appearanceFeatures(
  model: ActionUnitModel,
  image: LumaImage,
  landmarks: Float64Array,
): ReadonlyMap<string, number> {
  const [rightX, rightY] = meanXy(landmarks, [RIGHT_EYE_OUTER]);
  const [leftX, leftY] = meanXy(landmarks, [LEFT_EYE_OUTER]);
  const eyesPx = Math.hypot(leftX - rightX, leftY - rightY);
  const smooth = blurred(image, model.appearance.sigmaPerIod * eyesPx);
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

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum / values.length;
}
