import { describe, expect, it } from "vitest";
import { BASIC_LABELS, type LabelProbability } from "../../src/domain/labels.ts";
import type { ExpressionReading } from "../../src/domain/measurement.ts";
import {
  EXPRESSION_POOL,
  expressionPool,
  fittedPool,
  isExpressionPool,
  poolExpressions,
  poolPrior,
} from "../../src/facs/expression-pool.ts";

type Shares = Readonly<Record<string, number>>;

function distribution(shares: Shares): LabelProbability[] {
  return Object.entries(shares).map(([label, probability]) => ({ label, probability }));
}

function reading(source: string, shares: Shares): ExpressionReading {
  return { source, distribution: distribution(shares) } as ExpressionReading;
}

function share(pooled: readonly LabelProbability[] | undefined, label: string): number {
  return Number(pooled?.find((entry) => entry.label === label)?.probability);
}

const SEVEN = { anger: 0.1, disgust: 0.1, fear: 0.1, happiness: 0.1, neutral: 0.3, sadness: 0.2, surprise: 0.1 };
const EIGHT = { ...SEVEN, neutral: 0.25, contempt: 0.05 };

function trio({ faceApi = SEVEN, human = SEVEN, crowd = EIGHT }: Record<string, Shares> = {}) {
  return [
    reading("face-api-expression@1.7.15", faceApi),
    reading("human-emotion@3.3.6", human),
    reading("crowd-face@b11a74ac", crowd),
  ];
}

const good = { quality: 1, rules: null };

describe("fittedPool", () => {
  it("is the weighted sum of logarithms that its file states", () => {
    const { floor, good: end, poor } = expressionPool();
    const readings = trio({ faceApi: { ...SEVEN, anger: 0.3, neutral: 0.1 } });
    for (const [quality, { networks, offsets }] of [
      [1, end],
      [0, poor],
    ] as const) {
      const drawn = (p: number, labels: number) => floor + (1 - labels * floor) * p;
      const others = 1 - drawn(0.05, 8); // only one network knows contempt, so its share is everybody's
      const log = (label: "anger" | "neutral", faceApi: number) =>
        Number(networks["face-api-expression"]) * Math.log(drawn(faceApi, 7) * others) +
        Number(networks["human-emotion"]) * Math.log(drawn(SEVEN[label], 7) * others) +
        Number(networks["crowd-face"]) * Math.log(drawn(EIGHT[label], 8)) +
        Number(offsets[label]);
      const pooled = fittedPool(readings, { quality, rules: null });
      const odds = Math.log(share(pooled, "anger") / share(pooled, "neutral"));
      expect(odds).toBeCloseTo(log("anger", 0.3) - log("neutral", 0.1), 10);
    }
  });

  it("covers all eight labels and sums to 1", () => {
    const pooled = fittedPool(trio(), good) ?? [];
    expect(pooled.map(({ label }) => label)).toEqual([...BASIC_LABELS]);
    expect(pooled.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  it("recognises contempt when the network that knows it sees it clearly", () => {
    const crowd = {
      anger: 0.02,
      contempt: 0.8,
      disgust: 0.02,
      fear: 0.02,
      happiness: 0.02,
      neutral: 0.08,
      sadness: 0.02,
      surprise: 0.02,
    };
    const pooled = fittedPool(trio({ crowd }), good) ?? [];
    expect(pooled.toSorted((a, b) => b.probability - a.probability)[0]?.label).toBe("contempt");
  });

  it("moves toward what the rules over action units say, and stays where it was without them", () => {
    const rules = distribution({ ...EIGHT, anger: 0.6, neutral: 0.02, sadness: 0.03 });
    const [without, beside] = [fittedPool(trio(), good), fittedPool(trio(), { quality: 1, rules })];
    expect(share(beside, "anger")).toBeGreaterThan(share(without, "anger"));
    expect(share(beside, "neutral")).toBeLessThan(share(without, "neutral"));
  });

  it("believes crowd-face more on a poor face than on a good one", () => {
    const readings = trio({
      faceApi: { ...SEVEN, anger: 0.36, neutral: 0.04 },
      crowd: { ...EIGHT, happiness: 0.3, neutral: 0.05 },
    });
    const odds = (quality: number) => {
      const pooled = fittedPool(readings, { quality, rules: null });
      return share(pooled, "happiness") / share(pooled, "anger");
    };
    expect(odds(0)).toBeGreaterThan(odds(1));
  });

  it("lets a network that it does not know join with the mean say and no more certainty than before", () => {
    const stranger = reading("hsemotion@c43e056a", EIGHT);
    const odds = (readings: ExpressionReading[]) => {
      const pooled = fittedPool(readings, good);
      return share(pooled, "anger") / share(pooled, "disgust");
    };
    expect(odds([...trio(), stranger])).toBeCloseTo(odds(trio()), 10);
    const angry = reading("hsemotion@c43e056a", { ...EIGHT, anger: 0.3, neutral: 0.05 });
    expect(odds([...trio(), angry])).toBeGreaterThan(odds(trio()));
  });

  it("has nothing to say when one of its networks did not read the face", () => {
    expect(fittedPool(trio().slice(1), good)).toBeUndefined();
  });
});

describe("poolExpressions", () => {
  it("gives networks that it was not fitted to the same say, and lets neither rule a label out", () => {
    const sure = reading("a@1", { anger: 0.98, fear: 0.02, sadness: 0 });
    const unsure = reading("b@1", { anger: 0.3, fear: 0.3, sadness: 0.4 });
    const pooled = poolExpressions([sure, unsure], null);
    expect(pooled?.source).toBe(EXPRESSION_POOL);
    // By hand, q = 0.005 + 0.985 p: sqrt(.9703 x .3005), sqrt(.0247 x .3005), sqrt(.005 x .399), over their sum.
    expect(share(pooled?.distribution, "anger")).toBeCloseTo(0.805, 3);
    expect(share(pooled?.distribution, "fear")).toBeCloseTo(0.1284, 3);
    expect(share(pooled?.distribution, "sadness")).toBeCloseTo(0.0666, 3);
  });

  it("is the fitted pool where its networks read the face", () => {
    expect(poolExpressions(trio(), 0.7)?.distribution).toEqual(fittedPool(trio(), { quality: 0.7, rules: null }));
  });

  it("has nothing to say of a face that one network read", () => {
    expect(poolExpressions([reading("a@1", { anger: 1 })], null)).toBeUndefined();
  });

  it("is told from the readings of networks by its source", () => {
    const sources = ["expression-pool@1", "expression-pool@2", "face-api-expression@1.7.15"];
    expect(sources.map(isExpressionPool)).toEqual([true, true, false]);
  });
});

describe("the pool's file", () => {
  it("keeps the bounds that posed faces set: a share for face-api's network, little for the rules", () => {
    const { networks, rules } = expressionPool().good;
    const total = Object.values(networks).reduce((sum, weight) => sum + weight, 0);
    expect(Number(networks["face-api-expression"]) / total).toBeGreaterThan(0.39);
    expect(rules).toBeLessThan(0.21);
  });

  it("has a prior over all labels that sums to 1", () => {
    expect(poolPrior().reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 3);
    expect(poolPrior().every(({ probability }) => probability > 0)).toBe(true);
  });
});
