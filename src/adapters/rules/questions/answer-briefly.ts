import { type AnswerScene, listed } from "./answer-words.ts";
import type { AskedQuestion } from "./asked-question.ts";

/** Most words of an answer that tells faces one by one. Set by hand, not fitted. */
const MOST_WORDS = 90;
/** Answers that tell one face after another, so that fewer can be told. */
const FACE_BY_FACE: ReadonlySet<AskedQuestion["kind"]> = new Set([
  "action-units",
  "affect",
  "against",
  "all-present",
  "alternatives",
  "certainty",
  "choice",
  "context-effect",
  "distribution",
  "expected",
  "face-alone",
  "fit",
  "least-likely",
  "more-than",
  "networks",
  "pose",
  "prototype",
  "side",
  "sign",
  "smile-type",
  "strength",
  "strongest-unit",
  "what-would-end",
  "what-would-make",
  "why",
  "why-not",
]);

/** An answer of which no more faces are told, one by one, than fit a short paragraph; the others are named. */
export function briefly(
  kind: AskedQuestion["kind"],
  scene: AnswerScene,
  answerOf: (scene: AnswerScene) => string,
): string {
  const { faces } = scene;
  let answer = answerOf(scene);
  if (!FACE_BY_FACE.has(kind)) return answer;
  for (let told = faces.length - 1; told > 0 && wordsIn(answer) > MOST_WORDS; told -= 1) {
    const others = faces.slice(told).map(({ faceId }) => faceId);
    const shorter = answerOf({ ...scene, faces: faces.slice(0, told) }).replace(/\.$/, "");
    answer = `${shorter}; ${listed(others)} can be asked about by name.`;
  }
  return answer;
}

/** Citations are no words. */
function wordsIn(answer: string): number {
  return answer
    .replace(/\[E[^\]]*\]/g, "")
    .split(/\s+/)
    .filter(Boolean).length;
}
