import { capitalised } from "../../../domain/capitalised.ts";
import { windowText } from "../../../domain/stated-times.ts";
import { isOfClip } from "../../../domain/timeline.ts";
import type { EvidenceView } from "../evidence-view.ts";
import type { JudgedSubject } from "../judge-evidence.ts";
import { briefly } from "./answer-briefly.ts";
import { whatWouldEndAnswer, whatWouldMakeAnswer } from "./answer-changes.ts";
import { choiceAnswer } from "./answer-choice.ts";
import { movementAnswer, mutualGazeAnswer, speechAnswer, voiceAnswer } from "./answer-clip.ts";
import { contextAnswer, contextOnAnswer, expectedAnswer, faceAloneAnswer } from "./answer-context.ts";
import { describeFaces, describeScene } from "./answer-description.ts";
import {
  compareAnswer,
  countAnswer,
  howMuchMoreAnswer,
  rankAnswer,
  whichAnswer,
  whoAnswer,
  whoNotAnswer,
} from "./answer-faces.ts";
import { meaningAnswer, prototypeAnswer, smileTypeAnswer } from "./answer-facs.ts";
import { closestPairAnswer, oddAnswer, sameAnswer } from "./answer-likeness.ts";
import { looksSentences, overTimeSentences, whenAnswer } from "./answer-over-time.ts";
import { poseAnswer } from "./answer-pose.ts";
import { moreThanAnswer, ratingAnswer } from "./answer-rating.ts";
import {
  againstAnswer,
  alternativesAnswer,
  certaintyAnswer,
  distributionAnswer,
  fitAnswer,
  leastLikelyAnswer,
  networksAnswer,
  surestAnswer,
  whyAnswer,
  whyNotAnswer,
} from "./answer-reasons.ts";
import { saidAnswer } from "./answer-said.ts";
import { sideAnswer, sidedUnitsAnswer } from "./answer-sides.ts";
import {
  actionUnitsAnswer,
  affectAnswer,
  averageAnswer,
  signAnswer,
  strengthAnswer,
  strongestUnitAnswer,
} from "./answer-strength.ts";
import { allPresentAnswer, presenceAnswer } from "./answer-target.ts";
import { type AnswerScene, clause, type JudgedFace } from "./answer-words.ts";
import type { AskedQuestion } from "./asked-question.ts";
import { type AskedWindow, unsaidClause } from "./asked-window.ts";
import { readQuestions } from "./read-questions.ts";

/** Of more questions than this in one text, the others are to be asked by themselves. */
const MOST_QUESTIONS = 4;
const ORDINALS = ["first", "second", "third", "fourth"];

/**
 * Answers the question first, with evidence ids, in perceived and expressed terms; where several are put in one, each of them. A
 * question that measurements cannot answer is told so, with what can be said instead.
 * @param window the time of a clip that subjects and view were narrowed to, which the answer then begins with.
 * @param clip the view with everything in it at its own time.
 */
export function answerQuestion(
  view: EvidenceView,
  subjects: readonly JudgedSubject[],
  { window = null, clip = view }: { readonly window?: AskedWindow | null; readonly clip?: EvidenceView } = {},
): string {
  const isClip = isOfClip(clip.items);
  const questions = readQuestions(view.question ?? "", { ...view, isClip });
  const all = subjects.filter((subject): subject is JudgedFace => subject.face !== null);
  const [first] = questions;
  if (first?.kind === "unanswerable" && questions.every(({ kind }) => kind === "unanswerable")) {
    return `The rules judge cannot answer that, as ${first.reason}; what it can say: ${described({ view, subjects, faces: all })}`;
  }
  const meant = questions.flatMap(({ faceIds }) => faceIds);
  const faces = all.filter(({ faceId }) => meant.includes(faceId));
  if (faces.length === 0) return describeScene(subjects[0]);
  const answers = questions.slice(0, MOST_QUESTIONS).flatMap((asked) => {
    if (asked.kind === "unanswerable") return [];
    const own = faces.filter(({ faceId }) => asked.faceIds.includes(faceId));
    return briefly(asked.kind, { view, subjects, faces: own, clip, window }, (scene) => answerOf(asked, scene));
  });
  const answer = [[...new Set(answers)].join(" ").replace(/\.$/, ""), ...unanswered(questions)].join("; ");
  if (window !== null) {
    return [
      ...(window.said ?? []),
      `${capitalised(windowText(window))}: ${clause(answer)}.`,
      ...looksSentences(view, faces),
    ].join(" ");
  }
  if (questions.every(({ kind }) => IN_TIME.has(kind))) return `${answer}.`;
  const unsaid = isClip ? unsaidClause(clip) : null;
  return [
    ...looksSentences(view, faces),
    unsaid === null ? `${answer}.` : `${unsaid}: ${clause(answer)}.`,
    ...overTimeSentences(view, faces),
  ].join(" ");
}

/** Answers that are about times by themselves. */
const IN_TIME: ReadonlySet<AskedQuestion["kind"]> = new Set(["when", "movement", "mutual-gaze", "voice", "speech"]);

/** What is said of the questions that go without an answer, as clauses: by itself, none of it would be held against a measurement. */
function unanswered(questions: readonly AskedQuestion[]): string[] {
  const refused = questions.slice(0, MOST_QUESTIONS).flatMap((asked, at) => {
    return asked.kind === "unanswerable"
      ? [`the rules judge cannot answer the ${ORDINALS[at]} question, as ${asked.reason}`]
      : [];
  });
  const more = questions.length - MOST_QUESTIONS;
  return more > 0 ? [...refused, `more than ${MOST_QUESTIONS} questions are to be asked one by one`] : refused;
}

function described(scene: AnswerScene): string {
  return scene.faces.length === 0 ? describeScene(scene.subjects[0]) : describeFaces(scene);
}

function answerOf(asked: Exclude<AskedQuestion, { kind: "unanswerable" }>, scene: AnswerScene): string {
  switch (asked.kind) {
    case "describe":
      return describeFaces(scene);
    case "which":
      return whichAnswer(asked, scene);
    case "rank":
      return rankAnswer(asked, scene);
    case "who":
      return whoAnswer(asked.target, scene);
    case "who-not":
      return whoNotAnswer(asked.target, scene);
    case "networks":
      return networksAnswer(scene);
    case "count":
      return countAnswer(asked.target, scene);
    case "compare":
      return compareAnswer(asked, scene);
    case "how-much-more":
      return howMuchMoreAnswer(asked, scene);
    case "surest":
      return surestAnswer(asked.most, scene);
    case "context-on":
      return contextOnAnswer(asked, scene);
    case "least-likely":
      return leastLikelyAnswer(scene);
    case "strongest-unit":
      return strongestUnitAnswer(scene);
    case "alternatives":
      return alternativesAnswer(scene);
    case "same-expression":
      return sameAnswer(asked.asksWho, scene);
    case "choice":
      return choiceAnswer(asked.labels, scene);
    case "presence":
      return presenceAnswer(asked.target, scene, asked);
    case "strength":
      return strengthAnswer(asked.target, scene);
    case "side":
      return sideAnswer(asked.target, scene);
    case "affect":
      return affectAnswer(asked.dimensions, scene);
    case "action-units":
      return asked.side === null ? actionUnitsAnswer(asked.units, scene) : sidedUnitsAnswer(asked.side, scene);
    case "rating":
      return ratingAnswer(asked, scene);
    case "why":
      return whyAnswer(asked, scene);
    case "why-not":
      return whyNotAnswer(asked.target, scene);
    case "what-would-make":
      return whatWouldMakeAnswer(asked.target, scene);
    case "smile-type":
      return smileTypeAnswer(scene);
    case "fit":
      return fitAnswer(scene);
    case "sign":
      return signAnswer(scene);
    case "more-than":
      return moreThanAnswer(asked.targets, scene);
    case "all-present":
      return allPresentAnswer(asked.targets, scene);
    case "meaning":
      return meaningAnswer(asked.target, scene);
    case "prototype":
      return prototypeAnswer(asked.target, scene);
    case "what-would-end":
      return whatWouldEndAnswer(asked.target, scene);
    case "against":
      return againstAnswer(asked.target, scene);
    case "distribution":
      return distributionAnswer(scene);
    case "odd-one-out":
      return oddAnswer(scene);
    case "certainty":
      return certaintyAnswer(scene);
    case "context-effect":
      return contextAnswer(scene);
    case "when":
      return whenAnswer(asked.target, scene);
    case "movement":
      return movementAnswer(asked.movement, scene);
    case "mutual-gaze":
      return mutualGazeAnswer(scene);
    case "voice":
      return voiceAnswer(scene);
    case "speech":
      return speechAnswer(asked, scene);
    case "words":
      return saidAnswer(scene);
    case "face-alone":
      return faceAloneAnswer(asked, scene);
    case "pose":
      return poseAnswer(asked, scene);
    case "average":
      return averageAnswer(asked.target, scene);
    case "closest-pair":
      return closestPairAnswer(scene);
    case "expected":
      return expectedAnswer(scene);
  }
}
