import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { ask } from "../../src/ask.ts";
import { ProviderError } from "../../src/domain/errors.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, drops, hangs, saysJson } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment } from "../support/scripted-judge.ts";

const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 5 };
const measure = calls("measure_face", { faceId: "F1" });

describe("the tokens of a judgment", () => {
  it("hold what was answered before its time was up, and an estimate of the request under way", async () => {
    const stop = new AbortController();
    const server = await startOpenAiServer((_asked, index) => {
      if (index === 0) return measure;
      setTimeout(() => stop.abort(new ProviderError("Too late", { retryable: true })));
      return hangs;
    });
    const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1` });
    const error = await ask({ image: gradientImage(200, 100) }, await partsFor(model), stop.signal).catch((e) => e);
    expect(error).toBe(stop.signal.reason);
    const { input, output, estimated } = (error as ProviderError).spent ?? {};
    expect([(input ?? 0) - (estimated ?? 0), output]).toEqual([100, 20]);
    expect(estimated).toBeGreaterThan(3_000);
  });

  it("hold an estimate of a request that broke off, and the report says so", async () => {
    const server = await startOpenAiServer((asked, index) => (index === 0 ? drops : saysJson(carefulJudgment(asked))));
    const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1`, retries: QUICK });
    const parts = await partsFor(model, { mode: "single-pass" });
    const { provenance, warnings } = await ask({ image: gradientImage(200, 100) }, parts);
    const { tokens } = provenance;
    expect(tokens).toMatchObject({ input: 100 + (tokens.estimated ?? 0), output: 20 });
    expect(tokens.estimated).toBeGreaterThan(3_000);
    expect(warnings).toContain(
      `About ${tokens.estimated} of the tokens are an estimate: requests broke off before the server counted them`,
    );
  });
});
