import type { EvidenceItem } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { Scale } from "../domain/measurement.ts";

/** One ledger item as a model reads it: `E4 [action-unit, F1, mesh@2] AU12 (lip corner puller) is present: ...`. */
export function evidenceLine(item: EvidenceItem): string {
  const about = [item.kind, item.faceId, item.source.name].filter((part) => part !== null).join(", ");
  const where = item.region !== null && item.kind !== "face" ? ` {${boxText(item.region)}}` : "";
  // One item, one line: a statement from outside cannot pose as a second item.
  return `${item.id} [${about}] ${item.statement.replace(/\s+/g, " ")}${where}`;
}

/**
 * Items as a model reads them. The sides of an action unit are left out where they say the same as the whole face: they
 * triple the length and tell nothing. They stay in the ledger, where a claim about a side is held against them.
 */
export function evidenceLines(items: readonly EvidenceItem[]): string {
  const units = new Map<string, ActionUnitItem[]>();
  for (const item of items.filter(isActionUnit)) units.set(unitKey(item), [...(units.get(unitKey(item)) ?? []), item]);
  return items
    .filter((item) => !isActionUnit(item) || !isSideLikeTheOther(item, units.get(unitKey(item)) ?? []))
    .map(evidenceLine)
    .join("\n");
}

/** A box in whole source pixels, in the order in which the tools take it. */
export function boxText({ leftPx, topPx, widthPx, heightPx }: PixelBox): string {
  const [left, top, width, height] = [leftPx, topPx, widthPx, heightPx].map(Math.round);
  return `left ${left}, top ${top}, width ${width}, height ${height} px`;
}

/** How far two sides may differ, as a share of the scale, before both are shown. */
const ALIKE = 0.2;
const SCALE_SPAN: Readonly<Record<Scale, number>> = {
  probability: 1,
  "intensity-0-5": 5,
  "percent-0-100": 100,
  binary: 1,
  // Log-odds of -2 to 2 are probabilities of 0.12 to 0.88.
  "log-odds": 4,
};

type ActionUnitValue = Extract<EvidenceItem["value"], { type: "action-unit" }>;
type ActionUnitItem = EvidenceItem & { readonly value: ActionUnitValue };

function isActionUnit(item: EvidenceItem): item is ActionUnitItem {
  return item.value.type === "action-unit";
}

/** One unit of one face as one source measured it on one scale. */
function unitKey({ faceId, source, value }: ActionUnitItem): string {
  return [faceId, source.name, value.au, value.scale].join(" ");
}

function isSideLikeTheOther({ value }: ActionUnitItem, unit: readonly ActionUnitItem[]): boolean {
  if (value.side === "both" || !unit.some((item) => item.value.side === "both")) return false;
  const opposite = unit.find((item) => item.value.side !== "both" && item.value.side !== value.side)?.value;
  if (opposite === undefined) return false;
  const decided = value.presence !== "uncertain" && opposite.presence !== "uncertain";
  if (decided && value.presence !== opposite.presence) return false;
  return Math.abs(value.value - opposite.value) <= ALIKE * SCALE_SPAN[value.scale];
}

/** Items of the scene as a model reads them; where there are none, that nobody looked, which is no absence. */
export function sceneText(items: readonly EvidenceItem[], what: string): string {
  if (items.length > 0) return evidenceLines(items);
  return `${what}: the ledger has nothing about it, as nobody looked. That does not mean that there is nothing.`;
}
