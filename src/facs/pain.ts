import type { ActionUnitMeasurement } from "../domain/measurement.ts";

/** A pain score, or why there is none. */
export type PainScore =
  | {
      readonly type: "scored";
      /** 0..16. `low` equals `high` when everything was measured; what is missing widens them. */
      readonly low: number;
      readonly high: number;
      readonly unseen: readonly string[];
    }
  | { readonly type: "refused"; readonly reason: string };

/** The sum's parts: the stronger of each pair counts. */
const PAIRS = [["AU4"], ["AU6", "AU7"], ["AU9", "AU10"]] as const;
const INTENSITY_MAXIMUM = 5;

/**
 * Prkachin and Solomon's pain intensity (PSPI): AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43, on FACS intensities 0-5
 * with closed eyes as 0 or 1. Give it what one toolbox measured. It adds intensities, so it is refused on any other
 * scale: a probability of 0.8 is not an intensity.
 */
export function painScore(measurements: readonly ActionUnitMeasurement[]): PainScore {
  const named = new Set<string>([...PAIRS.flat(), "AU43"]);
  const mine = measurements.filter(({ au }) => named.has(au));
  const toolboxes = new Set(mine.map(({ toolbox }) => toolbox));
  if (toolboxes.size > 1) {
    return {
      type: "refused",
      reason: `PSPI adds the numbers of one toolbox, and these are of ${[...toolboxes].join(", ")}`,
    };
  }
  const intensities = mine.filter(({ au, scale }) => scale === "intensity-0-5" && au !== "AU43");
  if (intensities.length === 0) return refusal(mine);
  const parts = PAIRS.map((pair) => strongest(pair, intensities));
  const closed = eyesClosed(mine);
  const all = [...parts, closed];
  return {
    type: "scored",
    low: all.reduce((sum, { low }) => sum + low, 0),
    high: all.reduce((sum, { high }) => sum + high, 0),
    unseen: all.flatMap(({ unseen }) => unseen),
  };
}

function refusal(measurements: readonly ActionUnitMeasurement[]): PainScore {
  const scales = [...new Set(measurements.filter(({ au }) => au !== "AU43").map(({ scale }) => scale))];
  if (scales.length === 0) return { type: "refused", reason: "PSPI needs AU4, 6, 7, 9 and 10, and none was measured" };
  return {
    type: "refused",
    reason: `PSPI adds FACS intensities from 0 to 5, and these are on ${scales.join(" and ")}: use a toolbox that measures intensity`,
  };
}

interface Part {
  readonly low: number;
  readonly high: number;
  readonly unseen: readonly string[];
}

function strongest(units: readonly string[], measurements: readonly ActionUnitMeasurement[]): Part {
  const levels = units.map((au) => levelOf(au, measurements));
  const seen = levels.filter((level) => level !== undefined);
  const unseen = units.filter((_au, index) => levels[index] === undefined);
  const low = Math.max(0, ...seen);
  return { low, high: unseen.length > 0 ? INTENSITY_MAXIMUM : low, unseen };
}

/** The stronger side when a toolbox measures sides: FACS scores the stronger one. */
function levelOf(au: string, measurements: readonly ActionUnitMeasurement[]): number | undefined {
  const own = measurements.filter((measurement) => measurement.au === au);
  return own.length === 0 ? undefined : Math.max(...own.map(({ value }) => value));
}

function eyesClosed(measurements: readonly ActionUnitMeasurement[]): Part {
  const eyes = measurements.find(({ au, scale }) => au === "AU43" && (scale === "binary" || scale === "intensity-0-5"));
  if (eyes === undefined) return { low: 0, high: 1, unseen: ["AU43"] };
  const closed = eyes.value >= 1 ? 1 : 0;
  return { low: closed, high: closed, unseen: [] };
}
