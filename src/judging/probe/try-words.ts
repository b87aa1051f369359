import { z } from "zod";
import type { AnswerShape } from "../answer-format.ts";
import { jsonIn } from "../answer-json.ts";
import { replyInShape } from "../ask-structured.ts";
import { fillIn } from "../prompt-library.ts";
import { answered, asked, hadNoReply, note, type Probing, quote, user } from "./probing.ts";

export const CHOICE: AnswerShape = {
  name: "face",
  description: "The face that shows more of it.",
  schema: z.strictObject({ face: z.enum(["F1", "F2"]) }),
};

/** The words do not ask for JSON: what comes as JSON was held to the schema by the server. */
export async function trySchema(probing: Probing): Promise<void> {
  const { model, prompts, signal } = probing;
  const messages = [user({ type: "text", text: prompts.prompt("probe-schema").body })];
  const reply = await answered(probing, () => replyInShape(model, messages, CHOICE, signal));
  probing.capabilities = { ...probing.capabilities, structuredOutput: model.capabilities.structuredOutput };
  if (hadNoReply(probing, "structured output", reply)) return;
  const given = reply.calls.find(({ name }) => name === CHOICE.name)?.args ?? jsonIn(reply.text);
  if (CHOICE.schema.safeParse(given).success) {
    const how = { "as-tool": "as the arguments of a tool", none: "without being held to it" };
    const { structuredOutput } = probing.capabilities;
    const held =
      structuredOutput === "as-tool" || structuredOutput === "none" ? how[structuredOutput] : "by its server";
    note(probing, "structured output", "works", `kept to the schema, ${held}`);
  } else {
    probing.capabilities = { ...probing.capabilities, structuredOutput: "none" };
    note(probing, "structured output", "fails", `took the schema and answered ${quote(reply.text)}`);
  }
}

/** Three faces with their answer have to fit into this much; a model that has less is tried with what it has. */
const TRIED_CONTEXT = 8_192;
const ANSWER_ROOM = 700;
/** Fewer than any vocabulary needs for such lines, so that what is sent fits where it has to. */
const FEWEST_CHARACTERS_PER_TOKEN = 2;

/** A word at the very beginning: where a server cuts silently, it is gone. */
export async function tryContext(probing: Probing): Promise<void> {
  const room = Math.min(probing.capabilities.contextTokens ?? TRIED_CONTEXT, TRIED_CONTEXT) - ANSWER_ROOM;
  const evidence = evidenceOf(room * FEWEST_CHARACTERS_PER_TOKEN);
  const text = fillIn(probing.prompts.prompt("probe-context"), { evidence });
  const reply = await asked(probing, { messages: [user({ type: "text", text })] });
  if (hadNoReply(probing, "context length", reply)) return;
  const { input } = reply.tokens;
  const isCut = input !== null && input < text.length / MOST_CHARACTERS_PER_TOKEN;
  if (input !== null && !isCut) probing.charactersPerToken = text.length / input;
  if (isCut) probing.capabilities = { ...probing.capabilities, contextTokens: input };
  const size = input === null || isCut ? `some ${room} tokens` : `${input} tokens`;
  if (/heliotrope/i.test(reply.text) && !isCut) {
    note(probing, "context length", "works", `had the beginning of ${size} at their end`);
  } else {
    const lost = isCut ? `cut them to ${input}` : `wrote ${quote(reply.text)} for the word at their beginning`;
    note(probing, "context length", "fails", `of ${size} it ${lost}`);
  }
}

/** More than any vocabulary makes of such lines: where fewer tokens were counted, some were cut off. */
const MOST_CHARACTERS_PER_TOKEN = 5;

function evidenceOf(characters: number): string {
  const lines: string[] = [];
  for (let length = 0; length < characters; length += lines.at(-1)?.length ?? 1) {
    const id = lines.length + 1;
    lines.push(
      `E${id} [action-unit, F${1 + (id % 3)}, mesh@5] AU${1 + (id % 27)} is absent: probability 0.${10 + (id % 37)}, reliability 0.8`,
    );
  }
  return lines.join("\n");
}
