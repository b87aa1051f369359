import { z } from "zod";
import type { EvidenceItem } from "../../domain/evidence.ts";
import type { Congruence } from "../../domain/judgment.ts";
import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import { labelledJensenShannon } from "../../domain/statistics/divergence.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";
import type { ContextReading } from "./read-context.ts";
import type { FaceReading } from "./read-face.ts";
import { mainLabelFor } from "./related-labels.ts";

const Labels = z.array(z.enum(BASIC_LABELS)).min(1).nullable();
const CongruenceRule = z.strictObject({
  kind: z.string().min(1),
  verdict: z.enum(["congruent", "incongruent", "ambiguous"]),
  face: Labels,
  context: Labels,
  /** Ids of context cues. */
  cues: z.array(z.string()).min(1).nullable(),
  /** Types of smile. */
  smile: z.array(z.string()).min(1).nullable(),
  says: z.string().min(1),
});

const congruenceRules = knowledgeFile(
  ["rules", "congruence.json"],
  z.strictObject({ about: z.string(), rules: z.array(CongruenceRule) }),
);

/** From which probability on a label is part of what a reading says. Set by hand, not fitted. */
const SAID_FROM = 0.35;
/** Jensen-Shannon divergence in bits up to which two readings agree, and from which they do not. Set by hand, not fitted. */
const AGREE_UP_TO = 0.15;
const DIFFER_FROM = 0.35;

interface Compared {
  readonly face: FaceReading;
  readonly context: ContextReading;
  /** What both together leave; `null` when neither can be read. */
  readonly integrated: readonly LabelProbability[] | null;
  /** Those that the question gave, in which the readings are named. */
  readonly labels: readonly string[] | null;
  /** Types of smile that are shown. */
  readonly smiles: readonly string[];
  /** Where words and this face contradict each other. */
  readonly contradictions: readonly EvidenceItem[];
}

/** What it is called where words and the face of who says them contradict each other. */
const CONTRADICTED = "words and face contradict each other";

/** Says how face and context go together, by name where a rule has one. What is said against the face is named before all. */
export function nameCongruence(compared: Compared): Congruence {
  const named = byReadings(compared);
  const { contradictions } = compared;
  if (contradictions.length === 0) return named;
  const evidenceIds = contradictions.flatMap(({ id, value }) => [
    id,
    ...(value.type === "contradiction" ? value.evidenceIds : []),
  ]);
  return {
    verdict: "incongruent",
    kind: named.verdict === "incongruent" && named.kind !== null ? named.kind : CONTRADICTED,
    statement: [...contradictions.map(({ statement }) => statement), named.statement].join(". "),
    evidenceIds: [...new Set([...evidenceIds, ...named.evidenceIds])],
  };
}

function byReadings({ face, context, integrated, labels, smiles }: Compared): Congruence {
  const [fromFace, fromContext] = [face.distribution, context.distribution];
  if (fromFace === null || fromContext === null) {
    const what = fromFace === null ? "The face could not be read" : "The context says nothing";
    return {
      verdict: "not assessable",
      kind: null,
      statement: `${what}, so there is nothing to compare`,
      evidenceIds: [],
    };
  }
  const evidenceIds = [
    ...new Set([
      ...face.sources.flatMap(({ evidenceIds: ids }) => ids.slice(0, 1)),
      ...[...context.texts, ...context.cues].map(({ evidenceId }) => evidenceId),
    ]),
  ];
  const [shown, expected] = [fromFace, fromContext].map((read) => mainLabelFor(topLabel(read), labels));
  const comparison = `The face alone is read as ${shown}, and the context alone leads one to expect ${expected}`;
  const ids = context.cues.map(({ cue }) => cue.id);
  const rule = congruenceRules().rules.find((candidate) => {
    return (
      saysOneOf(fromFace, candidate.face) &&
      saysOneOf(fromContext, candidate.context) &&
      (candidate.cues === null || candidate.cues.some((id) => ids.includes(id))) &&
      (candidate.smile === null || candidate.smile.some((type) => smiles.includes(type)))
    );
  });
  // A context that turns the face's reading into another does not go with it.
  const turned = integrated !== null && topLabel(integrated) !== topLabel(fromFace);
  if (rule === undefined || (turned && rule.verdict === "congruent")) {
    const verdict = softened(verdictOf(fromFace, fromContext), context);
    return {
      verdict: turned && verdict === "congruent" ? "ambiguous" : verdict,
      kind: null,
      statement: comparison,
      evidenceIds,
    };
  }
  return { verdict: rule.verdict, kind: rule.kind, statement: `${comparison}; ${rule.says}`, evidenceIds };
}

function saysOneOf(distribution: readonly LabelProbability[], labels: readonly string[] | null): boolean {
  if (labels === null) return true;
  return distribution.some(({ label, probability }) => probability >= SAID_FROM && labels.includes(label));
}

function verdictOf(face: readonly LabelProbability[], context: readonly LabelProbability[]): Congruence["verdict"] {
  const apart = labelledJensenShannon(face, context);
  if (apart === null) return "not assessable";
  if (apart <= AGREE_UP_TO || topLabel(face) === topLabel(context)) return "congruent";
  return apart >= DIFFER_FROM ? "incongruent" : "ambiguous";
}

/** A table and a posture do not make a face wrong: without words about the situation, what differs is ambiguous. */
function softened(verdict: Congruence["verdict"], { texts }: ContextReading): Congruence["verdict"] {
  return verdict === "incongruent" && texts.length === 0 ? "ambiguous" : verdict;
}

export function topLabel(distribution: readonly LabelProbability[]): string {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  if (top === undefined) throw new RangeError("A distribution without labels has no top");
  return top.label;
}
