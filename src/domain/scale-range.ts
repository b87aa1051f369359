import type { Scale } from "./measurement.ts";

/** The values a scale allows. Log-odds have no bounds, but beyond 100 a number is something else. */
const RANGES: Readonly<Record<Scale, readonly [number, number]>> = {
  probability: [0, 1],
  "intensity-0-5": [0, 5],
  "percent-0-100": [0, 100],
  binary: [0, 1],
  "log-odds": [-100, 100],
};

/** A regression may reach this share of the range past its end: -0.02 or 5.01 of 0 to 5. Beyond it, it is another scale. */
const SLACK = 0.01;

/** What is made of a value: itself or the end of its scale that it just passed, or why it cannot be on it. */
type OnScale = { readonly value: number; readonly clipped: boolean } | { readonly refusal: string };

/** `refusal` follows "line 7 has AU12_r = 7.2, ". */
export function onScale(value: number, scale: Scale): OnScale {
  const [low, high] = RANGES[scale];
  if (scale === "binary" && value !== 0 && value !== 1) return { refusal: "but it can only be 0 or 1" };
  const slack = (high - low) * SLACK;
  if (!(value >= low - slack && value <= high + slack)) {
    return { refusal: `outside its scale ${scale} (${low} to ${high})` };
  }
  const inside = Math.min(high, Math.max(low, value));
  return { value: inside, clipped: inside !== value };
}

/** A value as a share of its scale, 0..1, so that values of several scales can be ranked. */
export function shareOfScale(value: number, scale: Scale): number {
  switch (scale) {
    case "probability":
    case "binary":
      return value;
    case "intensity-0-5":
      return value / 5;
    case "percent-0-100":
      return value / 100;
    case "log-odds":
      return 1 / (1 + Math.exp(-value));
  }
}
