import type { AIMessage } from "@langchain/core/messages";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { TraceStep } from "../domain/report.ts";
import { NO_TOKENS, sumOfTokens, type TokenUse } from "../domain/token-use.ts";
import type { ChatReply } from "../ports/chat-model.ts";

/** Keeps what happened in a conversation, in the order in which it ended. */
export interface TraceRecorder {
  /** A tool is about to be called. */
  calling(name: string, input: unknown): void;
  /** @param started as `performance.now()` had it. */
  model(message: AIMessage, started: number): void;
  tool(call: {
    name: string;
    input: unknown;
    output: string;
    started: number;
    /** What it showed. */
    evidence: readonly EvidenceItem[];
    images: readonly string[];
  }): void;
  complaint(text: string): void;
  steps(): readonly TraceStep[];
  /** Ids of the faces of which the model was shown more than where they are. */
  facesRead(): ReadonlySet<string>;
  tokens(): TokenUse;
  /** What the server said it really ran, `null` when it did not. */
  fingerprint(): string | null;
}

/** A tool that is being called, and on which face, where it is one. */
export interface ToolProgress {
  readonly tool: string;
  readonly faceId: string | null;
}

/** @param onTool told before a tool is called. */
export function createTraceRecorder(modelId: string, onTool?: (call: ToolProgress) => void): TraceRecorder {
  const beganMs = performance.now();
  const span = (started: number) => ({ startedMs: started - beganMs, durationMs: performance.now() - started });
  const steps: TraceStep[] = [];
  const facesRead = new Set<string>();
  let tokens = NO_TOKENS;
  let fingerprint: string | null = null;
  return {
    calling(tool, input) {
      const { faceId } = input as { readonly faceId?: unknown };
      onTool?.({ tool, faceId: typeof faceId === "string" ? faceId : null });
    },
    model(message, started) {
      const said = message.response_metadata as Partial<Pick<ChatReply, "tokens" | "fingerprint">>;
      const what = { input: null, output: textOfAnswer(message), tokens: said.tokens ?? null, images: [] };
      steps.push({ type: "model", name: modelId, ...what, ...span(started) });
      tokens = sumOfTokens(tokens, said.tokens ?? NO_TOKENS);
      fingerprint = said.fingerprint ?? fingerprint;
    },
    tool({ name, input, output, started, evidence, images }) {
      for (const { faceId, kind } of evidence) if (faceId !== null && kind !== "face") facesRead.add(faceId);
      const what = { input: JSON.stringify(input), output, tokens: null, images: [...images] };
      steps.push({ type: "tool", name, ...what, ...span(started) });
    },
    complaint(text) {
      const what = { input: null, output: text, durationMs: null, tokens: null, images: [] };
      steps.push({ type: "complaint", name: modelId, ...what, startedMs: performance.now() - beganMs });
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
