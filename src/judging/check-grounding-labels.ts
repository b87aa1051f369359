import { type EvidenceItem, PROTOTYPE_UNIT, type TimeWindow } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { Judgment, ReadingName } from "../domain/judgment.ts";
import { statedWindow } from "../domain/stated-times.ts";
import { itemsWithin, overlaps } from "../domain/timeline.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import type { Claim } from "./check-grounding-claims.ts";
import { type Finding, merged, worst } from "./check-grounding-finding.ts";

/** From which probability on a label is seen, and below which it is not. Set by hand, not fitted. */
const SEEN_FROM = 0.25;
const NOT_SEEN_BELOW = 0.1;
/** Words after which naming a label asserts nothing: it is denied, compared, supposed or asked for. */
const NOT_ASSERTED =
  /\b(?:no|not|none|never|nobody|neither|nor|without|rather|hardly|less|least|would|could|might|may|if|cannot|unlike|instead|0 of|expect\w*)\b|n't\b/i;

/** A label as a scale, on which a sentence gives levels: "By anger, F1 (0.03) comes first", "anger 0.03". */
const AS_SCALE = /\bby (\p{L}+),|\b(\p{L}+) (?:0?\.\d)/giu;
const LEVEL = /(?<![\d.])0?\.\d+(?!\.?\d)/g;
/** A level that is told is rounded, or one of several readings of a face. Set by hand, not fitted. */
const SAME_LEVEL_WITHIN = 0.05;

/** The highest level that a sentence gives its label, where the label is a scale and the level says that little of it is shown. */
function littleStated(statement: string, label: string): number | undefined {
  const isScale = [...statement.matchAll(AS_SCALE)].some((match) => (match[1] ?? match[2])?.toLowerCase() === label);
  const highest = Math.max(...(statement.match(LEVEL) ?? []).map(Number));
  return isScale && highest < SEEN_FROM && highest >= 0 ? highest : undefined;
}

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
  const prototypes = PROTOTYPE.test(statement) ? prototypeSources(faceIds, ledger) : [];
  const sources = [...prototypes, ...sourcesFor(faceIds, judgment, { ledger, window: statedWindow(statement) })];
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
  const stated = littleStated(statement, highest.label);
  if (stated !== undefined && levels.some(({ level }) => Math.abs(level - stated) <= SAME_LEVEL_WITHIN)) {
    return { verdict: "supported", reason, itemIds };
  }
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

/** A sentence that names a FACS prototype says what action units stand for, not what is perceived. */
const PROTOTYPE = /\bprototyp\w*/i;

function prototypeSources(faceIds: readonly string[], ledger: EvidenceLedger): Source[] {
  return faceIds.flatMap((faceId) =>
    ledger.ofFace(faceId, "facs-rule").flatMap(({ id, value, source }): Source[] => {
      const named = value.type === "quantities" ? value.values.filter(({ unit }) => unit === PROTOTYPE_UNIT) : [];
      if (named.length === 0) return [];
      const of = (label: string) =>
        probabilityOf(
          named.map((one) => ({ label: one.name, probability: one.value })),
          label,
        );
      return [{ name: `the closest FACS prototype by ${source.name}`, itemId: id, of }];
    }),
  );
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
  return overTime.filter((stretch) => overlaps(stretch, window));
}

/** A cue against a label that a cited classifier gives this much is against its own evidence. Set by hand, not fitted. */
const LABEL_DOMINANT_FROM = 0.5;

/** A cue that cites an expression distribution of its face must agree with it about its label. */
export function expressionFinding(
  claim: Pick<Claim, "label" | "faceId">,
  cited: readonly EvidenceItem[],
): Finding | undefined {
  const { label, faceId } = claim;
  if (label === null || faceId === null) return undefined;
  const findings = cited.flatMap((item): Finding[] => {
    if (item.kind !== "expression" || item.faceId !== faceId || item.value.type !== "distribution") return [];
    const probability = probabilityOf(item.value.distribution, label.label);
    if (probability === undefined) return [];
    const reason = `${item.source.name} gives ${label.label} ${Number(probability.toFixed(3))} (${item.id})`;
    return [{ verdict: labelVerdict(label.direction, probability), reason, itemIds: [item.id] }];
  });
  const verdicts = findings.map(({ verdict }) => verdict);
  if (verdicts.includes("supported") && verdicts.includes("contradicted")) return merged("disputed", findings);
  return worst(findings);
}

function labelVerdict(direction: "for" | "against", probability: number): Finding["verdict"] {
  if (direction === "for") {
    if (probability >= SEEN_FROM) return "supported";
    return probability < NOT_SEEN_BELOW ? "contradicted" : "not-measurable";
  }
  if (probability >= LABEL_DOMINANT_FROM) return "contradicted";
  return probability < SEEN_FROM ? "supported" : "not-measurable";
}

function probabilityOf(distribution: readonly { label: string; probability: number }[], label: string) {
  const wanted = basicLabelOf(label) ?? label.trim().toLowerCase();
  return distribution.find((entry) => (basicLabelOf(entry.label) ?? entry.label.toLowerCase()) === wanted)?.probability;
}
