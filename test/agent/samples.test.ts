import { describe, expect, it } from "vitest";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { ask } from "../../src/ask.ts";
import { ProviderError } from "../../src/domain/errors.ts";
import type { Judgment } from "../../src/domain/judgment.ts";
import { Report } from "../../src/domain/report.ts";
import { createTerminalStyle } from "../../src/render/terminal-style.ts";
import { renderTerminalSummary } from "../../src/render/terminal-summary.ts";
import { abstained, reading } from "../support/builders.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, failsWith, type Reply, type Script, says, saysJson, type WireBody } from "../support/model-server.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment, idOf, toldIn } from "../support/scripted-judge.ts";

const QUICK = { tries: 1, firstWaitMs: 1, longestWaitMs: 1 };
const style = createTerminalStyle({ color: false, columns: 100 });

/** A careful judgment with another share of happiness in it; `null` abstains. */
function reads(asked: WireBody, happiness: number | null, answer = "F1 is perceived as happy."): Reply {
  const own = happiness === null ? abstained("Too dark") : reading({ happiness, neutral: 1 - happiness });
  const careful = carefulJudgment(asked);
  const subjects = careful.subjects.map((each) => ({ ...each, faceOnly: own, integrated: own }));
  return saysJson({ answer, subjects } satisfies Judgment);
}

async function sampled(script: Script, samples: number) {
  const server = await startOpenAiServer(script);
  const model = await createOpenAiJudge("m", {
    baseUrl: `${server.url}/v1`,
    temperature: 0.7,
    seed: 3,
    retries: QUICK,
  });
  const parts = await partsFor(model, { mode: "single-pass", samples });
  return { server, report: () => ask({ image: gradientImage(200, 100) }, parts) };
}

describe("several samples of one model", () => {
  it("are drawn with a seed each; the readings are their mean with its spread, the answer the nearest one's", async () => {
    const shares = [0.9, 0.5, 0.7];
    const { server, report } = await sampled(
      (asked, at) => reads(asked, shares[at] ?? 0, `Sample ${at + 1}: F1 is perceived as happy.`),
      3,
    );
    const done = await report();
    expect(server.chats.map(({ seed }) => seed)).toEqual([3, 1_000_006, 2_000_009]);
    expect(new Set(server.chats.map(({ temperature }) => temperature))).toEqual(new Set([0.7]));
    expect(Report.parse(JSON.parse(JSON.stringify(done)))).toEqual(done);
    const { samples, judgment, provenance } = done;
    expect(samples).toMatchObject({ temperature: 0.7, shown: 3, identical: false });
    expect(samples?.runs.map(({ seed }) => seed)).toEqual([3, 1_000_006, 2_000_009]);
    expect(samples?.subjects[0]?.faceOnly.distribution[0]).toEqual({
      ...{ label: "happiness", novel: false },
      ...{ mean: expect.closeTo(0.7, 9), sd: expect.closeTo(0.2, 9) },
    });
    expect(judgment.subjects[0]?.integrated.distribution[0]?.probability).toBeCloseTo(0.7, 9);
    expect(judgment.answer).toBe("Sample 3: F1 is perceived as happy.");
    expect(samples?.runs.every(({ grounding }) => grounding?.shares?.supported === 1)).toBe(true);
    expect(provenance.tokens).toEqual({ input: 300, output: 60 });
    expect(provenance.sent).toMatchObject([{ requests: 3 }]);
    expect(done.trace.map(({ of }) => of)).toEqual(["sample 1", "sample 2", "sample 3"]);
    const screen = renderTerminalSummary(done, style);
    expect(screen).toContain(
      "Samples   3 at temperature 0.7; answer and cues are of sample 3, the nearest to the mean",
    );
    expect(screen).toMatch(/^ {4}happiness {4}0\.70 ±\.20 +3 of 3 abstained +happiness {4}0\.70 ±\.20$/m);
  });

  it("count apart what abstained and what failed, and pay for all", async () => {
    const script: Script = (asked, at) => {
      if (at === 1) return reads(asked, null);
      // The second attempt of the third sample is its repair.
      return at === 2 || at === 3 ? says("no idea") : reads(asked, 0.8);
    };
    const { report } = await sampled(script, 4);
    const { samples, warnings, provenance, ...done } = await report();
    expect(samples?.runs.map(({ failure }) => failure !== null)).toEqual([false, false, true, false]);
    expect(samples?.runs[2]).toMatchObject({ judgment: null, grounding: null, tokens: { input: 200, output: 40 } });
    expect(samples?.subjects[0]?.faceOnly).toMatchObject({ given: 2, abstained: 1 });
    expect(warnings.join("\n")).toMatch(/1 of 4 samples failed and are left out of the means: .*not a judgment/);
    expect(provenance.tokens).toEqual({ input: 500, output: 100 });
    const screen = renderTerminalSummary({ samples, warnings, provenance, ...done } as Report, style);
    expect(screen).toContain("4 at temperature 0.7; 1 failed;");
    expect(screen).toContain("1 of 3 abstained");
  });

  it("say so when all of them are the same", async () => {
    const { report } = await sampled((asked) => reads(asked, 0.8), 3);
    const { samples, warnings } = await report();
    expect(samples?.identical).toBe(true);
    expect(warnings).toContain(
      "All 3 samples gave the same numbers at temperature 0.7: that they agree says nothing of how sure the model is",
    );
    const nothing = await (await sampled((asked) => reads(asked, null), 3)).report();
    expect(nothing.samples?.identical).toBe(false);
  });

  it("fail together with what all of them cost, and end at once where the server refuses the key", async () => {
    const unusable = await sampled(() => says("no idea"), 2);
    const failed = await unusable.report().catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: "JudgmentError", spent: { input: 400, output: 80 } });
    const refusing = await sampled(() => failsWith(401, { error: { message: "wrong key" } }), 5);
    await expect(refusing.report()).rejects.toThrow(ProviderError);
    expect(refusing.server.chats).toHaveLength(1);
  });

  it("know nothing of each other: what one notes the others do not see, and ids stay apart", async () => {
    const notes = "The brows lie smooth";
    const script: Script = (asked) => {
      const called = asked.messages.flatMap(({ tool_calls: made = [] }) => made.map(({ function: own }) => own.name));
      if (!called.includes("measure_face")) return calls("measure_face", { faceId: "F1" });
      if (!called.includes("note_observation")) {
        return calls("note_observation", { statement: `${notes} (seed ${asked.seed})`, region: null, faceId: "F1" });
      }
      if (asked.response_format === undefined) return says("I have seen enough.");
      const careful = carefulJudgment(asked);
      const noted = {
        ...careful.subjects[0]?.cues[0],
        statement: notes,
        actionUnits: [],
        evidenceIds: [idOf(asked, /smooth/)],
      };
      return saysJson({
        ...careful,
        subjects: careful.subjects.map((each) => ({ ...each, cues: [...each.cues, noted] })),
      });
    };
    const server = await startOpenAiServer(script, { models: [{ id: "m", type: "vlm" }] });
    const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1`, temperature: 1, seed: 0 });
    const report = await ask({ image: gradientImage(200, 100) }, await partsFor(model, { samples: 2 }));
    const noted = report.evidence.filter(({ kind }) => kind === "observation");
    expect(noted.map(({ statement }) => statement)).toEqual([`${notes} (seed 0)`, `${notes} (seed 1000003)`]);
    const seeds = (asked: WireBody) => [...new Set(toldIn(asked).match(/\(seed \d+\)/g))];
    const last = [0, 1_000_003].map((seed) => server.chats.findLast((asked) => asked.seed === seed) as WireBody);
    expect(last.map(seeds)).toEqual([["(seed 0)"], ["(seed 1000003)"]]);
    const cited = report.samples?.runs.map(({ judgment }) => judgment?.subjects[0]?.cues[1]?.evidenceIds);
    expect(cited).toEqual(noted.map(({ id }) => [id]));
  });

  it("are drawn from Ollama in the same way, and only once from the rules", async () => {
    const server = await startOllamaServer((asked) => reads(asked, 0.8));
    const model = await createOllamaJudge("seer:7b", { host: server.url, temperature: 0.7, seed: 0 });
    await ask({ image: gradientImage(200, 100) }, await partsFor(model, { mode: "single-pass", samples: 2 }));
    expect(server.chats.map(({ options }) => options?.seed)).toEqual([0, 1_000_003]);
    const rules = await ask({ image: gradientImage(200, 100) }, await partsFor(createRulesModel(), { samples: 5 }));
    expect(rules.samples).toBeUndefined();
    expect(rules.warnings).toContain("The rules give the same answer every time: they were asked once, not 5 times");
  });
});
