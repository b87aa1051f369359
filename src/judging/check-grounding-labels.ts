import type { EvidenceLedger, TimeWindow } from "../domain/evidence.ts";
import type { GroundingVerdict } from "../domain/grounding.ts";
import type { Judgment, ReadingName } from "../domain/judgment.ts";
import type { Side } from "../domain/measurement.ts";
import { type MeasuredItem, type PresenceVote, presenceVotes } from "../domain/presence.ts";
import { isOfClip, itemsWithin } from "../domain/timeline.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import { statedWindow, windowText } from "./stated-times.ts";

/** From which probability on a label is seen, and below which it is not. */
const SEEN_FROM = 0.25;
const NOT_SEEN_BELOW = 0.1;
/** Words after which naming a label asserts nothing: it is denied, compared, supposed or asked for. */
const NOT_ASSERTED =
  /\b(?:no|not|none|never|nobody|neither|nor|without|rather|hardly|less|least|would|could|might|may|if|cannot|unlike|instead|0 of|expect\w*)\b|n't\b/i;

/**
 * Holds the expressions that a sentence of the answer names against what classifiers read on the faces it is about and
 * against the judgment's own readings: one that none of them gives is contradicted. `undefined` when it asserts none.
 */
export function labelFinding(
  statement: string,
  faceIds: readonly string[],
  { judgment, ledger }: { readonly judgment: Judgment; readonly ledger: EvidenceLedger },
): Finding | undefined {
  const labels = labelsIn(statement, judgment);
  if (labels.length === 0 || NOT_ASSERTED.test(statement)) return undefined;
  const sources = sourcesFor(faceIds, judgment, { ledger, window: statedWindow(statement) });
  const levels = labels.flatMap((label) =>
    sources.flatMap((best) => {
      const level = best.of(label);
      return level === undefined ? [] : [{ label, best, level }];
    }),
  );
  const [highest] = levels.sort((a, b) => b.level - a.level);
  // A label that nothing here knows is told by a shade of it, or by nobody.
  if (highest === undefined) return undefined;
  const reason = `${highest.best.name} gives ${highest.label} ${Number(highest.level.toFixed(2))}${highest.best.itemId === null ? "" : ` (${highest.best.itemId})`}`;
  const itemIds = highest.best.itemId === null ? [] : [highest.best.itemId];
  if (highest.level >= SEEN_FROM) return { verdict: "supported", reason, itemIds };
  if (highest.level >= NOT_SEEN_BELOW) return { verdict: "not-measurable", reason, itemIds };
  return { verdict: "contradicted", reason: `${reason} at most`, itemIds };
}

function labelsIn(statement: string, judgment: Judgment): string[] {
  const words: readonly string[] = statement.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  const basic = words.flatMap((word): string[] => {
    const label = word === "none" ? undefined : basicLabelOf(word);
    return label === undefined ? [] : [label];
  });
  const given = judgment.subjects
    .flatMap(({ faceOnly, contextOnly, integrated }) => [faceOnly, contextOnly, integrated])
    .flatMap(({ distribution }) => distribution.map(({ label }) => label.toLowerCase()))
    .filter((label) => basicLabelOf(label) === undefined && words.includes(label));
  return [...new Set([...basic, ...given])];
}

const NO_FACE =
  /\bno (?:face|faces|person|people|one) (?:was|were|is|are|could be|can be) (?:found|seen|visible|detected|there)\b|\bthere (?:is|are) no (?:face|faces|person|people)\b/i;

/** A sentence that says that there is no face is held against the faces that were found. `undefined` for any other. */
export function faceAbsenceFinding(statement: string, ledger: EvidenceLedger): Finding | undefined {
  if (!NO_FACE.test(statement)) return undefined;
  const faces = ledger.faces().map(({ faceId }) => faceId);
  if (faces.length === 0) return { verdict: "supported", reason: "no toolbox found a face", itemIds: [] };
  return { verdict: "contradicted", reason: `faces were found: ${faces.join(", ")}`, itemIds: [] };
}

interface Source {
  readonly name: string;
  /** `null` for a reading of the judgment itself. */
  readonly itemId: string | null;
  /** `undefined` for a label that it does not know. */
  of(label: string): number | undefined;
}

/** Classifiers first, so that they are named where they say as much as the judgment. */
function sourcesFor(
  faceIds: readonly string[],
  judgment: Judgment,
  { ledger, window }: { readonly ledger: EvidenceLedger; readonly window: TimeWindow | null },
): Source[] {
  const measured = faceIds.flatMap((faceId) =>
    itemsWithin(ledger.ofFace(faceId, "expression"), window).flatMap((item): Source[] => {
      if (item.value.type !== "distribution") return [];
      const { distribution } = item.value;
      return [{ name: item.source.name, itemId: item.id, of: (label) => probabilityOf(distribution, label) }];
    }),
  );
  const subjects = judgment.subjects.filter(({ faceId }) => faceId === null || faceIds.includes(faceId));
  const own = subjects
    .flatMap((subject) => readingsWithin(subject, window))
    .flatMap(({ faceOnly, contextOnly, integrated }): Source[] =>
      [faceOnly, contextOnly, integrated].map(({ distribution }) => ({
        name: "the judgment itself",
        itemId: null,
        of: (label: string) => probabilityOf(distribution, label),
      })),
    );
  return [...measured, ...own];
}

/** Of a clip, a sentence that names a time is held against the readings of that time, and of the whole clip where it names none. */
function readingsWithin(
  subject: Judgment["subjects"][number],
  window: TimeWindow | null,
): Pick<Judgment["subjects"][number], ReadingName>[] {
  const { overTime = [] } = subject;
  if (overTime.length === 0) return [subject];
  if (window === null) return [subject, ...overTime];
  return overTime.filter(({ fromS, toS }) => fromS <= window.toS && toS >= window.fromS);
}

function probabilityOf(distribution: readonly { label: string; probability: number }[], label: string) {
  const wanted = basicLabelOf(label) ?? label;
  return distribution.find((entry) => (basicLabelOf(entry.label) ?? entry.label.toLowerCase()) === wanted)?.probability;
}

/** What the ledger says of one assertion, and which items say it. */
export interface Finding {
  readonly verdict: Exclude<GroundingVerdict, "uncited">;
  /** One clause, e.g. `AU12 is present: mesh@3 measured 0.93 (present, E4)`. */
  readonly reason: string;
  readonly itemIds: readonly string[];
}

/** One action unit that is said to be shown or not. */
interface SingleAssertion {
  readonly au: string;
  readonly side: Side;
  readonly state: "present" | "absent";
  /** When in a clip; `null` for any time, and for images. */
  readonly window: TimeWindow | null;
}

/** Holds an action unit against every toolbox that measured it on this face. All who can decide must agree. */
export function findingFor(assertion: SingleAssertion, faceId: string, ledger: EvidenceLedger): Finding {
  const items = itemsWithin(ledger.ofFace(faceId, "action-unit"), assertion.window);
  const votes = presenceVotes(items, assertion.au, assertion.side);
  const agree = votes.filter(({ presence }) => presence === assertion.state);
  const oppose = votes.filter(({ presence }) => presence !== assertion.state && presence !== "uncertain");
  const when = assertion.window !== null && isOfClip(ledger.items()) ? ` ${windowText(assertion.window)}` : "";
  const name = `${assertion.au}${assertion.side === "both" ? "" : ` (${assertion.side})`}${when}`;
  if (agree.length > 0 && oppose.length > 0) {
    return finding("disputed", `${name} is disputed: ${tell([...agree, ...oppose])}`, [...agree, ...oppose]);
  }
  if (agree.length > 0) return finding("supported", `${name} is ${assertion.state}: ${tell(agree)}`, agree);
  if (oppose.length > 0) {
    return finding("contradicted", `${name} is said to be ${assertion.state}, but ${tell(oppose)}`, oppose);
  }
  if (votes.length > 0) {
    return finding("not-measurable", `${name} can be called neither present nor absent: ${tell(votes)}`, votes);
  }
  return finding(
    "not-measurable",
    `no toolbox in use measured ${name} on ${faceId}${whyNot(assertion.au, ledger)}`,
    [],
  );
}

function whyNot(au: string, ledger: EvidenceLedger): string {
  const unable = ledger.ofKind("not-supported").filter(({ value }) => {
    return value.type === "not-supported" && value.actionUnits.includes(au);
  });
  const told = new Map(unable.map(({ source, id }) => [source.name, `${source.name} does not support it (${id})`]));
  return told.size === 0 ? "" : `: ${[...told.values()].sort().join(", ")}`;
}

function finding(verdict: Finding["verdict"], reason: string, votes: readonly PresenceVote[]): Finding {
  return { verdict, reason, itemIds: votes.flatMap(({ items }) => items.map(({ item }) => item.id)) };
}

function tell(votes: readonly PresenceVote[]): string {
  return votes.flatMap(({ items }) => items.map(tellItem)).join(", ");
}

/** `mesh@3 measured 0.93 (present, E4)`. */
export function tellItem({ item, value }: MeasuredItem): string {
  const side = value.side === "both" ? "" : ` on the ${value.side}`;
  const scale = value.scale === "probability" ? "" : ` on ${value.scale}`;
  const when = item.time === undefined ? "" : ` at ${Number(item.time.fromS.toFixed(2))} s`;
  return `${item.source.name} measured ${Number(value.value.toFixed(2))}${scale}${side}${when} (${value.presence}, ${item.id})`;
}
