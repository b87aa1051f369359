import type { EvidenceLedger } from "../domain/evidence.ts";
import type { DecodedImage, ImageView } from "../domain/image.ts";
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
  /** `null` for a model that cannot see. */
  readonly shown: ImageView | null;
  readonly exemplars: readonly ShownExemplar[];
  /** Whether the model reads the evidence through tools; otherwise all of it stands in the prompt. */
  readonly withTools: boolean;
  readonly answer: AnswerInstruction;
}

/** Fills the prompt files with what is known: rules, examples, question, image, in this order. */
export function buildPrompt(contents: PromptContents, prompts: PromptLibrary): Prompt {
  const used: PromptFile[] = [];
  const filled = (id: string, values: Readonly<Record<string, string>>) => {
    const file = prompts.prompt(id);
    used.push(file);
    return fillIn(file, values);
  };
  const system = filled("judge", {});
  const examples = exampleParts(contents.exemplars, filled);
  const question = questionText(contents, filled);
  const shown: PromptPart[] = contents.shown === null ? [] : [{ type: "image", view: contents.shown }];
  const user: PromptPart[] = [...examples, { type: "text", text: question }, ...shown];
  return { system, user, references: used.map(({ reference }) => reference) };
}

type Filled = (id: string, values: Readonly<Record<string, string>>) => string;

function questionText(contents: PromptContents, filled: Filled): string {
  const { image, ledger, question, withTools } = contents;
  const size = { widthPx: String(image.widthPx), heightPx: String(image.heightPx) };
  const values = {
    image: filled(contents.shown === null ? "image-not-shown" : "image-shown", size),
    labels: labelText(question.labels),
    question: quoted(question.text),
    answer: answerText(contents.answer, filled),
  };
  // Exemplars stand before the question already.
  const items = ledger.items().filter(({ kind }) => kind !== "exemplar");
  if (!withTools) return filled("question-in-one-pass", { ...values, evidence: evidenceLines(items) });
  return filled("question-with-tools", {
    ...values,
    faces: evidenceLines(items.filter(({ kind }) => kind === "face")),
    scene: evidenceLines(items.filter(({ kind, faceId }) => faceId === null && kind !== "face")),
  });
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
