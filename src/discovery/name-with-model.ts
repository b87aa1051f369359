import { z } from "zod";
import { CategoryName } from "../domain/category.ts";
import type { Proposal, StudyFace } from "../domain/discovery.ts";
import { JudgmentError, ProviderError } from "../domain/errors.ts";
import { feltStateIn } from "../domain/felt-state.ts";
import { APPRAISAL_DIMENSIONS } from "../domain/judgment.ts";
import { jsonSchemaOf } from "../judging/answer-format.ts";
import { askStructured } from "../judging/ask-structured.ts";
import { fillIn, type PromptLibrary, quoted } from "../judging/prompt-library.ts";
import type { JudgeModel } from "../ports/chat-model.ts";

/** What a model makes of a group. */
const NamedCategory = z.strictObject({
  name: CategoryName,
  definition: z.string().min(1),
  contrast: z.string().min(1),
  appraisals: z.array(z.strictObject({ dimension: z.enum(APPRAISAL_DIMENSIONS), value: z.number().min(-1).max(1) })),
});

/** A provider's schema knows no trimming and no refinements; zod checks those afterwards. */
export const CATEGORY_ANSWER = {
  name: "category",
  description: "Name and definition of the group.",
  schema: z.strictObject({ ...NamedCategory.shape, name: z.string() }),
};

const SIGNATURE_ENTRIES = 8;
const DESCRIPTIONS = 8;

/**
 * Asks a model to name the proposals that are not set aside. A model that fails, or answers with something else twice,
 * leaves the proposal its signature's name, and a note says so.
 */
export async function nameWithModel(
  proposals: readonly Proposal[],
  faces: readonly StudyFace[],
  options: { readonly model: JudgeModel; readonly prompts: PromptLibrary; readonly signal?: AbortSignal },
): Promise<{ readonly proposals: Proposal[]; readonly notes: string[] }> {
  const notes: string[] = [];
  const named: Proposal[] = [];
  for (const proposal of proposals) {
    if (proposal.status === "set aside") {
      named.push(proposal);
      continue;
    }
    const answer = await askForName(proposal, faces, options);
    if (typeof answer === "string") notes.push(`${proposal.id} keeps the name of its signature: ${answer}`);
    named.push(typeof answer === "string" ? proposal : withName(proposal, answer, options.model.id));
  }
  return { proposals: named, notes };
}

function withName(proposal: Proposal, answer: z.infer<typeof NamedCategory>, namedBy: string): Proposal {
  const { name, definition, contrast, appraisals } = answer;
  return {
    ...proposal,
    name,
    namedBy,
    // What was measured stays beside the model's words.
    definition: `${definition} Measured: ${proposal.definition}`,
    contrast: `${contrast} Measured: ${proposal.contrast}`,
    appraisals: appraisals.map((appraisal) => ({ ...appraisal, confidence: null, evidenceIds: [] })),
  };
}

function issueOf({ error }: { readonly error?: z.ZodError }): string {
  const issue = error?.issues[0];
  return `${issue?.path.join(".") || "the answer"}: ${issue?.message}`;
}

/** The answer, or why there is none. */
async function askForName(
  proposal: Proposal,
  faces: readonly StudyFace[],
  {
    model,
    prompts,
    signal,
  }: { readonly model: JudgeModel; readonly prompts: PromptLibrary; readonly signal?: AbortSignal },
): Promise<z.infer<typeof NamedCategory> | string> {
  const described = new Map(faces.map((face) => [face.id, face.description?.text]));
  const quotedOf = (ids: readonly string[]) => {
    const texts = ids.flatMap((id) => described.get(id) ?? []).slice(0, DESCRIPTIONS);
    return texts.length === 0 ? "none" : texts.map(quoted).join(" ");
  };
  const question = fillIn(prompts.prompt("name-category"), {
    size: String(proposal.size),
    signature: proposal.signature
      .slice(0, SIGNATURE_ENTRIES)
      .map(
        (entry) =>
          `${entry.dimension} ${entry.mean.toFixed(2)}, ${entry.elsewhere.toFixed(2)}, d ${entry.effect.toFixed(1)}`,
      )
      .join("; "),
    contrast: proposal.contrast,
    members: quotedOf([proposal.medoid, ...proposal.members]),
    near: quotedOf(proposal.counter),
    schema: JSON.stringify(jsonSchemaOf(CATEGORY_ANSWER.schema)),
  });
  try {
    const asked = { parts: [{ type: "text" as const, text: question }], answer: CATEGORY_ANSWER, read: readName };
    return (await askStructured(model, asked, signal)).value;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ProviderError || error instanceof JudgmentError) return error.message;
    throw error;
  }
}

function readName({ json }: { readonly json: object | undefined }) {
  const parsed = NamedCategory.safeParse(json);
  if (!parsed.success) return { problem: json === undefined ? "there is no JSON object in it" : issueOf(parsed) };
  const felt = feltStateIn(`${parsed.data.definition} ${parsed.data.contrast}`);
  if (felt === undefined) return parsed.data;
  return { problem: `"${felt}" says what somebody feels; write of what is shown` };
}
