import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { Judgment } from "../domain/judgment.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import type { Finding } from "./check-grounding-votes.ts";

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
  const sources = sourcesFor(faceIds, judgment, ledger);
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
function sourcesFor(faceIds: readonly string[], judgment: Judgment, ledger: EvidenceLedger): Source[] {
  const measured = faceIds.flatMap((faceId) =>
    ledger.ofFace(faceId, "expression").flatMap((item): Source[] => {
      if (item.value.type !== "distribution") return [];
      const { distribution } = item.value;
      return [{ name: item.source.name, itemId: item.id, of: (label) => probabilityOf(distribution, label) }];
    }),
  );
  const subjects = judgment.subjects.filter(({ faceId }) => faceId === null || faceIds.includes(faceId));
  const own = subjects.flatMap(({ faceOnly, contextOnly, integrated }): Source[] =>
    [faceOnly, contextOnly, integrated].map(({ distribution }) => ({
      name: "the judgment itself",
      itemId: null,
      of: (label: string) => probabilityOf(distribution, label),
    })),
  );
  return [...measured, ...own];
}

function probabilityOf(distribution: readonly { label: string; probability: number }[], label: string) {
  const wanted = basicLabelOf(label) ?? label;
  return distribution.find((entry) => (basicLabelOf(entry.label) ?? entry.label.toLowerCase()) === wanted)?.probability;
}
