import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  conformalScore,
  conformalThreshold,
  fewestForLevel,
  labelsWithin,
} from "../../../src/domain/statistics/conformal.ts";

const Rows = z.array(z.array(z.number()));
const golden = z
  .object({
    calibration: Rows,
    truth: z.array(z.number()),
    asked: Rows,
    levels: z.array(z.number()),
    sets: z.array(Rows),
  })
  .parse(JSON.parse(readFileSync(new URL("../../fixtures/statistics/conformal.json", import.meta.url), "utf8")));
const LABELS = ["a", "b", "c", "d"];
const distributionOf = (row: readonly number[]) => LABELS.map((label, at) => ({ label, probability: row[at] ?? 0 }));

describe("conformal label sets", () => {
  it.each(golden.levels.map((level, at) => ({ level, sets: golden.sets[at] ?? [] })))(
    "are MAPIE's at $level",
    ({ level, sets }) => {
      const scores = golden.calibration.map((row, at) =>
        conformalScore(distributionOf(row), (label) => label === LABELS[golden.truth[at] ?? -1]),
      );
      const threshold = conformalThreshold(scores, 1 - level) ?? Number.NaN;
      const own = golden.asked.map((row) =>
        [...labelsWithin(distributionOf(row), LABELS, threshold)].map((label) => LABELS.indexOf(label)).sort(),
      );
      expect(own).toEqual(sets);
    },
  );

  it("take the ceil((n + 1)(1 - alpha))-th smallest score", () => {
    const nine = [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5];
    expect([0.1, 0.2, 0.5, 0.9].map((alpha) => conformalThreshold(nine, alpha))).toEqual([0.9, 0.8, 0.5, 0.1]);
    expect(conformalThreshold(nine.slice(1), 0.1)).toBeNull();
    expect([0.1, 0.05, 0.2, 0.5].map(fewestForLevel)).toEqual([9, 19, 4, 1]);
    expect(() => conformalThreshold(nine, 1)).toThrow("alpha lies between 0 and 1, not 1");
  });

  it("name the most probable first, whatever the case, and may be empty", () => {
    const given = [
      { label: "Sadness", probability: 0.3 },
      { label: "fear", probability: 0.6 },
      { label: "invented", probability: 0.1 },
    ];
    expect(labelsWithin(given, ["anger", "sadness", "fear"], 0.7)).toEqual(["fear", "sadness"]);
    expect(labelsWithin(given, ["anger", "sadness", "fear"], 1)).toEqual(["fear", "sadness", "anger"]);
    expect(labelsWithin(given, ["anger", "sadness", "fear"], 0.3)).toEqual([]);
  });

  it("cover the true label as often as they say, over many draws", () => {
    // A linear congruential generator, so that the test is the same every time.
    let state = 7;
    const next = () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state / 2 ** 31;
    };
    const draw = () => {
      const weights = [next(), next(), next(), next()].map((value) => value ** 3);
      const total = weights.reduce((sum, value) => sum + value, 0);
      const row = weights.map((value) => value / total);
      const at = next();
      const truth = row.findIndex((_value, place) => row.slice(0, place + 1).reduce((a, b) => a + b, 0) >= at);
      return { row, truth: LABELS[truth] ?? "d" };
    };
    let hits = 0;
    for (let trial = 0; trial < 400; trial++) {
      const scores = Array.from({ length: 29 }, draw).map(({ row, truth }) =>
        conformalScore(distributionOf(row), (label) => label === truth),
      );
      const { row, truth } = draw();
      hits += labelsWithin(distributionOf(row), LABELS, conformalThreshold(scores, 0.1) ?? 0).includes(truth) ? 1 : 0;
    }
    // 400 draws at .9 have a standard error of .015; three of them below.
    expect(hits / 400).toBeGreaterThan(0.855);
    expect(hits / 400).toBeLessThan(0.95);
  });
});
