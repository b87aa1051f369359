import type { ActionUnitMeasurement, Presence, Scale } from "./measurement.ts";

/** From which value on each scale an action unit counts as present, and up to which as absent. */
export const PRESENCE_BANDS: Readonly<Record<Scale, { readonly presentFrom: number; readonly absentUpTo: number }>> = {
  probability: { presentFrom: 0.5, absentUpTo: 0.3 },
  // FACS A is a trace; AU databases count an action unit as present from B = 2 of 5 (DISFA, BP4D).
  "intensity-0-5": { presentFrom: 2, absentUpTo: 1 },
  // Affdex's default threshold is 50 %; its documentation calls values under 20 noise.
  "percent-0-100": { presentFrom: 50, absentUpTo: 20 },
  binary: { presentFrom: 0.5, absentUpTo: 0.5 },
  "log-odds": { presentFrom: 0, absentUpTo: -0.5 },
};

/** Below this weight (extreme pose, tiny face) a measurement says nothing either way. */
export const MINIMUM_WEIGHT = 0.25;

/** Reads one measurement on its own scale. */
export function presenceOf(measurement: Pick<ActionUnitMeasurement, "value" | "scale" | "weight">): Presence {
  if (measurement.weight !== null && measurement.weight < MINIMUM_WEIGHT) return "uncertain";
  const band = PRESENCE_BANDS[measurement.scale];
  if (measurement.value >= band.presentFrom) return "present";
  return measurement.value <= band.absentUpTo ? "absent" : "uncertain";
}
