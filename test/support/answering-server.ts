import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { ProviderError } from "../../src/domain/errors.ts";
import type { Answer } from "../../src/evaluation/answer.ts";
import { NO_READING } from "../../src/evaluation/answer.ts";
import { EvalFile } from "../../src/evaluation/file/eval-file.ts";
import type { Call, Solution, Solver, StimulusSource } from "../../src/evaluation/solver.ts";
import { retry } from "../../src/platform/retry.ts";

/** A small HTTP server on loopback that answers evaluation calls and counts them. */
export interface AnsweringServer {
  readonly url: string;
  /** Requests by call id. */
  readonly requests: Map<string, number>;
  /** Most requests that were open at once. */
  mostOpen(): number;
}

/** What it does with the nth request of a call (1, 2, ...); `undefined` is the usual answer. */
export type Misbehaviour = (callId: string, nth: number, response: ServerResponse) => boolean;

export async function startAnsweringServer(
  options: { delayMs?: number; misbehave?: Misbehaviour } = {},
): Promise<AnsweringServer> {
  const requests = new Map<string, number>();
  let [open, most] = [0, 0];
  const server = createServer((request, response) => {
    open++;
    most = Math.max(most, open);
    response.on("close", () => {
      open--;
    });
    const callId = decodeURIComponent(request.url?.slice(1) ?? "");
    const nth = (requests.get(callId) ?? 0) + 1;
    requests.set(callId, nth);
    if (options.misbehave?.(callId, nth, response) === true) return;
    setTimeout(() => response.end(JSON.stringify({ label: "happiness" })), options.delayMs ?? 0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    mostOpen: () => most,
  };
}

/** An answer that is sure of one label. */
export function answerOf(label: string, more: Partial<Answer> = {}): Answer {
  return {
    text: label,
    integrated: { distribution: [{ label, probability: 1 }], valence: 0.5, arousal: 0 },
    faceOnly: NO_READING,
    contextOnly: NO_READING,
    explanation: `The face looks ${label}`,
    claimedActionUnits: [],
    measuredActionUnits: [],
    verdicts: [],
    exemplars: [],
    choice: null,
    confidence: null,
    abstention: null,
    ...more,
  };
}

/** A solver whose every answer is one real HTTP request. */
export function httpSolver(url: string, changes: Partial<Solver> = {}): Solver {
  return {
    identify: async ({ model }) => ({ model, prompt: "judge@1" }),
    estimate: async () => ({ inputTokens: 1000, outputTokens: 100 }),
    provider: ({ model }) => model.split(":")[0] ?? model,
    isFree: () => false,
    solve: (call, _stimulus, signal) => retry(() => asked(call, signal), QUICK, { signal }),
    ...changes,
  };

  async function asked(call: Call, signal?: AbortSignal): Promise<Solution> {
    const response = await fetch(`${url}/${encodeURIComponent(call.id)}`, { signal: signal ?? null }).catch(
      (error: unknown) => {
        signal?.throwIfAborted();
        throw new ProviderError("The model server is not reachable", { retryable: true }, { cause: error });
      },
    );
    if (!response.ok) {
      throw new ProviderError(`The model server says ${response.status}`, {
        retryable: response.status >= 500,
        status: response.status,
      });
    }
    const { label } = (await response.json()) as { label: string };
    const usage = { inputTokens: 1000, outputTokens: 100, latencyMs: 1 };
    return { answer: answerOf(label), usage, fingerprint: "loopback", detail: { label } };
  }
}

const QUICK = { tries: 4, firstWaitMs: 1, longestWaitMs: 10 };

/** Shows the image as it is, identified by its path. */
export const plainStimuli: StimulusSource = {
  identify: async ({ image, context }, arm) => ({ image, context, arm }),
  prepare: async ({ image, context, region }) => (image === null ? null : { path: image, context, region }),
};

/** An evaluation file with what a test cares about. */
export function evalFile(more: Record<string, unknown> = {}): EvalFile {
  return EvalFile.parse({
    name: "trial",
    dataset: { format: "folder", path: "." },
    scorers: ["accuracy"],
    matrix: { models: ["loop:a"] },
    ...more,
  });
}
