import { expect, it } from "vitest";
import { checkCorrected } from "../../../src/evaluation/check-evaluation.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { Analysis } from "../../../src/evaluation/file/analysis.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import type { Scorer } from "../../../src/evaluation/score.ts";
import { createCorrectedEstimatesScorer } from "../../../src/evaluation/scorers/corrected-estimates.ts";
import { answerOf, evalFile } from "../../support/answering-server.ts";
import { scoredAnswers } from "../../support/scored-answers.ts";

const reader = createLabelReader(["happiness", "fear"], new Map());

function scorerBy(corrected: NonNullable<Analysis["corrected"]>): Scorer {
  return createCorrectedEstimatesScorer(reader, Analysis.parse({ corrected }));
}

/** Fifty samples in each of two conditions, ten of each labelled; in B the judge sees happiness in half of what is fear. */
const samples = Array.from({ length: 100 }, (_, i) => {
  const isHappy = i % 5 === 0;
  return {
    sample: sampleOf({
      id: `s${i}`,
      truth: { label: i % 50 < 10 ? (isHappy ? "happiness" : "fear") : null },
      columns: { condition: i < 50 ? "A" : "B", chance: "0.2" },
    }),
    answer: isHappy || (i >= 50 && i % 2 === 0) ? "happiness" : "fear",
  };
});
const answers = samples.map(({ answer }) => answerOf(answer));

it("takes a judge's bias in one condition out of the difference, which by its answers alone is .4", () => {
  const scorer = scorerBy({ share: "happiness", by: "condition" });
  const { values, tables } = scoredAnswers(
    scorer,
    samples.map(({ sample }) => sample),
    answers,
  );
  expect(values.corrected_share_of_happiness_in_A).toBeCloseTo(0.2, 12);
  expect(Math.abs(values.corrected_share_of_happiness_A_less_B ?? 1)).toBeLessThan(0.03);
  const [table] = tables;
  const rows = table?.type === "table" ? table.rows : [];
  // of, samples, labelled, model alone, by hand alone
  expect(rows[2]?.slice(0, 3)).toEqual(["A less B", 100, 20]);
  expect(rows[2]?.[3]).toBeCloseTo(-0.4, 12);
  expect(rows[2]?.[4]).toBeCloseTo(0, 12);
  expect(rows[2]?.[8]).toBeGreaterThan(0.5);
});

it("takes the second condition off the first, and says so where nothing is left to be corrected", () => {
  const labelOf = (condition: string | undefined) => (condition === "A" ? "happiness" : "fear");
  const labelled = samples.map(({ sample }) => ({
    ...sample,
    truth: { ...sample.truth, label: labelOf(sample.columns.condition) },
  }));
  const { values, notes } = scoredAnswers(scorerBy({ share: "happiness", by: "condition" }), labelled, answers);
  expect(values.corrected_share_of_happiness_A_less_B).toBe(1);
  expect(notes[0]).toContain("nothing is left to be corrected");
});

it("takes chances of being labelled from their column, and means of numbers", () => {
  const rated = samples.map(({ sample }, i) => ({
    ...sample,
    truth: { ...sample.truth, valence: i % 50 < 10 ? 0.25 : null },
  }));
  // Every answer says .5 and every label .25; 20 of 100 are labelled, as their chances say.
  for (const probability of [undefined, "chance"]) {
    const scorer = scorerBy({ mean: "valence", ...(probability !== undefined && { probability }) });
    expect(scoredAnswers(scorer, rated, answers).values.corrected_mean_valence).toBeCloseTo(0.25, 12);
  }
});

it("says of which condition nothing is estimated, as nobody labelled any of it", () => {
  const half = samples.map(({ sample }) =>
    sample.columns.condition === "A" ? sample : { ...sample, truth: { ...sample.truth, label: null } },
  );
  const { values, notes } = scoredAnswers(scorerBy({ share: "happiness", by: "condition" }), half, answers);
  expect(values.corrected_share_of_happiness_in_B).toBeNull();
  expect(notes).toEqual(["No sample of B is labelled by hand, so that nothing is estimated of it: label some."]);
});

it("leaves out what belongs to no condition, and takes an abstention for a prediction of none", () => {
  const scorer = scorerBy({ share: "happiness", by: "condition" });
  const [{ sample }] = samples as [(typeof samples)[0]];
  expect(scorer.score(answerOf("fear"), { ...sample, columns: {} }, null).unscored).toBe("no truth");
  const silent = answerOf("x", { integrated: { distribution: null, valence: null, arousal: null } });
  expect(scorer.score(silent, sample, null)).toMatchObject({ value: 0, metadata: { truth: 1 } });
});

it.each([
  ["nothing is said of what", {}, {}, /set analysis\.corrected\.share to a label/],
  ["nobody labelled any sample", { mean: "arousal" }, {}, /no sample is labelled by hand/],
  ["a column is not there", { share: "fear", by: "site" }, {}, /its column "site"/],
  ["a chance is none", { share: "fear", probability: "chance" }, { chance: "1.4" }, /"1\.4" of s0 is no chance/],
  ["a chance is missing", { share: "fear", probability: "p" }, {}, /no sample has anything in its column "p"/],
])("refuses before anything is asked where %s", (_case, corrected, columns, complaint) => {
  const [{ sample }] = samples as [(typeof samples)[0]];
  const analysis = Object.keys(corrected).length === 0 ? {} : { corrected };
  const file = evalFile({ scorers: ["corrected-estimates"], analysis });
  expect(() => checkCorrected(file, [{ ...sample, columns: { ...sample.columns, ...columns } }])).toThrow(complaint);
});
