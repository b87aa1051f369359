import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { ask } from "../../src/ask.ts";
import { withinBudget } from "../../src/compose/budgeted-model.ts";
import { BudgetError, ProviderError } from "../../src/domain/errors.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, drops, failsWith, hangs, saysJson } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment } from "../support/scripted-judge.ts";
import { tempFolder } from "../support/temp-folder.ts";

const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 5 };
const measure = calls("measure_face", { faceId: "F1" });

/** The same, with what the server counted. */
const called = { id: "1", type: "function", function: { name: "measure_face", arguments: '{"faceId":"F1"}' } };
const measured = failsWith(200, {
  choices: [
    { index: 0, finish_reason: "tool_calls", message: { role: "assistant", content: "", tool_calls: [called] } },
  ],
  usage: { prompt_tokens: 49_900, completion_tokens: 20 },
});

describe("the budget of one question", () => {
  it.each([
    [
      "no room for its first request",
      { tokens: 100 },
      0,
      /budget of 100 tokens \(0 used\) has no room .* about \d+ tok/,
    ],
    ["no room for a second", { tokens: 50_000 }, 1, /budget of 50000 tokens \(49920 used\) has no room/],
    ["no money for it", { usd: 0.00001 }, 0, /budget of 0.00001 USD \(0.0000 spent\) has no room .* USD/],
    ["room", { tokens: 100_000, usd: 1 }, 2, null],
  ])("ends it before it is passed, where it has %s", async (_what, budget, requests, sentence) => {
    process.chdir(await tempFolder());
    let first = true;
    const server = await startOpenAiServer((asked) => {
      if (!first) return saysJson(carefulJudgment(asked));
      first = false;
      return measured;
    });
    // 0.0.0.0 leads to this machine and counts as elsewhere: what costs nothing has no budget in USD.
    const baseUrl = `${server.url.replace("127.0.0.1", "0.0.0.0")}/v1`;
    const model = await withinBudget(budget)("openai:gpt-4.1", { baseUrl, allowRemote: true, apiKey: "k" });
    const outcome = await ask({ image: gradientImage(200, 100) }, await partsFor(model)).catch((e) => e);
    expect(server.chats).toHaveLength(requests);
    if (sentence === null) expect(outcome.provenance.tokens).toMatchObject({ input: 50_000, output: 40 });
    else {
      expect(outcome).toBeInstanceOf(BudgetError);
      expect(outcome.message).toMatch(sentence);
      expect(outcome.spent.output ?? 0).toBe(20 * requests);
    }
  });
});

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
