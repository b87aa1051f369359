import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import { basicLabelOf } from "../../facs/basic-label.ts";
import type { EvidenceView } from "./evidence-view.ts";
import { integrationSettings } from "./integration-settings.ts";

/** So many nearest examples count; one alone may be a fluke. */
const NEIGHBOURS = 3;
/** As the curves were fitted: what examples show is one of eight expressions beforehand. */
const PRIOR_ODDS = 1 / (BASIC_LABELS.length - 1);

/** How like a face is to the examples of one category, and to those that are said not to be of it. */
interface CategoryVotes {
  readonly label: string;
  /** Most like first. */
  readonly like: readonly number[];
  readonly unlike: readonly number[];
}

/**
 * A face's reading with what labelled examples say of it. For every category the chance that the face shows it follows from how
 * like its examples are, and where there are others ("not this", or of another category) from how much nearer they are. A label
 * that the reading knows is weighed by that chance, so that eight examples of contempt make no contempt of a face that
 * plainly shows none; a category of one's own, which nothing else can speak for, takes the chance as its share.
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
    read.some((entry) => entry.label === label) ? [] : [{ label, probability: own }],
  );
  return normalised([...known, ...novel]);
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
  const shown = items.flatMap(({ value }) => {
    if (value.type !== "likeness") return [];
    const own = value.faces.find((face) => face.faceId === faceId);
    const label = basicLabelOf(value.category) ?? value.category;
    return own === undefined ? [] : [{ label, isNot: value.isNot, similarity: own.similarity }];
  });
  const labels = [...new Set(shown.flatMap(({ label, isNot }) => (isNot ? [] : [label])))];
  const sorted = (some: typeof shown) => some.map(({ similarity }) => similarity).sort((a, b) => b - a);
  return labels.map((label) => ({
    label,
    like: sorted(shown.filter((one) => one.label === label && !one.isNot)),
    // What is said not to be another category says nothing of this one.
    unlike: sorted(shown.filter((one) => (one.label === label) === one.isNot)),
  }));
}
