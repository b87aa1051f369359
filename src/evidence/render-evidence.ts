import type { EvidenceItem } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import { commonest, groupBy } from "../domain/group-by.ts";
import type { Scale } from "../domain/measurement.ts";
import { MINIMUM_WEIGHT } from "../domain/presence.ts";
import { spanText } from "../domain/timeline.ts";

/** One ledger item as a model reads it: `E4 [action-unit, F1, mesh@5] AU12 (lip corner puller) is present: ...`. */
export function evidenceLine(item: EvidenceItem, heading?: Heading): string {
  // Where a face is, its own item says.
  const where = item.region !== null && item.faceId === null ? ` {${numbersOf(item.region).join(" ")}}` : "";
  // One item, one line: a statement from outside cannot pose as a second item.
  return `${item.id} ${tagOf(item, heading)} ${wordsOf(item).replace(/\s+/g, " ")}${where}`;
}

/** What several items have in common: it stands above them instead of in each. */
interface Heading {
  readonly faceId: string | null;
  readonly source: string;
}

function tagOf({ kind, faceId, source }: EvidenceItem, heading?: Heading): string {
  const face = heading === undefined ? faceId : null;
  const name = source.name === heading?.source ? null : source.name;
  return `[${[kind, face, name].filter((part) => part !== null).join(", ")}]`;
}

/** Labels below this share are left out, as the judge prompt says. */
const SHARE_SHOWN_FROM = 0.01;

/** The statement; of a network's reading only the distribution, as the tag says whose it is, and of units only numbers. */
function wordsOf({ kind, value, statement, time }: EvidenceItem): string {
  if (value.type === "not-supported") {
    return `By no toolbox in use: AU ${value.actionUnits.map((au) => au.replace("AU", "")).join(", ")}`;
  }
  if (kind !== "expression" || value.type !== "distribution") return statement;
  const shown = value.distribution
    .filter(({ probability }) => probability >= SHARE_SHOWN_FROM)
    .sort((a, b) => b.probability - a.probability)
    .map(({ label, probability }) => `${label} ${probability.toFixed(2)}`);
  const when = time === undefined ? "" : `${spanText(time)}: `;
  return `${when}${shown.join(", ")}`;
}

/**
 * Items as a model reads them. The sides of an action unit are left out where they say the same as the whole face: they
 * triple the length and tell nothing. They stay in the ledger, where a claim about a side is held against them. All units
 * that one toolbox found absent on one face share a line, and so do all that it left uncertain. What is about one face
 * stands together, below a line that names it and who says most of it.
 *
 * @param ledger what there is, of which `items` are told: a side says the same as the other one, told or not.
 */
export function evidenceLines(items: readonly EvidenceItem[], ledger = items): string {
  const units = groupBy(ledger.filter(isActionUnit), unitKey);
  const told = items.filter((item) => !isActionUnit(item) || !isSideLikeTheOther(item, units.get(unitKey(item)) ?? []));
  return [...groupBy(told, ({ faceId }) => faceId)].flatMap(([faceId, own]) => linesAbout(faceId, own)).join("\n");
}

/** Fewer items of a face are told one by one. */
const HEADED_FROM = 4;

function linesAbout(faceId: string | null, items: readonly EvidenceItem[]): string[] {
  const source = commonest(items.map((item) => item.source.name))?.item;
  const isHeaded = faceId !== null && source !== undefined && items.length >= HEADED_FROM;
  const heading = isHeaded ? { faceId, source } : undefined;
  const groups = groupBy(items, (item) => (isActionUnit(item) ? (sharedKey(item) ?? item.id) : item.id));
  const lines = [...groups.values()].flatMap(
    (group) => sharedLine(group.filter(isActionUnit), heading) ?? group.map((item) => evidenceLine(item, heading)),
  );
  return heading === undefined ? lines : [`About ${faceId}, by ${source} unless another is named:`, ...lines];
}

/** Of whole faces, measured with weight: what else there is has a line of its own. */
function sharedKey({ faceId, source, value }: ActionUnitItem): string | undefined {
  const { side, presence, scale, weight } = value;
  if (side !== "both" || presence === "present" || (weight ?? 1) < MINIMUM_WEIGHT) return undefined;
  return [faceId, source.name, scale, presence].join(" ");
}

/** `[action-unit, F1, mesh@5] absent, probability at most 0.28: E8 AU1, E9 AU2`; uncertain ones have their values. */
function sharedLine(items: readonly ActionUnitItem[], heading: Heading | undefined): string | undefined {
  const [first, ...more] = items;
  if (first === undefined || more.length === 0) return undefined;
  const { presence, scale } = first.value;
  const highest = Math.max(...items.map(({ value }) => value.value)).toFixed(2);
  const absent = presence === "absent";
  const named = items.map(({ id, value }) => `${id} ${value.au}${absent ? "" : ` ${value.value.toFixed(2)}`}`);
  const what = absent ? `absent, ${scale} at most ${highest}` : `${presence}, ${scale}`;
  return `${tagOf(first, heading)} ${what}: ${named.join(", ")}`;
}

/** A box in whole source pixels, in the order in which the tools take it. */
export function boxText({ leftPx, topPx, widthPx, heightPx }: PixelBox): string {
  const [left, top, width, height] = numbersOf({ leftPx, topPx, widthPx, heightPx });
  return `left ${left}, top ${top}, width ${width}, height ${height} px`;
}

function numbersOf({ leftPx, topPx, widthPx, heightPx }: PixelBox): number[] {
  return [leftPx, topPx, widthPx, heightPx].map(Math.round);
}

/** How far two sides may differ, as a share of the scale, before both are shown. */
const SAME_WITHIN = 0.2;
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
  return Math.abs(value.value - opposite.value) <= SAME_WITHIN * SCALE_SPAN[value.scale];
}

/** Items of the scene as a model reads them; where there are none, that nobody looked, which is no absence. */
export function sceneText(items: readonly EvidenceItem[], what: string): string {
  if (items.length > 0) return evidenceLines(items);
  return `${what}: the ledger has nothing about it, as nobody looked. That does not mean that there is nothing.`;
}
