import { JudgmentError, KuleshovError, ProviderError } from "../domain/errors.ts";
import type { PromptPart } from "../domain/prompt.ts";
import { NO_TOKENS, sumOfTokens, type TokenUse } from "../domain/token-use.ts";
import type { ChatMessage, ChatReply, ChatRequest, JudgeModel } from "../ports/chat-model.ts";
import { type AnswerShape, answerSchemaOf } from "./answer-format.ts";
import { jsonIn } from "./answer-json.ts";
import { refusalIn } from "./refusal.ts";

/** A question to a model that is to be answered in one small JSON object. */
/** `T` is what is made of the answer, or `{ problem }`. */
export interface StructuredQuestion<T> {
  readonly system?: string;
  readonly parts: readonly PromptPart[];
  readonly answer: AnswerShape;
  /** Makes sense of what came, as JSON where there is some; a problem is told to the model once. */
  read(said: { readonly json: object | undefined; readonly text: string }): T;
}

export interface StructuredAnswer<T> {
  readonly value: Exclude<T, { readonly problem: string }>;
  /** The reply's own words. */
  readonly text: string;
  /** Of all calls. */
  readonly tokens: TokenUse;
  readonly fingerprint: string | null;
}

/**
 * Asks, in the schema that the server can hold an answer to, and once more with what was wrong.
 *
 * @throws {JudgmentError} if the second answer cannot be used either. @throws {ProviderError} if it declines or the server fails.
 */
export async function askStructured<T extends object>(
  model: JudgeModel,
  question: StructuredQuestion<T>,
  signal?: AbortSignal,
): Promise<StructuredAnswer<T>> {
  const { system, parts, answer, read } = question;
  const messages: ChatMessage[] = [
    ...(system === undefined ? [] : [{ role: "system" as const, text: system }]),
    { role: "user", parts },
  ];
  let tokens = NO_TOKENS;
  let [problem, said] = ["", ""];
  try {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const reply = await replyInShape(model, messages, answer, signal);
      tokens = sumOfTokens(tokens, reply.tokens);
      const given = reply.calls.find(({ name }) => name === answer.name)?.args;
      const value = read({ json: given ?? jsonIn(reply.text), text: reply.text });
      if (isUsable(value)) {
        return { value, text: reply.text || JSON.stringify(given), tokens, fingerprint: reply.fingerprint };
      }
      said = reply.text;
      problem = (value as { readonly problem: string }).problem;
      const complaint = `That cannot be used: ${problem}. Reply again, as asked for.`;
      messages.push(
        { role: "assistant", text: reply.text || JSON.stringify(given ?? {}), calls: [] },
        { role: "user", parts: [{ type: "text", text: complaint }] },
      );
    }
  } catch (error) {
    if (error instanceof KuleshovError) error.spent = sumOfTokens(tokens, error.spent ?? NO_TOKENS);
    throw error;
  }
  const unusable =
    refusalIn(said) ?? new JudgmentError(`The model's ${answer.name} stayed unusable: ${problem}`, [problem]);
  unusable.spent = tokens;
  throw unusable;
}

function isUsable<T extends object>(value: T): value is Exclude<T, { readonly problem: string }> {
  return !("problem" in value);
}

/** Whatever way of holding to a schema the server turns down, the next best is tried; the last is words alone. */
export async function replyInShape(
  model: JudgeModel,
  messages: readonly ChatMessage[],
  answer: AnswerShape,
  signal?: AbortSignal,
): Promise<ChatReply> {
  for (;;) {
    const before = model.capabilities.structuredOutput;
    try {
      return await model.reply({ messages, ...shapeFor(model, answer) }, signal);
    } catch (error) {
      const turnedDown = error instanceof ProviderError && (error.rejects === "schema" || error.rejects === "tools");
      if (!turnedDown || model.capabilities.structuredOutput === before) throw error;
    }
  }
}

function shapeFor({ capabilities }: JudgeModel, answer: AnswerShape): Partial<ChatRequest> {
  const { name, description, schema } = answerSchemaOf(answer);
  switch (capabilities.structuredOutput) {
    case "none":
      return {};
    case "as-tool":
      return { tools: [{ name, description, parameters: schema }], mustCall: true };
    default:
      return { answer: { name, description, schema } };
  }
}
