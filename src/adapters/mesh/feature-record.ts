import type { FaceFeature } from "../../domain/measurement.ts";
import type { FaceFeatures, Features } from "./face-features.ts";

/** Derived from the other features, so it is computed again rather than kept. */
const DERIVED = "smile";

/** Features as a measurement carries them. What belongs to no side stands on both. */
export function toFaceFeatures({ left, right }: FaceFeatures, appearance: Features): Record<string, FaceFeature> {
  const record: Record<string, FaceFeature> = {};
  for (const [name, value] of left) {
    if (name !== DERIVED) record[name] = { left: value, right: right.get(name) as number };
  }
  for (const [name, value] of appearance) record[name] = { left: value, right: value };
  return record;
}
