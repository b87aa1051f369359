import type { EvidenceItem } from "./evidence.ts";
import { groupBy } from "./group-by.ts";
import type { Presence, Side } from "./measurement.ts";

type ActionUnitValue = Extract<EvidenceItem["value"], { type: "action-unit" }>;

/** A ledger item that holds one measured action unit. */
export interface MeasuredItem {
  readonly item: EvidenceItem;
  readonly value: ActionUnitValue;
}

/** What one toolbox says of one action unit on one scale. */
export interface PresenceVote {
  /** Toolbox or other source, e.g. `mesh@2`. */
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
