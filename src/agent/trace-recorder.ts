import type { AIMessage } from "@langchain/core/messages";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { TraceStep } from "../domain/report.ts";
import { NO_TOKENS, sumOfTokens, type TokenUse } from "../domain/token-use.ts";
import type { ChatReply } from "../ports/chat-model.ts";

/** Keeps what happened in a conversation, in the order in which it ended. */
export interface TraceRecorder {
  model(message: AIMessage, durationMs: number): void;
  tool(call: {
    name: string;
    input: unknown;
    output: string;
    durationMs: number;
    /** What it showed. */
    evidence: readonly EvidenceItem[];
  }): void;
  complaint(text: string): void;
  steps(): readonly TraceStep[];
  /** Ids of the faces of which the model was shown more than where they are. */
  facesRead(): ReadonlySet<string>;
  tokens(): TokenUse;
  /** What the server said it really ran, `null` when it did not. */
  fingerprint(): string | null;
}

export function createTraceRecorder(modelId: string): TraceRecorder {
  const steps: TraceStep[] = [];
  const facesRead = new Set<string>();
  let tokens = NO_TOKENS;
  let fingerprint: string | null = null;
  return {
    model(message, durationMs) {
      steps.push({ type: "model", name: modelId, input: null, output: textOfAnswer(message), durationMs });
      const said = message.response_metadata as Partial<Pick<ChatReply, "tokens" | "fingerprint">>;
      tokens = sumOfTokens(tokens, said.tokens ?? NO_TOKENS);
      fingerprint = said.fingerprint ?? fingerprint;
    },
    tool({ name, input, output, durationMs, evidence }) {
      for (const { faceId, kind } of evidence) if (faceId !== null && kind !== "face") facesRead.add(faceId);
      steps.push({ type: "tool", name, input: JSON.stringify(input), output, durationMs });
    },
    complaint(text) {
      steps.push({ type: "complaint", name: modelId, input: null, output: text, durationMs: null });
    },
    steps: () => steps,
    facesRead: () => facesRead,
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
