import type { Clause } from "./clauses.ts";
import type { Marker } from "./lexicon.ts";
import type { MentionUnit } from "./mention-units.ts";
import type { PhraseMatch } from "./phrase-table.ts";

/** How far a negation reaches: "no visible sign of any raised cheek". */
const NEGATOR_REACH_WORDS = 5;
/** "Not" reaches less far: in "not looking at the camera with a smile" the smile stands. */
const NOT_REACH_WORDS = 3;
/** What they refer to: the last thing named, or all of them. */
const PRONOUNS: ReadonlyMap<string, "last" | "all"> = new Map([
  ["which", "last"],
  ["it", "last"],
  ["they", "all"],
  ["both", "all"],
  ["neither", "all"],
]);

interface SettledUnit {
  readonly unit: MentionUnit;
  readonly state: "present" | "absent";
}

type Finding = "affirmed" | "denied" | "open";

/** Says of every unit in a clause whether it is affirmed or denied; leaves out those of which neither is said. */
export function settleStates(
  clause: Clause,
  units: readonly MentionUnit[],
  before: readonly MentionUnit[],
): SettledUnit[] {
  if (units.length === 0) return deniedByPronoun(clause, before);
  if (has(clause, "hypothetical")) return [];
  const settled: SettledUnit[] = [];
  let leader: Finding | undefined;
  for (const unit of units) {
    const finding = unit.aside && leader !== undefined ? leader : findingFor(clause, unit, units);
    if (!unit.aside) leader = finding;
    const state = stateOf(unit, finding);
    if (state !== undefined) settled.push({ unit, state });
  }
  return settled;
}

function stateOf(unit: MentionUnit, finding: Finding): "present" | "absent" | undefined {
  if (finding === "open") return undefined;
  if (finding === "affirmed") return unit.absentByWording ? "absent" : "present";
  if (!unit.negatable) return undefined;
  return unit.absentByWording ? "present" : "absent";
}

/** "A smile of joy would lift the cheeks, which are not raised here": the second half denies what the first named. */
function deniedByPronoun(clause: Clause, before: readonly MentionUnit[]): SettledUnit[] {
  const first = clause.words.find(({ text }) => text !== "and");
  const reference = PRONOUNS.get(first?.text ?? "");
  if (reference === undefined || !has(clause, "absent")) return [];
  return (reference === "last" ? before.slice(-1) : before)
    .filter((unit) => unit.negatable)
    .map((unit) => ({ unit, state: unit.absentByWording ? ("present" as const) : ("absent" as const) }));
}

function has(clause: Clause, marker: Marker): boolean {
  return clause.markers.some(({ meanings }) => meanings.includes(marker));
}

function findingFor(clause: Clause, unit: MentionUnit, units: readonly MentionUnit[]): Finding {
  if (deniedInside(clause, unit)) return "denied";
  if (
    clause.markers.some(
      (marker) => marker.meanings.includes("undecided") && reaches(clause, marker, { unit, units }, 2),
    )
  ) {
    return "open";
  }
  const said = saidAfterwards(clause, unit, units);
  if (said === "undecided") return "open";
  if (said === "absent") return "denied";
  if (!deniedBefore(clause, unit, units)) return "affirmed";
  return isQualified(clause, unit) ? "open" : "denied";
}

/** "No genuine smile" may still be a smile. */
function isQualified(clause: Clause, unit: MentionUnit): boolean {
  return clause.markers.some((marker) => {
    const word = clause.words[marker.to + 1];
    return marker.meanings.includes("qualifier") && word !== undefined && word.index === unit.index;
  });
}

/** "Brows are not raised". */
function deniedInside(clause: Clause, unit: MentionUnit): boolean {
  return clause.markers.some((marker) => {
    const at = startOf(clause, marker);
    return at > unit.index && at < unit.end && marker.meanings.includes("negator");
  });
}

/** What the next state word says: "AU6 and AU12 are absent", "AU4 was not measured", "AU6 is not". */
function saidAfterwards(
  clause: Clause,
  unit: MentionUnit,
  units: readonly MentionUnit[],
): "absent" | "present" | "undecided" | undefined {
  const after = clause.markers.filter((marker) => startOf(clause, marker) >= unit.end);
  const marker = after.find(({ meanings }) =>
    meanings.some((meaning) => meaning !== "hypothetical" && meaning !== "qualifier"),
  );
  if (marker === undefined) return undefined;
  const kind = postKind(clause, marker);
  if (kind === undefined) return undefined;
  const at = startOf(clause, marker);
  const otherUnit = units.some(({ index, aside }) => !aside && index >= unit.end && index < at);
  const and = clause.words.some(({ text, index }) => text === "and" && index >= unit.end && index < at);
  // "AU12, which raises the lip corners, is absent": what is said comes after the explanation.
  const explained = clause.words.find(({ index }) => index >= unit.end)?.text === "which";
  if ((otherUnit || and) && !explained && !isPlural(clause, marker)) return undefined;
  return kind;
}

function postKind(clause: Clause, marker: PhraseMatch<Marker>): "absent" | "present" | "undecided" | undefined {
  const { meanings } = marker;
  if (meanings.includes("undecided")) return "undecided";
  if (meanings.includes("absent"))
    return meanings.includes("negator") && !isPredicate(clause, marker) ? undefined : "absent";
  // A negator at the end of its clause denies what came before: "AU6 is not".
  if (meanings.includes("negator")) return isLast(clause, marker) ? "absent" : undefined;
  return meanings.includes("present") ? "present" : undefined;
}

/** "AU6 is absent" or "AU6 absent", but not "AU6 with missing AU12". */
function isPredicate(clause: Clause, marker: PhraseMatch<Marker>): boolean {
  const before = clause.words[marker.from - 1]?.text ?? "";
  return isLast(clause, marker) || /^(?:is|are|was|were|be|remains?|stays?|all|both|entirely)$/.test(before);
}

function isLast(clause: Clause, marker: PhraseMatch<Marker>): boolean {
  const at = startOf(clause, marker);
  return marker.to === clause.words.length - 1 && !clause.codes.some(({ index }) => index > at);
}

function isPlural(clause: Clause, marker: PhraseMatch<Marker>): boolean {
  const before = clause.words.slice(Math.max(0, marker.from - 2), marker.from).map(({ text }) => text);
  return before.some((word) => /^(?:are|were|both|all|remain|stay)$/.test(word));
}

/** "No smile", "without raised cheeks or a furrowed brow", "lacks AU6". */
function deniedBefore(clause: Clause, unit: MentionUnit, units: readonly MentionUnit[]): boolean {
  return clause.markers.some((marker) => {
    return marker.meanings.includes("negator") && reaches(clause, marker, { unit, units }, reachOf(clause, marker));
  });
}

/** Whether a word before a unit speaks of it: near enough, in no new thought, and not of another unit in between. */
function reaches(
  clause: Clause,
  marker: PhraseMatch<Marker>,
  among: { unit: MentionUnit; units: readonly MentionUnit[] },
  reachWords: number,
): boolean {
  const at = startOf(clause, marker);
  const { unit, units } = among;
  if (at >= unit.index) return false;
  const between = clause.words.slice(marker.to + 1).filter(({ index }) => index < unit.index);
  if (between.length > reachWords || between.some(({ text }) => text === "and")) return false;
  const other = units.some(
    ({ index, end, aside }) => !aside && index > at && end <= unit.index && index !== unit.index,
  );
  return !other || between.some(({ text }) => text === "or" || text === "nor");
}

function reachOf(clause: Clause, marker: PhraseMatch<Marker>): number {
  // "Absent" and "missing" deny what directly follows; elsewhere they speak of what came before.
  if (marker.meanings.includes("absent")) return isPredicate(clause, marker) ? -1 : 1;
  const word = clause.words[marker.from]?.text ?? "";
  return /^(?:not|never|non)$|n't$/.test(word) ? NOT_REACH_WORDS : NEGATOR_REACH_WORDS;
}

function startOf(clause: Clause, marker: PhraseMatch<Marker>): number {
  return clause.words[marker.from]?.index ?? 0;
}
