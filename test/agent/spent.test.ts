import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { ask } from "../../src/ask.ts";
import { withinBudget } from "../../src/compose/budgeted-model.ts";
import { BudgetError, ProviderError } from "../../src/domain/errors.ts";
import type { JudgeModel } from "../../src/ports/chat-model.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, drops, failsWith, hangs, saysJson, saysOf } from "../support/model-server.ts";
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

describe("the budget of one question to several", () => {
  const MODEL = "openai:m";
  /** What an answer takes: far more than a request is reckoned to have. */
  const ANSWER = 50_000 + 20;

  it.each([
    ["the only one that pays, before one that is free", 0, { panel: [MODEL, "rules"] }],
    ["the only one that pays, after one that is free", 0, { panel: ["rules", MODEL] }],
    ["the second that pays", 1, { panel: [MODEL, "openai:n"] }],
    ["one of two that are asked at once", 1, { panel: [MODEL, "openai:n"], isElsewhere: true }],
    ["the judge of judges", 1, { panel: ["rules", MODEL], hasChair: true }],
    ["the third sample of one of a panel", 2, { panel: ["rules", MODEL], samples: 3 }],
    ["the second sample", 1, { panel: [MODEL], samples: 3 }],
  ])("ends it with all that was paid, where there is no room for %s", async (_what, answers, asked) => {
    process.chdir(await tempFolder());
    const { panel, samples = 1, hasChair = false, isElsewhere = false } = asked as Several;
    const server = await startOpenAiServer((told) => saysOf(50_000, JSON.stringify(carefulJudgment(told))));
    const url = isElsewhere ? server.url.replace("127.0.0.1", "0.0.0.0") : server.url;
    const open = withinBudget({ tokens: isElsewhere ? 6_000 : answers * ANSWER + 100 });
    const judges: JudgeModel[] = [];
    for (const name of panel) {
      const options = name === "rules" ? {} : { baseUrl: `${url}/v1`, apiKey: "k", allowRemote: true, seed: 1 };
      judges.push(await open(name, options));
    }
    const [first, last] = [judges[0] as JudgeModel, judges.at(-1) as JudgeModel];
    const many = panel.length === 1 ? {} : { panel: { judges, chair: hasChair ? last : null } };
    const parts = await partsFor(first, {
      mode: "single-pass",
      ...many,
      ...(samples === undefined ? {} : { samples }),
    });
    const outcome = await ask({ image: gradientImage(200, 100) }, parts).catch((error) => error);
    expect(outcome).toBeInstanceOf(BudgetError);
    const { input, output } = outcome.spent;
    expect([input, output]).toEqual(answers === 0 ? [null, null] : [answers * 50_000, answers * 20]);
    expect(server.chats).toHaveLength(answers);
  });
});

interface Several {
  readonly panel: readonly string[];
  readonly samples?: number;
  readonly hasChair?: boolean;
  readonly isElsewhere?: boolean;
}

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

  it("hold what others of a panel answered while one, asked at once with them, had not when time was up", async () => {
    const stop = new AbortController();
    const server = await startOpenAiServer((asked) => {
      if (asked.model === "slow") return hangs;
      setTimeout(() => stop.abort(new ProviderError("Too late", { retryable: true })), 500);
      return saysOf(50_000, JSON.stringify(carefulJudgment(asked)));
    });
    // 0.0.0.0 leads to this machine and counts as elsewhere, where all are asked at once.
    const baseUrl = `${server.url.replace("127.0.0.1", "0.0.0.0")}/v1`;
    const open = (name: string) => createOpenAiJudge(name, { baseUrl, apiKey: "k" });
    const judges = [await open("slow"), await open("quick")];
    const parts = await partsFor(judges[0] as JudgeModel, { mode: "single-pass", panel: { judges, chair: null } });
    const error = await ask({ image: gradientImage(200, 100) }, parts, stop.signal).catch((e) => e);
    expect(error).toBe(stop.signal.reason);
    const { input, output, estimated } = (error as ProviderError).spent ?? {};
    expect([(input ?? 0) - (estimated ?? 0), output]).toEqual([50_000, 20]);
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
