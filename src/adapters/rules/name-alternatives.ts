import { capitalised } from "../../domain/capitalised.ts";
import { PROTOTYPE_FROM } from "../../domain/evidence.ts";
import type { Alternative, Reading } from "../../domain/judgment.ts";
import type { LabelProbability } from "../../domain/labels.ts";
import { nameWithCode } from "../../facs/action-units.ts";
import { PRESENT_FROM } from "../../facs/activation.ts";
import { basicLabelOf } from "../../facs/basic-label.ts";
import { matchCompounds } from "../../facs/compound-emotions.ts";
import { type EmotionRule, emotionRules } from "../../facs/emotion-rules.ts";
import { bestPrototype, prototypeText } from "../../facs/prototypes.ts";
import type { ContextReading } from "./read-context.ts";
import type { FaceReading } from "./read-face.ts";
import { mainLabelFor } from "./related-labels.ts";

/** From which probability on a second label is an alternative. Set by hand, not fitted. */
const WORTH_NAMING_FROM = 0.1;
const MAXIMUM_ALTERNATIVES = 3;
/** Terms of a rule that count less than this decide nothing. Set by hand, not fitted. */
const DECIDING_WEIGHT = 1;
/** From which score on the rule of a state, such as confusion, is an alternative. Set by hand, not fitted. */
const STATE_SEEN_FROM = 0.6;

/** The readings that the evidence leaves open, with what would decide. */
export function nameAlternatives(
  integrated: readonly LabelProbability[],
  face: FaceReading | null,
  context: ContextReading,
): Alternative[] {
  const [first, ...others] = [...integrated].sort((a, b) => b.probability - a.probability);
  if (first === undefined) return [];
  const near = others
    .filter(({ probability }) => probability >= WORTH_NAMING_FROM)
    .slice(0, MAXIMUM_ALTERNATIVES)
    .map(({ label }) => ({ label, whatWouldDecide: whatWouldDecide(label, first.label, { face, context }) }));
  const all = [...near, ...prototypes(face), ...compounds(face), ...states(face)];
  return all.filter(({ label }, at) => label !== first.label && all.findIndex((other) => other.label === label) === at);
}

/** With given labels only those of them that the reading does not have on top already. */
export function alternativesIn(
  all: readonly Alternative[],
  labels: readonly string[] | null,
  told?: Reading,
): Alternative[] {
  if (labels === null) return [...all];
  const named = all.map((one) => ({ ...one, label: mainLabelFor(one.label, labels) }));
  return named.filter(
    ({ label }, at) =>
      labels.includes(label) &&
      label !== told?.distribution[0]?.label &&
      named.findIndex((other) => other.label === label) === at,
  );
}

function whatWouldDecide(
  label: string,
  winner: string,
  on: { face: FaceReading | null; context: ContextReading },
): string {
  const situation = on.context.given
    ? `a closer account of what happened, in which ${label} or ${winner} would be expected`
    : "knowing what happened just before";
  const units = on.face === null ? [] : decidingUnits(label, winner, on.face);
  return units.length === 0 ? capitalised(situation) : capitalised(`${units.join(", ")}, and ${situation}`);
}

/** What the alternative's rule asks for, the winner's does not, and the measurements leave open or lack. */
function decidingUnits(label: string, winner: string, face: FaceReading): string[] {
  const vector = face.vectors[0]?.vector;
  const winning = new Set(ruleFor(winner)?.supporting.flatMap(({ anyOf }) => anyOf));
  const wanted = (ruleFor(label)?.supporting ?? []).filter(
    ({ anyOf, weight }) => weight >= DECIDING_WEIGHT && !anyOf.some((au) => winning.has(au)),
  );
  return wanted.flatMap(({ anyOf }) => {
    const [au] = anyOf;
    const level = au === undefined ? undefined : vector?.activations.get(au)?.level;
    if (au === undefined || (level !== undefined && level >= PRESENT_FROM)) return [];
    if (level === undefined) return [`${nameWithCode(au)}, which was not measured`];
    return [level > 0 ? `a clearer ${nameWithCode(au)}` : `${nameWithCode(au)} at another moment`];
  });
}

function ruleFor(label: string): EmotionRule | undefined {
  return emotionRules().find(({ emotion }) => basicLabelOf(emotion) === label);
}

/** The FACS prototype that the action units show, where observers are expected to perceive something else. */
function prototypes(face: FaceReading | null): Alternative[] {
  const perceived = [...(face?.distribution ?? [])].sort((a, b) => b.probability - a.probability)[0]?.label;
  const vector = face?.vectors[0]?.vector;
  const match = vector === undefined ? undefined : bestPrototype(vector);
  const label = match === undefined ? undefined : basicLabelOf(match.emotion);
  if (match === undefined || label === undefined || label === perceived || match.agreement < PROTOTYPE_FROM) return [];
  const shown = `By FACS the action units show the prototype of ${prototypeText(match)}`;
  const read = perceived === undefined ? "the face is not read" : `observers are expected to perceive ${perceived}`;
  return [
    { label, whatWouldDecide: `${shown}, while ${read}: two kinds of truth, which only the person's state could join` },
  ];
}

/** Du and Martinez's compounds that fit, ties together. A fit with a single basic emotion is no alternative. */
function compounds(face: FaceReading | null): Alternative[] {
  const vector = face?.vectors[0]?.vector;
  if (vector === undefined) return [];
  const { best } = matchCompounds(vector);
  const tied = best.length > 1 ? `, equally with ${best.length - 1} other` : "";
  return best
    .filter(({ label, seenShare }) => basicLabelOf(label) === undefined && seenShare >= 0.5)
    .map(({ label }) => ({
      label,
      whatWouldDecide: `Its combination in Du and Martinez's compounds fits${tied}; a rater who knows the occasion could tell`,
    }));
}

function states(face: FaceReading | null): Alternative[] {
  const scores = face?.vectors.flatMap((one) => one.scores) ?? [];
  return scores
    .filter(({ kind, score }) => kind === "state" && score !== null && score >= STATE_SEEN_FROM)
    .map(({ emotion }) => ({
      label: emotion,
      whatWouldDecide: "Whether there is something here that is hard to make out",
    }));
}
