import type { EvidenceItem } from "../../domain/evidence.ts";
import type { Cue } from "../../domain/judgment.ts";
import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import { agreedPresence, presenceVotes } from "../../domain/presence.ts";
import { basicLabelOf } from "../../facs/basic-label.ts";
import { findActionUnitMentions } from "../../facs/prose/find-mentions.ts";
import type { EvidenceView } from "./evidence-view.ts";
import { integrationSettings } from "./integration-settings.ts";

/** So many nearest examples count; one alone may be a fluke. Set by hand, not fitted. */
const NEIGHBOURS = 3;
/** As the curves were fitted: what examples show is one of eight expressions beforehand. */
const PRIOR_ODDS = 1 / (BASIC_LABELS.length - 1);

/** How like a face is to the examples of one category, and to those that are said not to be of it. */
interface CategoryVotes {
  readonly label: string;
  /** Most like first, as are the examples. */
  readonly like: readonly number[];
  readonly unlike: readonly number[];
  readonly examples: readonly { readonly id: string; readonly category: string; readonly similarity: number }[];
}

/**
 * A face's reading with what labelled examples say of it. For every category the chance that the face shows it follows from how
 * like its examples are, and where there are others ("not this", or of another category) from how much nearer they are. A label
 * that the reading knows is weighed by that chance, so that eight examples of contempt make no contempt of a face that
 * plainly shows none; a category of one's own, which nothing else can speak for, takes the chance as its share, and none where
 * its very name says of the face what was measured otherwise.
 */
export function withExemplars(
  read: readonly LabelProbability[],
  view: EvidenceView,
  faceId: string,
): LabelProbability[] {
  const votes = votesFor(view, faceId);
  if (votes.length === 0) return [...read];
  const { exemplarSay } = integrationSettings();
  const odds = new Map(votes.map((vote) => [vote.label, oddsOf(vote)]));
  const weighed = read.map(({ label, probability }) => {
    const own = odds.get(label);
    return { label, probability: own === undefined ? probability : probability * (own / PRIOR_ODDS) ** exemplarSay };
  });
  const known = normalised(weighed);
  const novel = [...odds].flatMap(([label, own]) =>
    read.some((entry) => entry.label === label)
      ? []
      : [{ label, probability: isBelied(label, view.ofFace(faceId)) ? 0 : own }],
  );
  return normalised([...known, ...novel]);
}

/** A "closed-lip smile" on a face whose lip corners were measured at rest is none, however like the rest of it is. */
function isBelied(label: string, items: readonly EvidenceItem[]): boolean {
  return findActionUnitMentions(label).some(({ anyOf, state }) => {
    const measured = anyOf.map((au) => presenceVotes(items, au, "both")).filter((votes) => votes.length > 0);
    const found = measured.map(agreedPresence);
    if (state === "absent") return found.includes("present");
    return found.length > 0 && found.every((presence) => presence === "absent");
  });
}

const EXAMPLES_TOLD = 2;

/** The examples that speak for these labels, the most like first, where they make one likelier than it was beforehand. */
export function exemplarCues(view: EvidenceView, faceId: string, labels: readonly string[]): Cue[] {
  return votesFor(view, faceId)
    .filter((vote) => labels.includes(vote.label) && oddsOf(vote) > PRIOR_ODDS)
    .flatMap(({ label, examples }) =>
      examples.slice(0, EXAMPLES_TOLD).map(
        ({ category, similarity, id }): Cue => ({
          statement: `The face is like an example of "${category}" to ${similarity.toFixed(2)} of 1`,
          claimType: "perceived",
          label,
          direction: "for",
          actionUnits: [],
          evidenceIds: [id],
        }),
      ),
    );
}

function normalised(weights: readonly LabelProbability[]): LabelProbability[] {
  const total = weights.reduce((sum, { probability }) => sum + probability, 0);
  return weights.map(({ label, probability }) => ({ label, probability: probability / total }));
}

function oddsOf({ like, unlike }: CategoryVotes): number {
  const { exemplarMatch, exemplarContrast } = integrationSettings();
  const [nearest = 0] = like;
  if (unlike.length === 0) return Math.exp((nearest - exemplarMatch.half) / exemplarMatch.width);
  const [here, there] = [meanOfNearest(like), meanOfNearest(unlike)];
  return Math.exp(exemplarContrast.bias + exemplarContrast.like * here + exemplarContrast.nearer * (here - there));
}

function meanOfNearest(similarities: readonly number[]): number {
  const near = similarities.slice(0, NEIGHBOURS);
  return near.reduce((sum, one) => sum + one, 0) / near.length;
}

function votesFor({ items }: EvidenceView, faceId: string): CategoryVotes[] {
  const shown = items
    .flatMap(({ id, value }) => {
      if (value.type !== "likeness") return [];
      const { category, isNot } = value;
      const own = value.faces.find((face) => face.faceId === faceId);
      const label = basicLabelOf(category) ?? category;
      return own === undefined ? [] : [{ id, category, label, isNot, similarity: own.similarity }];
    })
    .sort((a, b) => b.similarity - a.similarity);
  const labels = [...new Set(shown.flatMap(({ label, isNot }) => (isNot ? [] : [label])))];
  const similarities = (some: typeof shown) => some.map(({ similarity }) => similarity);
  return labels.map((label) => {
    const examples = shown.filter((one) => one.label === label && !one.isNot);
    // What is said not to be another category says nothing of this one.
    const others = shown.filter((one) => (one.label === label) === one.isNot);
    return { label, examples, like: similarities(examples), unlike: similarities(others) };
  });
}
