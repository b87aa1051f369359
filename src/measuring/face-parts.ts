import type { PixelBox } from "../domain/geometry.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";

/** Parts of a face that can be looked at by name, from what is around it to what is smallest. */
export const FACE_PARTS = ["surroundings", "whole face", "brows", "eyes", "nose", "mouth"] as const;
export type FacePart = (typeof FACE_PARTS)[number];

type Feature = Exclude<FacePart, "surroundings" | "whole face">;

/** Points around each feature in MediaPipe's mesh of 468 or 478 points (its published topology). */
const MESH_POINTS: Readonly<Record<Feature, readonly number[]>> = {
  brows: [46, 53, 52, 65, 55, 70, 63, 105, 66, 107, 276, 283, 282, 295, 285, 300, 293, 334, 296, 336],
  eyes: [33, 133, 159, 145, 263, 362, 386, 374],
  nose: [168, 6, 1, 2, 98, 327, 48, 278],
  mouth: [61, 291, 0, 17, 37, 267, 84, 314],
};

/** The same in the 68-point scheme of iBUG, which OpenFace and others use. */
const IBUG_POINTS: Readonly<Record<Feature, readonly number[]>> = {
  brows: [17, 18, 19, 20, 21, 22, 23, 24, 25, 26],
  eyes: [36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47],
  nose: [27, 28, 29, 30, 31, 32, 33, 34, 35],
  mouth: [48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59],
};

/** Where features lie in an upright face box without landmarks: left, top, width and height as shares of it. */
const USUAL_PLACES: Readonly<Record<Feature, readonly [number, number, number, number]>> = {
  brows: [0.05, 0.12, 0.9, 0.26],
  eyes: [0.05, 0.22, 0.9, 0.26],
  nose: [0.25, 0.3, 0.5, 0.4],
  mouth: [0.15, 0.6, 0.7, 0.35],
};

/** Margin around a feature, as a share of its longer side: a mouth is read with the cheeks beside it. */
const MARGIN = 0.4;
/** A head with hair and chin, as a multiple of the face box; and a person's head, hands and shoulders. */
const WHOLE_FACE = 1.3;
const SURROUNDINGS = 3.2;

/** Where a part of a face is, in source pixels; it may reach past the frame. */
export function facePartBox(face: Face, part: FacePart): PixelBox {
  if (part === "whole face") return grown(face.box, WHOLE_FACE);
  if (part === "surroundings") return grown(face.box, SURROUNDINGS);
  return featureByLandmarks(face.measurements, part) ?? featureByProportion(face.box, part);
}

function featureByLandmarks(measurements: readonly FaceMeasurement[], feature: Feature): PixelBox | undefined {
  for (const { landmarks } of measurements) {
    if (landmarks === null) continue;
    const scheme = schemeFor(landmarks.length);
    const points = scheme?.[feature].flatMap((index) => landmarks[index] ?? []);
    if (points !== undefined) return around(points);
  }
  return undefined;
}

function schemeFor(points: number): typeof MESH_POINTS | undefined {
  if (points === 468 || points === 478) return MESH_POINTS;
  return points === 68 ? IBUG_POINTS : undefined;
}

/** @param flat x, y, z of one point after another. */
function around(flat: readonly number[]): PixelBox {
  const xs = flat.filter((_, index) => index % 3 === 0);
  const ys = flat.filter((_, index) => index % 3 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const margin = MARGIN * Math.max(width, height, 1);
  return { leftPx: left - margin, topPx: top - margin, widthPx: width + 2 * margin, heightPx: height + 2 * margin };
}

function featureByProportion({ leftPx, topPx, widthPx, heightPx }: PixelBox, feature: Feature): PixelBox {
  const [left, top, width, height] = USUAL_PLACES[feature];
  return {
    leftPx: leftPx + left * widthPx,
    topPx: topPx + top * heightPx,
    widthPx: width * widthPx,
    heightPx: height * heightPx,
  };
}

function grown({ leftPx, topPx, widthPx, heightPx }: PixelBox, factor: number): PixelBox {
  const [moreX, moreY] = [((factor - 1) * widthPx) / 2, ((factor - 1) * heightPx) / 2];
  return { leftPx: leftPx - moreX, topPx: topPx - moreY, widthPx: factor * widthPx, heightPx: factor * heightPx };
}
