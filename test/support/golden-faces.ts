import { readFileSync } from "node:fs";

/** One face whose landmarks and answers come from a separate implementation; see the fixture's `origin`. */
export interface GoldenFace {
  readonly image: string;
  readonly landmarks: readonly (readonly [number, number, number])[];
  readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  readonly facePx: number;
  readonly features: Readonly<Record<"right" | "left", Readonly<Record<string, number>>>>;
  readonly appearance: Readonly<Record<string, number>>;
  readonly geometryOnly: Readonly<Record<string, GoldenActionUnit>>;
  readonly withAppearance: Readonly<Record<string, GoldenActionUnit>>;
  readonly openness: { readonly right: number; readonly left: number };
  readonly gaze: { readonly yaw: number; readonly pitch: number };
}

interface GoldenActionUnit {
  readonly value: number;
  readonly right?: number;
  readonly left?: number;
  readonly logit: number;
  readonly weight: number;
}

const fixture = new URL("../fixtures/mesh/action-units.golden.json", import.meta.url);

export const GOLDEN_FACES: readonly GoldenFace[] = (
  JSON.parse(readFileSync(fixture, "utf8")) as { faces: readonly GoldenFace[] }
).faces;

/** float64 [478, 3] */
export function flatLandmarks({ landmarks }: GoldenFace): Float64Array {
  return Float64Array.from(landmarks.flat());
}
