import type { EyeOpenness, Gaze } from "../../domain/measurement.ts";
import type { ActionUnitModel } from "./action-unit-model.ts";
import { type FaceFeatures, type Features, meanPoint } from "./face-features.ts";

/** Beyond this share of the eyeball's radius an iris cannot be; a mesh that says so is wrong. */
const FARTHEST_IRIS = 0.9;

/** How open each eye is: lid aperture over iris diameter, scaled so that 0 is closed and 1 an ordinary open eye. */
export function eyeOpennessOf(model: ActionUnitModel, features: FaceFeatures): EyeOpenness {
  const { closed, open } = model.openness;
  const openness = (side: Features) => Math.max(0, ((side.get("ap_iris") ?? Number.NaN) - closed) / (open - closed));
  return { left: openness(features.left), right: openness(features.right) };
}

/**
 * Where both eyes look relative to the head, from the irises' distance to the middle between the eye corners on an
 * eyeball of average size; `null` when an eye is too closed to tell. Not a calibrated eye tracker: expect 5-10 degrees.
 *
 * @param points float64 [478, 3] on the canonical face, centimetres.
 */
export function gazeOf(model: ActionUnitModel, points: Float64Array, openness: EyeOpenness): Gaze | null {
  if (Math.min(openness.left, openness.right) < model.gaze.minOpenness) return null;
  const right = eyeAngles(model, points, 0);
  const left = eyeAngles(model, points, 1);
  return { yawRad: (right.yawRad + left.yawRad) / 2, pitchRad: (right.pitchRad + left.pitchRad) / 2 };
}

function eyeAngles({ gaze, points: groups }: ActionUnitModel, points: Float64Array, side: 0 | 1): Gaze {
  const place = (group: string) => meanPoint(points, groups[group]?.[side] ?? []);
  const [inner, outer, iris] = [place("inner"), place("outer"), place("iris")];
  const lateral = (side === 0 ? -1 : 1) * gaze.lateralOffset;
  const dx = iris[0] - (inner[0] + outer[0]) / 2 - lateral;
  const dy = iris[1] - (inner[1] + outer[1]) / 2 - gaze.verticalOffset;
  return { yawRad: angleOf(dx / gaze.radius), pitchRad: angleOf(dy / gaze.radius) };
}

function angleOf(sine: number): number {
  return Math.asin(Math.min(FARTHEST_IRIS, Math.max(-FARTHEST_IRIS, sine)));
}
