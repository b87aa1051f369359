import type { AIMessage } from "@langchain/core/messages";
import type { TraceStep } from "../domain/report.ts";

/** Tokens as the server counted them; `null` when it did not say. */
export interface TokenUse {
  readonly input: number | null;
  readonly output: number | null;
}

/** Keeps what happened in a conversation, in the order in which it ended. */
export interface TraceRecorder {
  model(message: AIMessage, durationMs: number): void;
  tool(call: { name: string; input: unknown; output: string; durationMs: number }): void;
  complaint(text: string): void;
  steps(): readonly TraceStep[];
  tokens(): TokenUse;
  /** What the server said it really ran, `null` when it did not. */
  fingerprint(): string | null;
}

export function createTraceRecorder(modelId: string): TraceRecorder {
  const steps: TraceStep[] = [];
  let tokens: TokenUse = { input: null, output: null };
  let fingerprint: string | null = null;
  return {
    model(message, durationMs) {
      steps.push({ type: "model", name: modelId, input: null, output: textOfAnswer(message), durationMs });
      tokens = added(tokens, message.usage_metadata);
      fingerprint = fingerprintOf(message) ?? fingerprint;
    },
    tool({ name, input, output, durationMs }) {
      steps.push({ type: "tool", name, input: JSON.stringify(input), output, durationMs });
    },
    complaint(text) {
      steps.push({ type: "complaint", name: modelId, input: null, output: text, durationMs: null });
    },
    steps: () => steps,
    tokens: () => tokens,
    fingerprint: () => fingerprint,
  };
}

/** What the model said and which tools it called, as text. */
function textOfAnswer(message: AIMessage): string {
  const calls = (message.tool_calls ?? []).map(({ name, args }) => `${name}(${JSON.stringify(args)})`);
  const broken = (message.invalid_tool_calls ?? []).map(
    ({ name, args }) => `${name ?? "?"}(${args ?? ""}) [malformed]`,
  );
  return [message.text, ...calls, ...broken].filter((part) => part !== "").join("\n");
}

function added(so: TokenUse, usage: AIMessage["usage_metadata"]): TokenUse {
  const sum = (before: number | null, more: number | undefined) => (more === undefined ? before : (before ?? 0) + more);
  return { input: sum(so.input, usage?.input_tokens), output: sum(so.output, usage?.output_tokens) };
}

function fingerprintOf({ response_metadata: metadata }: AIMessage): string | undefined {
  const parts = [metadata.model_name, metadata.system_fingerprint].filter((part) => typeof part === "string");
  return parts.length === 0 ? undefined : parts.join(" ");
}
