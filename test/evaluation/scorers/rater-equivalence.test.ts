import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../../src/domain/statistics/random.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { Analysis } from "../../../src/evaluation/file/analysis.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import type { Sample } from "../../../src/evaluation/sample.ts";
import type { Scorer } from "../../../src/evaluation/score.ts";
import { createAmbiguityScorer } from "../../../src/evaluation/scorers/ambiguity.ts";
import { createFixedValuesScorer } from "../../../src/evaluation/scorers/fixed-values.ts";
import { createRaterEquivalenceScorer } from "../../../src/evaluation/scorers/rater-equivalence.ts";
import { answerOf } from "../../support/answering-server.ts";
import { scoredAnswers } from "../../support/scored-answers.ts";

const LABELS = ["happiness", "fear", "anger", "sadness"];
const reader = createLabelReader(LABELS, new Map());
const analysis = Analysis.parse({ resamples: 500 });

/** Says the true label, and in a share of cases any. */
const seeing = (random: Random, truth: string, noise: number) =>
  random.real() < noise ? (LABELS[random.below(4)] as string) : truth;

/** Samples with three raters, and what a judge said of each. */
function judged(judge: (truth: string, random: Random) => string, n = 120) {
  const random = createRandom(8);
  const samples = Array.from({ length: n }, (_, i) => {
    const truth = LABELS[i % 4] as string;
    return sampleOf({ id: `s${i}`, raters: [0.3, 0.35, 0.4].map((noise) => seeing(random, truth, noise)) });
  });
  const answers = samples.map((_sample, i) => judge(LABELS[i % 4] as string, random));
  return { samples, answers };
}

function resultOf(scorer: Scorer, { samples, answers }: { samples: readonly Sample[]; answers: readonly string[] }) {
  return scoredAnswers(
    scorer,
    samples,
    answers.map((label) => answerOf(label)),
    analysis,
  );
}

describe("rater equivalence", () => {
  const scorer = createRaterEquivalenceScorer(reader, analysis);

  it("lets a judge stand in that sees as well as the raters, and says so in sentences and tables", () => {
    const { values, notes, tables } = resultOf(
      scorer,
      judged((truth, random) => seeing(random, truth, 0.2)),
    );
    expect(values.winning_rate).toBe(1);
    expect(values.advantage_probability).toBeGreaterThan(0.8);
    expect(notes[0]).toMatch(/wins against 3 of 3 raters .* it may stand in/);
    expect(notes[1]).toMatch(/alpha, within 0.1, the model is (not worse|better|equivalent)/);
    expect(tables.map((table) => table.type === "table" && table.rows.length)).toEqual([3, 1]);
  });

  it("refuses one that guesses", () => {
    const { values, notes } = resultOf(
      scorer,
      judged((_truth, random) => LABELS[random.below(4)] as string),
    );
    expect(values.winning_rate).toBe(0);
    expect(notes[0]).toMatch(/may not stand in/);
    expect(notes[1]).toContain("worse than a rater by more than that");
  });

  it("says that there is nobody to hold it against where samples are too few", () => {
    const { values, notes } = resultOf(
      scorer,
      judged((truth) => truth, 20),
    );
    expect(values.winning_rate).toBeNull();
    expect(notes[0]).toContain("Nobody to hold the model against");
  });
});

describe("ambiguity", () => {
  const scorer = createAmbiguityScorer(reader, "integrated");

  it("is the raters' disagreement, whatever the model says, and the rest is the model's own", () => {
    const votes = { happiness: 6, fear: 4 };
    const sample = sampleOf({ id: "s", votes });
    const { values, notes } = resultOf(scorer, { samples: [sample], answers: ["happiness"] });
    // Two of ten raters disagree in 48 of 90 pairs.
    expect(values.error_to_a_rater).toBeCloseTo(0.4, 12);
    expect(values.error_by_ambiguity).toBeCloseTo(48 / 90 / 2, 12);
    expect(values.error_of_its_own).toBeCloseTo(0.4 - 48 / 90 / 2, 12);
    expect(notes[0]).toContain("Of an error to a single rater of 0.400, 0.267 is ambiguity");
  });

  it("leaves a sample with one rater unscored, and holds numbers against numbers", () => {
    const one = sampleOf({ id: "one", raters: ["fear", null] });
    const rated = sampleOf({ id: "rated", raters: [0.4, 0.6] });
    const { values } = resultOf(scorer, { samples: [one, rated], answers: ["fear", "fear"] });
    // The answer's valence is .5: (.1^2 + .1^2) / 2, and the raters' variance .02.
    expect(values.error_to_a_rater).toBeCloseTo(0.01, 12);
    expect(values.error_by_ambiguity).toBeCloseTo(0.02, 12);
  });
});

describe("agreement beyond the base rate", () => {
  const scorer = createFixedValuesScorer(reader, analysis);

  it.each([
    ["deals out labels at random", (_truth: string, random: Random) => LABELS[random.below(4)] as string, /at random/],
    ["says one thing of everything", () => "fear", /says "fear" of every one of 120 samples/],
  ])("tells of a judge that %s", (_case, judge, told) => {
    const { values, notes } = resultOf(scorer, judged(judge));
    expect(Math.abs(values.agreement_beyond_base_rate ?? 1)).toBeLessThan(0.15);
    expect(notes.join()).toMatch(told);
  });

  it("tells of a judge that chooses one option again and again, of which no numbers can be suspect", () => {
    const { samples } = judged(() => "fear");
    const reads = { distribution: null, valence: null, arousal: null };
    const { values, notes } = scoredAnswers(
      scorer,
      samples.map((sample, i) => ({ ...sample, truth: { ...sample.truth, choice: LABELS[i % 4] as string } })),
      samples.map(() => answerOf("x", { integrated: reads, choice: "fear" })),
      analysis,
    );
    expect(notes).toEqual(['It says "fear" of every one of 120 samples.']);
    expect(values).toEqual({ suspect_numbers_share: null, agreement_beyond_base_rate: 0 });
  });

  it("tells nothing of one that sees a little", () => {
    const { values, notes } = resultOf(
      scorer,
      judged((truth, random) => seeing(random, truth, 0.6)),
    );
    expect(values.agreement_beyond_base_rate).toBeGreaterThan(0.1);
    expect(notes).toEqual([]);
  });
});
