import { groupBy } from "../domain/group-by.ts";
import type { ActionUnitMeasurement, Scale } from "../domain/measurement.ts";
import { MINIMUM_WEIGHT, PRESENCE_BANDS } from "../domain/presence.ts";

/**
 * The mapping by which rules read numbers of different scales, and its name in reports. Up to where a scale calls an
 * action unit absent the activation is 0, from where it calls it present 0.5, at the top of the scale 1, and linear in
 * between (`PRESENCE_BANDS` in domain/presence.ts holds the anchors). It says how clearly something is shown, and
 * nothing about how an intensity compares with a probability.
 */
export const ACTIVATION_MAPPING = "presence-anchored@1";

/** The value at which an activation is full. For log-odds: base-10 odds of 100 to 1. */
const FULL: Readonly<Record<Scale, number>> = {
  probability: 1,
  "intensity-0-5": 5,
  "percent-0-100": 100,
  binary: 1,
  "log-odds": 2,
};

/** Present on the mapping's own range. */
export const PRESENT_FROM = 0.5;

/** One value on its own scale as an activation, 0..1. */
export function activationOf(value: number, scale: Scale): number {
  const { presentFrom, absentUpTo } = PRESENCE_BANDS[scale];
  if (value >= presentFrom) {
    const above = scale === "binary" ? 1 : (value - presentFrom) / (FULL[scale] - presentFrom);
    return Math.min(1, PRESENT_FROM + (1 - PRESENT_FROM) * above);
  }
  return value <= absentUpTo ? 0 : (PRESENT_FROM * (value - absentUpTo)) / (presentFrom - absentUpTo);
}

/** One action unit as a rule reads it. */
interface Activation {
  /**
   * Of the whole face, 0..1: measured so, or else the mean of the two sides. A side on which it is present counts for the
   * whole face, as FACS scores it and as `presenceOnSide` reads it.
   */
  readonly level: number;
  /** How much stronger one side is, 0..1; `null` when the sides were not both measured. */
  readonly asymmetry: number | null;
}

/** What one toolbox measured on one scale, as rules read it. An action unit without an entry cannot be seen. */
export interface ActivationVector {
  readonly toolbox: string;
  readonly scale: Scale;
  readonly activations: ReadonlyMap<string, Activation>;
}

type Measured = Pick<ActionUnitMeasurement, "au" | "side" | "value" | "scale" | "weight" | "toolbox">;

/**
 * Makes one vector for each toolbox and scale, in the order of first mention: OpenFace's intensities and its presences
 * come from different models and stay two sources. Measurements that pose or quality make worthless are left out.
 */
export function activationVectors(measurements: readonly Measured[]): ActivationVector[] {
  const trusted = measurements.filter(({ weight }) => weight === null || weight >= MINIMUM_WEIGHT);
  const groups = groupBy(trusted, ({ toolbox, scale }) => `${toolbox} ${scale}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const byUnit = [...groupBy(group, ({ au }) => au)];
    const activations = new Map(byUnit.map(([au, items]) => [au, combineSides(items)] as const));
    return [{ toolbox: first.toolbox, scale: first.scale, activations }];
  });
}

function combineSides(items: readonly Measured[]): Activation {
  const of = (side: Measured["side"]) => {
    const item = items.find((candidate) => candidate.side === side);
    return item === undefined ? undefined : activationOf(item.value, item.scale);
  };
  const [both, left, right] = [of("both"), of("left"), of("right")];
  const sides = [left, right].filter((value) => value !== undefined);
  const mean = sides.reduce((sum, value) => sum + value, 0) / sides.length;
  const shown = sides.filter((value) => value >= PRESENT_FROM);
  return {
    level: Math.max(both ?? mean, ...shown),
    asymmetry: left === undefined || right === undefined ? null : Math.abs(left - right),
  };
}
