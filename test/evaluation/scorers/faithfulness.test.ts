import { describe, expect, it } from "vitest";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { createFaithfulnessScorer } from "../../../src/evaluation/scorers/faithfulness.ts";
import { answerOf } from "../../support/answering-server.ts";

const scorer = createFaithfulnessScorer();
const sample = sampleOf({ id: "a" });

describe("faithfulness", () => {
  it("counts a claim that only cites evidence apart from one that agrees with measurements", () => {
    const verdicts = ["agrees", "cites", "cites", "contradicted"] as const;
    const { value, metadata, explanation } = scorer.score(answerOf("fear", { verdicts: [...verdicts] }), sample, null);
    expect(value).toBe(0.25);
    expect(explanation).toBe("Of 4 claims 1 agree with measurements, 2 cite evidence, 1 are contradicted");
    const row = { sampleId: "a", cluster: "a", value: 0.25, metadata };
    const metrics = Object.fromEntries(
      scorer.metrics([row]).map(({ name, statistic }) => [name, statistic([row])(Float64Array.of(1))]),
    );
    expect(metrics).toMatchObject({ claims_agreeing: 0.25, claims_citing: 0.5, claims_contradicted: 0.25 });
  });

  it("leaves an answer unscored that was kept before the two were told apart", () => {
    const { value, unscored } = scorer.score(answerOf("fear", { verdicts: ["supported", "agrees"] }), sample, null);
    expect({ value, unscored }).toEqual({ value: null, unscored: "not measured" });
  });
});
