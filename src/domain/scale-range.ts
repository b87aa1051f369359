import type { Scale } from "./measurement.ts";

/** The values a scale allows. Log-odds have no bounds, but beyond 100 a number is something else. */
const RANGES: Readonly<Record<Scale, readonly [number, number]>> = {
  probability: [0, 1],
  "intensity-0-5": [0, 5],
  "percent-0-100": [0, 100],
  binary: [0, 1],
  "log-odds": [-100, 100],
};

/** Rounding in a toolbox's own output may reach this share of the range past the end. */
const SLACK = 1e-4;

/** Why a value cannot be on its scale, as it follows "line 7 has AU12_r = 7.2, "; `undefined` when it can. */
export function offScale(value: number, scale: Scale): string | undefined {
  const [low, high] = RANGES[scale];
  const slack = (high - low) * SLACK;
  if (!(value >= low - slack && value <= high + slack)) return `outside its scale ${scale} (${low} to ${high})`;
  return scale === "binary" && value !== 0 && value !== 1 ? "but it can only be 0 or 1" : undefined;
}
