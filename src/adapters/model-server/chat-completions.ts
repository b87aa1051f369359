import { z } from "zod";
import type { ProviderError } from "../../domain/errors.ts";
import { NO_TOKENS, type TokenUse } from "../../domain/token-use.ts";
import type { RawReply } from "./chat-reply.ts";
import { faultInAnswer, faultOfConnection, faultOfNoChoice, faultOfProtocol, type ServerName } from "./server-fault.ts";

const Count = z.number().optional().catch(undefined);

const Said = z.looseObject({
  content: z.unknown().optional(),
  refusal: z.string().nullish().catch(null),
  reasoning_content: z.string().nullish().catch(null),
  reasoning: z.string().nullish().catch(null),
  tool_calls: z
    .array(
      z.looseObject({
        index: z.number().optional().catch(undefined),
        id: z.string().nullish().catch(null),
        function: z.looseObject({ name: z.string().nullish(), arguments: z.unknown().optional() }),
      }),
    )
    .nullish(),
});

/** A whole completion, or a piece of one: `message` or `delta`. */
const Completion = z.looseObject({
  choices: z
    .array(z.looseObject({ finish_reason: z.string().nullish(), message: Said.nullish(), delta: Said.nullish() }))
    .nullish(),
  error: z.unknown().optional(),
  object: z.unknown().optional(),
  model: z.string().nullish().catch(null),
  system_fingerprint: z.string().nullish().catch(null),
  usage: z
    .looseObject({
      prompt_tokens: Count,
      completion_tokens: Count,
      prompt_tokens_details: z.looseObject({ cached_tokens: Count }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
type Completion = z.infer<typeof Completion>;

/**
 * What was answered by Chat Completions, as OpenAI speaks them and as compatible servers do: whole or in pieces.
 *
 * @throws {ProviderError} if it is no such answer, or not to its end.
 */
export function readCompletion(events: readonly unknown[], name: ServerName): RawReply {
  const pieces = events.map((event) => {
    const completion = Completion.safeParse(event);
    if (!completion.success) throw faultOfProtocol(name, "JSON that is no chat completion");
    return completion.data;
  });
  const failure = pieces.map(failureIn).find((error) => error != null);
  if (failure !== undefined) throw told(faultInAnswer(name, failure), tokensOf(pieces));
  const said = pieces.flatMap(({ choices }) => choices?.slice(0, 1) ?? []);
  if (said.length === 0) throw noChoice(pieces, name);
  const isStream = said.some(({ delta }) => delta !== undefined && delta !== null);
  const finish = said.findLast(({ finish_reason: reason }) => reason != null)?.finish_reason ?? null;
  if (isStream && finish === null) throw told(faultOfConnection(name, undefined, "answering"), tokensOf(pieces));
  const messages = said.map(({ message, delta }) => message ?? delta).filter((each) => each != null);
  if (!isStream && messages.length === 0) throw faultOfProtocol(name, "JSON that is no chat completion");
  return {
    content: messages.map(({ content }) => textOf(content)).join(""),
    reasoning: messages.map((each) => each.reasoning_content ?? each.reasoning ?? "").join(""),
    refusal: messages.map(({ refusal }) => refusal ?? "").join(""),
    calls: callsOf(messages),
    finish,
    tokens: tokensOf(pieces),
    fingerprint: fingerprintOf(pieces),
  };
}

/** OpenRouter says beside the choice what went wrong with the provider behind it; of vLLM's, all of it is the error. */
function failureIn(piece: Completion): unknown {
  return piece.error ?? piece.choices?.[0]?.error ?? (piece.object === "error" ? piece : undefined);
}

/** What the server counted before it failed. */
function told(fault: ProviderError, spent: TokenUse): ProviderError {
  if (spent !== NO_TOKENS) fault.spent = spent;
  return fault;
}

/** A gateway's empty answer may pass; what never was a completion does not. */
function noChoice(pieces: readonly Completion[], name: ServerName) {
  const isEmpty = pieces.some(({ choices }) => choices != null);
  if (isEmpty) return told(faultOfNoChoice(name), tokensOf(pieces));
  return faultOfProtocol(name, "JSON that is no chat completion");
}

/** Some gateways send the content as parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content)
    ? content.map((part) => (typeof part?.text === "string" ? part.text : "")).join("")
    : "";
}

type Piece = NonNullable<z.infer<typeof Said>["tool_calls"]>[number];

/** Pieces of one call have its index, or the id of its first piece; arguments come in pieces. */
function callsOf(messages: readonly z.infer<typeof Said>[]): { name: string; args: unknown }[] {
  const calls: { key: string | number | undefined; name: string; args: unknown }[] = [];
  const pieces: readonly Piece[] = messages.flatMap(({ tool_calls: list }) => list ?? []);
  for (const { index, id, function: made } of pieces) {
    const key = index ?? id ?? undefined;
    const open = key === undefined ? undefined : calls.find((call) => call.key === key);
    if (open !== undefined && typeof made.arguments === "string") {
      open.args = `${open.args ?? ""}${made.arguments}`;
      open.name ||= made.name ?? "";
    } else calls.push({ key, name: made.name ?? "", args: made.arguments });
  }
  return calls.map(({ name, args }) => ({ name, args }));
}

function tokensOf(pieces: readonly Completion[]): TokenUse {
  const usage = pieces.findLast((piece) => piece.usage != null)?.usage;
  if (usage == null) return NO_TOKENS;
  const cached = usage.prompt_tokens_details?.cached_tokens;
  const counted = { input: usage.prompt_tokens ?? null, output: usage.completion_tokens ?? null };
  return cached === undefined ? counted : { ...counted, cached };
}

function fingerprintOf(pieces: readonly Completion[]): string | null {
  const last = pieces.findLast(({ model }) => typeof model === "string" && model !== "");
  const parts = [last?.model, last?.system_fingerprint].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? null : parts.join(" ");
}
