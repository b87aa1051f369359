import type { PixelBox } from "../domain/geometry.ts";
import type { ExpressionReading, FaceMeasurement } from "../domain/measurement.ts";

/** For the data dictionary. */
export const ROUNDING =
  "Numbers are rounded once, as a face is measured or imported, so that every table, page and answer has the same: probabilities, weights, intensities, scores and radians to three decimals, below 0.001 to their first digit; pixels to one decimal";

/**
 * Three decimals, and of what is smaller the first digit: a twentieth of how far an action unit differs when a face is
 * measured again (.02), yet faces near 0 keep their order, and nothing becomes 0 that was above. Six decimals at most.
 */
export function roundedShare(value: number): number {
  const size = Math.abs(value);
  const steps = size >= 0.001 ? 1e3 : size >= 1e-4 ? 1e4 : size >= 1e-5 ? 1e5 : 1e6;
  return Math.round(value * steps) / steps;
}

function roundedPixels(value: number): number {
  return Math.round(value * 10) / 10;
}

interface Measured {
  readonly box: PixelBox | null;
  readonly measurements: readonly Omit<FaceMeasurement, "box">[];
}

/**
 * Faces with the numbers as they are told from here on, by tables, evidence and pages alike: whatever crosses a threshold by
 * rounding has crossed it everywhere. Landmarks and the features of formulas, which no table has, stay as they are.
 */
export function roundedFaces<T extends Measured>(faces: readonly T[]): T[] {
  return faces.map((face) => ({
    ...face,
    box: face.box === null ? null : roundedBox(face.box),
    measurements: face.measurements.map(roundedMeasurement),
  }));
}

function roundedMeasurement<T extends Omit<FaceMeasurement, "box"> & { readonly box?: PixelBox }>(measurement: T): T {
  const { box, score, quality, actionUnits, expressions, scores } = measurement;
  return {
    ...measurement,
    ...(box !== undefined && { box: roundedBox(box) }),
    score: score === null ? null : roundedShare(score),
    quality: quality === null ? null : roundedQuality(quality),
    headPose: rounded(measurement.headPose),
    gaze: rounded(measurement.gaze),
    eyeOpenness: rounded(measurement.eyeOpenness),
    actionUnits: actionUnits.map((unit) => ({
      ...unit,
      value: roundedShare(unit.value),
      weight: unit.weight === null ? null : roundedShare(unit.weight),
    })),
    expressions: expressions.map(roundedReading),
    ...(scores !== undefined && {
      scores: scores.map((each) => ({
        ...each,
        value: typeof each.value === "number" ? roundedShare(each.value) : each.value,
      })),
    }),
  };
}

function roundedBox({ leftPx, topPx, widthPx, heightPx }: PixelBox): PixelBox {
  return {
    leftPx: roundedPixels(leftPx),
    topPx: roundedPixels(topPx),
    // A box of a tenth of a pixel is none, but no box may lose its size.
    widthPx: Math.max(0.1, roundedPixels(widthPx)),
    heightPx: Math.max(0.1, roundedPixels(heightPx)),
  };
}

function roundedQuality(quality: NonNullable<FaceMeasurement["quality"]>): NonNullable<FaceMeasurement["quality"]> {
  const { facePx, sharpness, luminance, cutOff, facePresence, overall } = quality;
  return {
    ...quality,
    facePx: Math.max(0.1, roundedPixels(facePx)),
    sharpness: roundedPixels(sharpness),
    luminance: roundedPixels(luminance),
    cutOff: roundedShare(cutOff),
    facePresence: facePresence === null ? null : roundedShare(facePresence),
    overall: roundedShare(overall),
  };
}

function roundedReading({ source, distribution }: ExpressionReading): ExpressionReading {
  return {
    source,
    distribution: distribution.map((entry) => ({ ...entry, probability: roundedShare(entry.probability) })),
  };
}

/** Angles and openness, each field a number. */
function rounded<T extends Readonly<Record<string, number>>>(values: T | null): T | null {
  if (values === null) return null;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, roundedShare(value)])) as T;
}
