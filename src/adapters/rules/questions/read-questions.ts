import type { AskedQuestion } from "./asked-question.ts";
import { withoutWhenSaid } from "./clip-questions.ts";
import { findFaces } from "./question-targets.ts";
import { asksForReasons, OF_ONE_FACE, type QuestionScene, readQuestion } from "./read-question.ts";

/** Where another question begins: "and who is", "but does F2". */
const NEXT =
  /,? (?:and|but) (?:also )?(?=(?:who|whose|which|what|when|where|why|how)\b|(?:is|are|does|do|did|was|were|has|have|can|could|would|will|should) (?:s?he|it|they|this|that|these|those|there|the|any|anyone|you|i|we|f\d+|an?)\b)/i;

/** What a text wants to know: one question, or several that are put in one ("Who smiles least, and is F2 sad?"), each as it is read by itself. */
export function readQuestions(asked: string, scene: QuestionScene): readonly AskedQuestion[] {
  const text = asked.normalize("NFKC").replace(/[’`]/g, "'").replace(/\s+/g, " ").trim();
  return readParts(withoutWhenSaid(text), scene);
}

function readParts(text: string, scene: QuestionScene): readonly AskedQuestion[] {
  const parts = (text.match(/[^?]+\?*/g) ?? []).flatMap((sentence) => sentence.split(NEXT)).map((part) => part.trim());
  const [first = text, ...others] = parts;
  const further = others.filter((part) => !asksForReasons(part, scene) && !ONLY_WHO.test(part));
  if (further.length === 0) return [readQuestion(text, scene)];
  const questions = [readQuestion(first, scene)];
  for (const part of further) {
    const { faceIds, ...kind } = readQuestion(part, scene);
    const before = questions.at(-1)?.faceIds ?? scene.faceIds;
    const isOfSame = namesNobody(part, scene) && (OF_ONE_FACE.test(text) || PRONOUN.test(part));
    questions.push({ ...kind, faceIds: isOfSame ? before : faceIds });
  }
  return questions;
}

/** "Is anyone sad, and who?": every answer says of whom it is. */
const ONLY_WHO = /^(?:and )?(?:who|which(?: ones?| faces?)?|where)(?: (?:is|are) (?:it|that|they))?\?*$/i;

/** "Is F3 sad, and what would make her happy?" */
const PRONOUN = /\b(?:s?he|her|him|his|hers|they|them|their)\b/i;

function namesNobody(part: string, { faceIds }: QuestionScene): boolean {
  return findFaces(part, faceIds).first === undefined;
}
