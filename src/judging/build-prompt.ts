import type { EvidenceItem } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import { groupBy } from "../domain/group-by.ts";
import type { ClipView, DecodedImage, ImageView } from "../domain/image.ts";
import type { Prompt, PromptPart } from "../domain/prompt.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import { evidenceLine, evidenceLines } from "../evidence/render-evidence.ts";
import { fillIn, type PromptFile, type PromptLibrary, quoted } from "./prompt-library.ts";

/** How the model is to give its answer; each has a prompt file of its own. */
export type AnswerInstruction =
  | { readonly type: "tool"; readonly tool: string }
  | { readonly type: "provider" }
  | { readonly type: "text"; readonly schema: string };

export interface PromptContents {
  readonly question: Question;
  readonly image: Pick<DecodedImage, "widthPx" | "heightPx">;
  readonly ledger: EvidenceLedger;
  /** Which items it is told of, where not all have room. */
  readonly isTold: (item: EvidenceItem) => boolean;
  /** The image, or frames of a clip in the order of time; none for a model that cannot see. */
  readonly shown: readonly ImageView[];
  /** Of a clip what it is, in a sentence; `null` for an image. */
  readonly clip: string | null;
  /** The clip itself, for a model that takes video. */
  readonly video?: ClipView | null;
  readonly exemplars: readonly ShownExemplar[];
  /** Whether the model reads the evidence through tools; otherwise all of it stands in the prompt. */
  readonly withTools: boolean;
  readonly answer: AnswerInstruction;
  /** Whether the brief form of the judgment is wanted. */
  readonly brief: boolean;
}

/**
 * Fills the prompt files with what is known. The system's part is the same for every image, so that a provider that has it
 * from a request before takes it for less: the rules, how to work, and the form of the answer. What is about one image comes
 * after it: examples, evidence, question, image.
 */
export function buildPrompt(contents: PromptContents, prompts: PromptLibrary): Prompt {
  const used: PromptFile[] = [];
  const filled = (id: string, values: Readonly<Record<string, string>>) => {
    const file = prompts.prompt(id);
    used.push(file);
    return fillIn(file, values);
  };
  const system = [filled("judge", {}), workText(contents, filled)].join("\n\n");
  const examples = exampleParts(contents.exemplars, filled);
  const question = questionText(contents, filled);
  const shown = contents.shown.flatMap((view): PromptPart[] => [
    // Of several images each is named before it comes.
    ...(contents.clip === null ? [] : [{ type: "text" as const, text: view.caption }]),
    { type: "image", view },
  ]);
  const { video = null } = contents;
  const moving = video === null ? [] : [{ type: "video" as const, view: video }];
  const user: PromptPart[] = [...examples, { type: "text", text: question }, ...moving, ...shown];
  return { system, user, references: used.map(({ reference }) => reference) };
}

type Filled = (id: string, values: Readonly<Record<string, string>>) => string;

function questionText(contents: PromptContents, filled: Filled): string {
  const { ledger, question, withTools } = contents;
  const values = {
    image: inputText(contents, filled),
    labels: labelText(question.labels),
    question: quoted(question.text),
  };
  // Exemplars stand before the question already.
  const items = ledger.items().filter((item) => item.kind !== "exemplar" && contents.isTold(item));
  if (!withTools) return filled("question-in-one-pass", { ...values, evidence: evidenceLines(items, ledger.items()) });
  return filled("question-with-tools", {
    ...values,
    faces: evidenceLines(items.filter(({ kind }) => kind === "face")),
    scene: [evidenceLines(items.filter(isStated)), seenInScene(items)].filter((part) => part !== "").join("\n"),
  });
}

function inputText(contents: PromptContents, filled: Filled): string {
  const isSaid = contents.ledger.ofKind("utterance").length > 0;
  const isHeard = contents.ledger.ofKind("voice").length > 0;
  const parts = [...(isSaid ? ["words-said"] : []), ...(isHeard ? ["voice-heard"] : [])];
  return [shownText(contents, filled), ...parts.map((id) => filled(id, {}))].join("\n\n");
}

function shownText({ image, shown, clip, video }: PromptContents, filled: Filled): string {
  const size = { widthPx: String(image.widthPx), heightPx: String(image.heightPx) };
  if (clip === null) return filled(shown.length === 0 ? "image-not-shown" : "image-shown", size);
  const moving = video ? "It comes with the question as a silent video, whose seconds are those of the evidence. " : "";
  const still =
    shown.length === 0
      ? "You cannot see it: judge from the evidence alone, and describe nothing that no item tells you."
      : `${shown.length === 1 ? "One frame of it comes" : `${shown.length} frames of it come`} with the question, each with its time and with what it was chosen for.`;
  const frames = video && shown.length === 0 ? moving.trimEnd() : `${moving}${still}`;
  return filled("clip-shown", { ...size, span: clip, frames });
}

function workText({ withTools, brief, answer }: PromptContents, filled: Filled): string {
  const form = [...(brief ? [filled("answer-briefly", {})] : []), answerText(answer, filled)].join("\n\n");
  return filled(withTools ? "work-with-tools" : "work-in-one-pass", { answer: form });
}

/** Given, not seen: a model with tools cannot ask for it. */
function isStated({ kind, faceId }: EvidenceItem): boolean {
  return faceId === null && !SEEN_KINDS.has(kind) && kind !== "face" && kind !== TOLD_LATER;
}

const SEEN_KINDS: ReadonlySet<EvidenceItem["kind"]> = new Set(["object", "posture", "relation"]);
/** Told with the measurements of each face. */
const TOLD_LATER = "not-supported";

/** What the tools for the scene have, each kind with its number. */
function seenInScene(items: readonly EvidenceItem[]): string {
  const kinds = groupBy(
    items.filter(({ kind }) => SEEN_KINDS.has(kind)),
    ({ kind }) => kind,
  );
  const counts = [...kinds].map(([kind, own]) => `${own.length} of kind ${kind}`);
  return counts.length === 0 ? "" : `Items that the tools for the scene show: ${counts.join(", ")}`;
}

function labelText(labels: readonly string[] | null): string {
  if (labels === null) return "No set of labels was given: use whatever words fit.";
  return `Use these where they fit, word for word; anything else is novel: ${labels.map(quoted).join(", ")}`;
}

function answerText(answer: AnswerInstruction, filled: Filled): string {
  switch (answer.type) {
    case "tool":
      return filled("answer-by-tool", { tool: answer.tool });
    case "provider":
      return filled("answer-by-schema", {});
    case "text":
      return filled("answer-as-json", { schema: answer.schema });
  }
}

function exampleParts(exemplars: readonly ShownExemplar[], filled: Filled): PromptPart[] {
  if (exemplars.length === 0) return [];
  const intro: PromptPart = { type: "text", text: filled("examples", { count: String(exemplars.length) }) };
  return [
    intro,
    ...exemplars.flatMap(({ item, view }): PromptPart[] => [
      { type: "text", text: evidenceLine(item) },
      ...(view === null ? [] : [{ type: "image" as const, view }]),
    ]),
  ];
}
