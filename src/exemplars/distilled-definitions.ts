import { z } from "zod";
import { issueInWords } from "../domain/complaint.ts";
import { ConfigurationError, KuleshovError } from "../domain/errors.ts";
import type { Exemplar } from "../domain/exemplar.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import { feltStateIn } from "../domain/felt-state.ts";
import { fillIn, type PromptLibrary, quoted } from "../judging/prompt-library.ts";
import { readText } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { CategoryDescription } from "./distil-category.ts";

/** Definitions of labels, several of one label where faces and contexts differ, as a file that people read and change. */
export const DistilledDefinitions = z.strictObject({
  /** The toolbox whose expression space the centroids are in. */
  toolbox: z.string().min(1),
  /** The model that wrote them; `null`: by rule, from measurements and the labellers' words. */
  writtenBy: z.string().min(1).nullable(),
  definitions: z
    .array(
      z.strictObject({
        category: z.string().min(1),
        id: z.string().min(1),
        text: z.string().min(1).max(2000),
        /** Words by which the one that fits a question is found. */
        context: z.string(),
        centroid: z.array(z.number()).min(1),
        /** Those that it was distilled from: it is not told about an image of theirs. */
        exemplars: z.array(z.string().min(1)).min(1),
      }),
    )
    .min(1),
});
export type DistilledDefinitions = z.infer<typeof DistilledDefinitions>;

/** @throws {ConfigurationError} if there is no such file, it is none of definitions, or of another toolbox's space. */
export async function readDistilled(path: string, space: ExpressionSpace): Promise<readonly CategoryDescription[]> {
  const text = await readText(path).catch((error: unknown) => {
    throw new ConfigurationError(`Cannot read definitions as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  const parsed = DistilledDefinitions.safeParse(jsonOf(text), { reportInput: true });
  if (!parsed.success) {
    throw new ConfigurationError(`Cannot read definitions (${issueInWords(parsed.error)}): \`${path}\``);
  }
  const { toolbox, definitions } = parsed.data;
  const isElsewhere = definitions.some(({ centroid }) => centroid.length !== space.dimensions.length);
  if (toolbox !== space.toolbox || isElsewhere) {
    throw new ConfigurationError(
      `These definitions were distilled from faces that ${toolbox} measured, not ${space.toolbox}: distil them again from the store: \`${path}\``,
    );
  }
  return definitions.map((one) => ({ ...one, centroid: Float32Array.from(one.centroid) }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Examples whose words are told. */
const MOST_TOLD = 12;
const LONGEST = 1200;

/**
 * Has a model define each label as it is met in each kind of context, from what was measured on the exemplars and what the
 * labellers wrote (EmoGist's context-dependent definitions); the measurements stay beside its words. Where it fails or asserts
 * what somebody feels, the description by rule stays, and a note says so.
 */
export async function defineWithModel(
  looks: readonly CategoryDescription[],
  exemplars: ReadonlyMap<string, Exemplar>,
  { model, prompts }: { readonly model: JudgeModel; readonly prompts: PromptLibrary },
  signal?: AbortSignal,
): Promise<{ readonly looks: readonly CategoryDescription[]; readonly notes: readonly string[] }> {
  const defined: CategoryDescription[] = [];
  const notes: string[] = [];
  for (const look of looks) {
    const others = looks.filter(({ category, id }) => category === look.category && id !== look.id);
    const prompt = fillIn(prompts.prompt("distil-definition"), {
      category: quoted(look.category),
      count: String(look.exemplars.length),
      measured: look.text,
      words: listed(look.exemplars.flatMap((id) => wordsOf(exemplars.get(id))).slice(0, MOST_TOLD)),
      others: listed(others.map(({ text }) => text)),
    });
    const answer = await definitionBy(model, prompt, signal);
    if ("why" in answer) notes.push(`${look.id} keeps the description by rule: ${answer.why}`);
    defined.push("why" in answer ? look : { ...look, text: `${answer.text} Measured: ${look.text}` });
  }
  return { looks: defined, notes };
}

function wordsOf(exemplar: Exemplar | undefined): string[] {
  const { caption = null, why = null, objects = null } = exemplar ?? {};
  const seen = objects === null || objects.length === 0 ? null : objects.map(({ label }) => label).join(", ");
  const words = [caption, why, seen].filter((part) => part !== null).join("; ");
  return words === "" ? [] : [words];
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? "nothing" : texts.map(quoted).join(", ");
}

async function definitionBy(
  model: JudgeModel,
  prompt: string,
  signal?: AbortSignal,
): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    const { text } = await model.reply(
      { messages: [{ role: "user", parts: [{ type: "text", text: prompt }] }] },
      signal,
    );
    const definition = text.trim().replaceAll(/\s+/g, " ");
    if (definition === "") return { why: "the model answered nothing" };
    if (definition.length > LONGEST) return { why: `the model wrote ${definition.length} characters` };
    const felt = feltStateIn(definition);
    return felt === undefined ? { text: definition } : { why: `the model asserts what is felt (${quoted(felt)})` };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ConfigurationError || !(error instanceof KuleshovError)) throw error;
    return { why: error.message };
  }
}
