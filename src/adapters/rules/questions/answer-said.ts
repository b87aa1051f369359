import type { EvidenceItem } from "../../../domain/evidence.ts";
import type { EvidenceView } from "../evidence-view.ts";
import { type AnswerScene, citing, clause, type JudgedFace, listed, NAMED_FACES } from "./answer-words.ts";

/** Whether what somebody says and their face go together: of each person that is asked about. */
export function saidAnswer({ view, faces }: AnswerScene): string {
  const words = view.items.filter(({ kind }) => kind === "utterance");
  if (words.length === 0) return "No words were given, so there is nothing to hold the face against.";
  const isSpeaking = ({ faceId }: JudgedFace) => words.some((item) => isSaidBy(item, faceId));
  const [speaking, silent] = [faces.filter(isSpeaking), faces.filter((face) => !isSpeaking(face))];
  return [...speaking.map(({ faceId }) => speakerSentence(faceId, view, words)), ...silentSentence(silent, words)].join(
    " ",
  );
}

function isSaidBy({ value }: EvidenceItem, faceId: string): boolean {
  return (value.type === "utterance" || value.type === "contradiction") && value.spokenBy === faceId;
}

function speakerSentence(faceId: string, { items }: EvidenceView, words: readonly EvidenceItem[]): string {
  const found = items.filter((item) => item.kind === "contradiction" && isSaidBy(item, faceId));
  if (found.length > 0)
    return `Of ${faceId}, ${listed(found.map(({ statement, id }) => `${clause(statement)}${citing([id])}`))}.`;
  const ids = words.filter((item) => isSaidBy(item, faceId)).map(({ id }) => id);
  return `Nothing that ${faceId} says was found to contradict its face${citing(ids)}: a face at rest contradicts no words, and words that are neither pleasant nor unpleasant contradict no face.`;
}

/** Who is not known to say anything, and how much is said by nobody's face. */
function silentSentence(silent: readonly JudgedFace[], words: readonly EvidenceItem[]): string[] {
  if (silent.length === 0) return [];
  const whom = silent.length <= NAMED_FACES ? listed(silent.map(({ faceId }) => faceId)) : `${silent.length} faces`;
  const nobodys = words.filter(({ value }) => value.type === "utterance" && value.spokenBy === null);
  const unknown =
    nobodys.length === 0
      ? ""
      : `; whose face says ${nobodys.length} of ${words.length} utterances is not known${citing(nobodys.map(({ id }) => id))}`;
  return [`Of ${whom} no words are known${unknown}.`];
}
