import { describe, expect, it } from "vitest";
import { resamplesFor } from "../../../src/domain/statistics/bootstrap.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import { worstCases } from "../../../src/evaluation/report/worst-cases.ts";
import { compareSides } from "../../../src/evaluation/results/compare.ts";
import { type CellResult, summarise } from "../../../src/evaluation/results/summarise.ts";
import { thresholdSentence } from "../../../src/evaluation/results/thresholds.ts";
import type { AnswerCache } from "../../../src/evaluation/runner/answer-cache.ts";
import { answeredRecord, type CallRecord, unansweredRecord } from "../../../src/evaluation/runner/call-record.ts";
import { callsOf, cellId } from "../../../src/evaluation/runner/plan.ts";
import type { Sample } from "../../../src/evaluation/sample.ts";
import { createAccuracyScorer } from "../../../src/evaluation/scorers/accuracy.ts";
import { createReproducibilityScorer } from "../../../src/evaluation/scorers/reproducibility.ts";
import type { Call } from "../../../src/evaluation/solver.ts";
import { answerOf, evalFile } from "../../support/answering-server.ts";

const reader = createLabelReader(["happiness", "fear"], new Map());
const accuracy = createAccuracyScorer(reader, "integrated");

function samplesOf(n: number, subject: (i: number) => string | null = () => null): Sample[] {
  return Array.from({ length: n }, (_, i) =>
    sampleOf({
      id: `s${i}`,
      subject: subject(i),
      truth: { label: i % 2 === 0 ? "happiness" : "fear" },
      columns: { site: i < n / 2 ? "A" : "B" },
    }),
  );
}

function recordsOf(calls: readonly Call[], labelOf: (call: Call) => string | null): CallRecord[] {
  return calls.map((call) => {
    const label = labelOf(call);
    if (label === null)
      return unansweredRecord(call, "k", { attempts: 1, error: new Error("The model server says 500") });
    const solution = {
      answer: answerOf(label),
      usage: { inputTokens: 10, outputTokens: 5, latencyMs: 20 },
      fingerprint: null,
      detail: null,
    };
    return answeredRecord(call, "k", { solution, cached: false, attempts: 1, costUsd: 0.01 });
  });
}

const truth = (call: Call) => call.sample.truth.label as string;
const wrong = (call: Call) => (truth(call) === "fear" ? "happiness" : "fear");
const index = (call: Call) => Number(call.sample.id.slice(1));

describe("a summary", () => {
  it("counts failures as unscored, never as wrong, with the reason", () => {
    const file = evalFile({ analysis: { resamples: 500 } });
    const samples = samplesOf(20);
    const records = recordsOf(callsOf(samples, file.matrix), (call) => (index(call) < 4 ? null : truth(call)));
    const [cell] = summarise(records, samples, { file, scorers: [accuracy] }).cells;
    expect(cell?.scorers[0]?.metrics[0]?.estimate).toMatchObject({ value: 1, n: 16, unscored: 4 });
    expect(cell?.scorers[0]?.unscored).toEqual({ failed: 4 });
    expect(cell?.usage).toMatchObject({
      calls: 20,
      answered: 16,
      failures: { Error: 4 },
      inputTokens: 10,
      unpriced: 4,
    });
    expect(cell?.usage.paidUsd).toBeCloseTo(0.16, 12);
  });

  it("gives wider intervals to few subjects than to as many independent images", () => {
    const file = evalFile({ analysis: { resamples: 2000 } });
    const width = (samples: Sample[]) => {
      // Two subjects in five are judged wrongly throughout.
      const records = recordsOf(callsOf(samples, file.matrix), (call) =>
        index(call) % 5 < 2 ? wrong(call) : truth(call),
      );
      const [cell] = summarise(records, samples, { file, scorers: [accuracy] }).cells;
      const { low, high } = cell?.scorers[0]?.metrics[0]?.estimate ?? {};
      return (high as number) - (low as number);
    };
    expect(width(samplesOf(100, (i) => `p${i % 5}`))).toBeGreaterThan(2 * width(samplesOf(100)));
  });

  it("breaks results down by a column", () => {
    const file = evalFile({ analysis: { resamples: 200, groupBy: ["site"] } });
    const samples = samplesOf(20);
    const records = recordsOf(callsOf(samples, file.matrix), (call) =>
      call.sample.columns.site === "A" ? truth(call) : wrong(call),
    );
    const [cell] = summarise(records, samples, { file, scorers: [accuracy] }).cells;
    const values = cell?.groups.map(({ value, scorers }) => [value, scorers[0]?.metrics[0]?.estimate.value]);
    expect(values).toEqual([
      ["A", 1],
      ["B", 0],
    ]);
  });

  it("draws fewer resamples of very large cells, never fewer than a thousand", () => {
    const drawn = [3000, 3001, 6000, 50_000].map((units) => resamplesFor(units, 10_000));
    expect(drawn).toEqual([10_000, 3998, 2000, 1000]);
    expect(resamplesFor(50_000, 200)).toBe(200);
  });
});

it("gives a share of all, and a rate of none, the exact interval, of subjects where there are some", () => {
  const file = evalFile({});
  const samples = samplesOf(20, (i) => `P${i % 10}`);
  const [cell] = summarise(recordsOf(callsOf(samples, file.matrix), truth), samples, {
    file,
    scorers: [accuracy],
  }).cells;
  const found = [...(cell?.scorers[0]?.metrics ?? []), ...(cell?.rates ?? [])];
  const limits = (metric: string) => found.find((one) => one.metric === metric)?.estimate;
  // Clopper and Pearson: .025 ** (1 / 10), as statsmodels' proportion_confint(10, 10, method="beta") has it.
  expect(limits("accuracy")).toMatchObject({ value: 1, low: expect.closeTo(0.6915028921812392, 10), high: 1 });
  expect(limits("failure_rate")).toMatchObject({ value: 0, low: 0, high: expect.closeTo(0.3084971078187608, 10) });
});

it("shows the worst cases with their images, whether or not a data set says who is shown", async () => {
  const file = evalFile({});
  const samples = samplesOf(4, (i) => (i === 0 ? "P1" : null)).map((sample) => ({
    ...sample,
    image: `/${sample.id}.jpg`,
  }));
  const [cell] = summarise(
    recordsOf(callsOf(samples, file.matrix), (call) => (index(call) < 3 ? wrong(call) : truth(call))),
    samples,
    { file, scorers: [accuracy] },
  ).cells;
  const nothingKept = { get: async () => undefined } as unknown as AnswerCache;
  const cases = await worstCases(cell as CellResult, nothingKept, async (path, { id }) => `${id} at ${path}`);
  expect(cases.map(({ sample, image }) => [sample, image])).toEqual(
    ["s0", "s1", "s2"].map((id) => [id, `${id} at /${id}.jpg`]),
  );
});

describe("a comparison", () => {
  const file = evalFile({ matrix: { models: ["loop:a", "loop:b", "loop:c"] }, analysis: { resamples: 2000 } });
  const samples = samplesOf(40);
  // b is wrong on 12 of a's 40 right answers; c is as good as a, on other samples.
  const records = recordsOf(callsOf(samples, file.matrix), (call) => {
    if (call.condition.model === "loop:b" && index(call) < 12) return wrong(call);
    if (call.condition.model === "loop:c" && index(call) === 0) return null;
    return truth(call);
  });
  const sides = summarise(records, samples, { file, scorers: [accuracy] }).cells.map(({ cell, scorers }) => ({
    name: cellId(cell.condition),
    calls: scorers[0]?.calls ?? [],
  }));
  const compared = compareSides(sides, accuracy, file.analysis);

  it("says which difference holds up, on the pairs that both answered, corrected for their number", () => {
    const byAccuracy = compared.filter(({ metric }) => metric === "accuracy");
    expect(byAccuracy[0]).toMatchObject({ firstValue: 1, secondValue: 0.7, pairs: 40, test: "McNemar, exact" });
    // 12 to 0: 2 x 0.5^12.
    expect(byAccuracy[0]?.pValue).toBeCloseTo(2 / 4096, 12);
    expect(byAccuracy[0]?.adjustedPValue).toBeGreaterThan(byAccuracy[0]?.pValue as number);
    expect(byAccuracy[0]?.high).toBeLessThan(0);
    expect(byAccuracy[1]).toMatchObject({ pairs: 39, difference: 0, pValue: null });
  });

  it("tests metrics of the whole by permutation", () => {
    const f1 = compared.find(({ metric }) => metric === "macro_f1");
    expect(f1?.test).toBe("paired permutation");
    expect(f1?.pValue).toBeLessThan(0.01);
  });

  it.each([
    ["answers about one subject hang together", {}, samplesOf(40, (i) => `p${i % 10}`)],
    ["answers are repeats of one another", { repeats: 2 }, samplesOf(20)],
  ])("does not test right and wrong by McNemar's test where %s", (_case, more, own) => {
    const clustered = evalFile({ matrix: { models: ["loop:a", "loop:b"], ...more }, analysis: { resamples: 200 } });
    const answers = recordsOf(callsOf(own, clustered.matrix), (call) =>
      call.condition.model === "loop:b" && index(call) < 4 ? wrong(call) : truth(call),
    );
    const { cells } = summarise(answers, own, { file: clustered, scorers: [accuracy] });
    const [first] = compareSides(
      cells.map(({ cell, scorers }) => ({ name: cell.id, calls: scorers[0]?.calls ?? [] })),
      accuracy,
      clustered.analysis,
    );
    expect(first).toMatchObject({ metric: "accuracy", pairs: 40, test: "paired permutation" });
  });

  it("calls no difference impossible: what was seen is one of the permutations", () => {
    const answers = recordsOf(callsOf(samples, file.matrix), (call) =>
      call.condition.model === "loop:b" ? wrong(call) : truth(call),
    );
    const cells = summarise(answers, samples, { file, scorers: [accuracy] }).cells.slice(0, 2);
    const compared = compareSides(
      cells.map(({ cell, scorers }) => ({ name: cell.id, calls: scorers[0]?.calls ?? [] })),
      accuracy,
      file.analysis,
    );
    expect(compared.find(({ metric }) => metric === "macro_f1")?.pValue).toBeCloseTo(1 / 5001, 12);
  });

  it("tells entropy and pass^k of repeats, and how many repeats and samples a claim takes", () => {
    const four = evalFile({ matrix: { repeats: 4 }, analysis: { resamples: 200 } });
    const few = samplesOf(20);
    // Every second sample is answered otherwise once.
    const shaky = recordsOf(callsOf(few, four.matrix), (call) =>
      call.repeat === 4 && few.indexOf(call.sample) % 2 === 0 ? wrong(call) : truth(call),
    );
    const scorer = createReproducibilityScorer(reader, "integrated");
    const [result] = summarise(shaky, few, { file: four, scorers: [scorer] }).cells[0]?.scorers ?? [];
    const values = Object.fromEntries((result?.metrics ?? []).map(({ metric, estimate }) => [metric, estimate.value]));
    expect(values).toEqual({
      ...{ tar_raw_at_4: 0.5, tar_answer_at_4: 0.5, pairwise_answer_agreement: 0.75 },
      answer_entropy_bits: expect.closeTo(0.811278 / 2, 6),
      ...{ pass_hat_1: 0.875, pass_hat_2: 0.75, pass_hat_4: 0.5 },
    });
    expect(result?.notes).toEqual([
      "The share of right answers is known to ±0.077 (95 %) with 4 repeats of 20 samples, and would be to ±0.155 with one; 100 % of the variance is from repeat to repeat. To know it to ±0.05, it takes 10 repeats per sample of these 20, or 193 samples asked once.",
      "To name what the model answers, for 90 % of the samples and with 95 % certainty, it takes the majority of 9 repeats: the commonest answer is given 75 % of the time or more often.",
    ]);
    expect(result?.tables[0]).toMatchObject({
      rows: [
        [1, 10],
        [2, 10],
      ],
    });
  });

  it("keeps the repeats of one system together when systems are swapped", () => {
    const twice = evalFile({ matrix: { models: ["loop:a", "loop:b"], repeats: 2 }, analysis: { resamples: 500 } });
    const scorer = createReproducibilityScorer(reader, "integrated");
    const few = samplesOf(12);
    // a repeats itself; b answers otherwise the second time.
    const own = recordsOf(callsOf(few, twice.matrix), (call) =>
      call.condition.model === "loop:b" && call.repeat === 2 ? wrong(call) : truth(call),
    );
    const cells = summarise(own, few, { file: twice, scorers: [scorer] }).cells;
    const [raw] = compareSides(
      cells.map(({ cell, scorers }) => ({ name: cell.id, calls: scorers[0]?.calls ?? [] })),
      scorer,
      twice.analysis,
    );
    expect(raw).toMatchObject({ metric: "tar_raw_at_2", firstValue: 1, secondValue: 0, difference: -1 });
    expect(raw?.pValue).toBeLessThan(0.01);
  });
});

it("says that a baseline has no such condition, in words and not as a condition's name", () => {
  const rest = { metric: "accuracy", wanted: "at most 0.02 lost", cell: "a", value: null, low: null, high: null };
  expect(thresholdSentence({ ...rest, against: null, state: "unscored" })).toBe(
    'accuracy of "a" could not be scored, wanted at most 0.02 lost, and the baseline has no such condition: unscored',
  );
});
