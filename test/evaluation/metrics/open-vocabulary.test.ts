import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { plainValue } from "../../../src/domain/statistics/weighted-statistic.ts";
import {
  clusterOf,
  EmotionWheel,
  LemmaFile,
  lemmaLookup,
  normaliseWord,
} from "../../../src/evaluation/metrics/emotion-wheels.ts";
import {
  droppedShareStatistic,
  meanWheelFStatistic,
  setScoreStatistic,
  wheelSets,
} from "../../../src/evaluation/metrics/open-vocabulary.ts";

function shipped(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../evals/wheels/${name}.json`, import.meta.url), "utf8"));
}

const lemmas = lemmaLookup(LemmaFile.parse(shipped("lemmas")));
const wheels = ["plutchik", "geneva", "ekman"].map((id) => EmotionWheel.parse(shipped(id)));
const plutchik = wheels[0] as EmotionWheel;

describe("the shipped wheels", () => {
  it.each(wheels.map((wheel) => [wheel.id, wheel] as const))("%s puts no word into two clusters", (_id, wheel) => {
    const words = Object.entries(wheel.clusters).flatMap(([cluster, members]) => [...new Set([cluster, ...members])]);
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
  });

  it.each(wheels.map((wheel) => [wheel.id, wheel] as const))(
    "%s is written in lemmas, so that every word can be reached",
    (_id, wheel) => {
      const words = Object.entries(wheel.clusters).flatMap(([cluster, members]) => [cluster, ...members]);
      expect(words.filter((word) => normaliseWord(word, lemmas) !== word)).toEqual([]);
    },
  );

  it("keep Plutchik's eight petals and Geneva's twenty families", () => {
    expect(Object.keys(plutchik.clusters)).toHaveLength(8);
    expect(Object.keys((wheels[1] as EmotionWheel).clusters)).toHaveLength(20);
  });

  it.each([
    ["Joyful", "joy"],
    ["  terrified. ", "fear"],
    ["self-assured", "trust"],
    ["angrily", "anger"],
    ["love", null],
    ["flummoxed", null],
  ])("%s belongs to %s on Plutchik's wheel", (word, cluster) => {
    expect(clusterOf(word, plutchik, lemmas)).toBe(cluster);
  });

  it("refuse one form under two nouns", () => {
    const file = { source: "test", lemmas: { joy: ["glad"], delight: ["glad"] } };
    expect(() => lemmaLookup(file)).toThrow(/"glad" stands under "joy" and "delight"/);
  });
});

describe("set scores of free labels", () => {
  // Worked by hand: sample 1 G = {joy, surprise}, Y = {joy, fear}, one word dropped: P 1/2, R 1/2.
  // Sample 2 G = {sadness}, Y = {}: 0, 0. Sample 3 has no mapped truth and is skipped.
  const samples = [
    { truth: ["happy", "amazed"], predicted: ["joyful", "delight", "afraid", "flummoxed"] },
    { truth: ["grief"], predicted: [] },
    { truth: ["flummoxed"], predicted: ["anger"] },
  ].map((labels) => wheelSets(labels, plutchik, lemmas));

  it("average precision and recall over samples before F, skipping an unmapped truth", () => {
    expect(plainValue(setScoreStatistic(samples, "precision"), 3)).toBeCloseTo(0.25, 12);
    expect(plainValue(setScoreStatistic(samples, "recall"), 3)).toBeCloseTo(0.25, 12);
    expect(plainValue(setScoreStatistic(samples, "f"), 3)).toBeCloseTo(0.25, 12);
  });

  it("show how many words were dropped", () => {
    expect(plainValue(droppedShareStatistic(samples), 3)).toBeCloseTo(1 / 5, 12);
  });

  it("are 0, not undefined, when nothing is hit, and unscored when no truth is on the wheel", () => {
    const miss = [wheelSets({ truth: ["joy"], predicted: ["anger"] }, plutchik, lemmas)];
    expect(plainValue(setScoreStatistic(miss, "f"), 1)).toBe(0);
    const unknown = [wheelSets({ truth: ["zeal"], predicted: ["anger"] }, plutchik, lemmas)];
    expect(plainValue(setScoreStatistic(unknown, "f"), 1)).toBeNull();
    expect(plainValue(meanWheelFStatistic([miss, unknown]), 1)).toBe(0);
  });
});
