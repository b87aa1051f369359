import type { EvidenceItem } from "./evidence.ts";
import { groupBy } from "./group-by.ts";
import type { ActionUnitMeasurement, Presence, Scale, Side } from "./measurement.ts";

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

type ActionUnitValue = Extract<EvidenceItem["value"], { type: "action-unit" }>;

/** A ledger item that holds one measured action unit. */
export interface MeasuredItem {
  readonly item: EvidenceItem;
  readonly value: ActionUnitValue;
}

/** What one toolbox says of one action unit on one scale. */
export interface PresenceVote {
  /** Toolbox or other source, e.g. `mesh@5`. */
  readonly source: string;
  readonly scale: ActionUnitValue["scale"];
  readonly presence: Presence;
  readonly items: readonly MeasuredItem[];
}

/** The items that measured an action unit, whatever the side. */
export function measuredItems(items: readonly EvidenceItem[], au: string): MeasuredItem[] {
  return items.flatMap((item) => {
    return item.value.type === "action-unit" && item.value.au === au ? [{ item, value: item.value }] : [];
  });
}

/**
 * Asks every toolbox about one action unit on one face, each of its scales being a source of its own (OpenFace's
 * intensity and presence models disagree by design). Sorted by source and scale, so that the ledger's order is of no
 * consequence. Give it the items of one face.
 */
export function presenceVotes(items: readonly EvidenceItem[], au: string, side: Side): PresenceVote[] {
  const sources = groupBy(measuredItems(items, au), ({ item, value }) => `${item.source.name} ${value.scale}`);
  return [...sources]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const presence = presenceOnSide(
        group.map(({ value }) => value),
        side,
      );
      return [{ source: first.item.source.name, scale: first.value.scale, presence, items: group }];
    });
}

/**
 * Reads one source for a side. An action unit is shown on the whole face when any side shows it (FACS scores it then),
 * and absent when the whole face or both sides lack it. A whole-face measurement can rule a side out but cannot say
 * which side shows what it found.
 */
export function presenceOnSide(
  measured: readonly { readonly side: Side; readonly presence: Presence }[],
  side: Side,
): Presence {
  const of = (wanted: Side) => agreed(measured.filter((one) => one.side === wanted).map(({ presence }) => presence));
  const [both, left, right] = [of("both"), of("left"), of("right")];
  if (side !== "both") {
    const own = side === "left" ? left : right;
    if (own !== undefined) return own;
    return both === "absent" ? "absent" : "uncertain";
  }
  if (both === "present" || left === "present" || right === "present") return "present";
  if (both === "absent" || (left === "absent" && right === "absent")) return "absent";
  return "uncertain";
}

/** Several values of one source for one side count when none opposes another. */
function agreed(values: readonly Presence[]): Presence | undefined {
  if (values.length === 0) return undefined;
  const decided = new Set(values.filter((presence) => presence !== "uncertain"));
  const [only] = decided;
  return decided.size === 1 && only !== undefined ? only : "uncertain";
}

/** What all sources that can tell say of an action unit; `undefined` where they differ or none can tell. */
export function agreedPresence(votes: readonly PresenceVote[]): "present" | "absent" | undefined {
  const said = new Set(votes.map(({ presence }) => presence).filter((presence) => presence !== "uncertain"));
  const [only] = said;
  return said.size === 1 ? only : undefined;
}
