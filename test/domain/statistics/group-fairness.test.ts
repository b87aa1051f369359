import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { chiSquareTail, differentialFunctioning } from "../../../src/domain/statistics/differential-functioning.ts";
import { groupPermutationP } from "../../../src/domain/statistics/group-permutation.ts";
import { createRandom } from "../../../src/domain/statistics/random.ts";

/** statsmodels and SciPy; the file names versions. */
const golden = z
  .object({
    chiSquare: z.array(z.tuple([z.number(), z.number(), z.number()])),
    functioning: z.array(
      z.object({
        name: z.string(),
        coded: z.array(z.number()),
        group: z.array(z.string()),
        said: z.array(z.boolean()),
        chiSquare: z.number(),
        degrees: z.number(),
        pValue: z.number(),
        uniform: z.number(),
        effect: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../fixtures/statistics/group-fairness.json", import.meta.url), "utf8")));

it.each(golden.chiSquare)(
  "the tail of chi-square at %f with %f degrees of freedom is SciPy's",
  (x, degrees, expected) => {
    expect(chiSquareTail(x, degrees)).toBeCloseTo(expected, 12);
  },
);

describe("differential functioning", () => {
  it.each(golden.functioning)(
    "is that of statsmodels' logistic regressions: $name",
    ({ coded, group, said, ...expected }) => {
      const found = differentialFunctioning(
        coded.map((one, i) => ({ coded: one, said: said[i] === true, group: group[i] as string })),
      );
      expect(found?.degrees).toBe(expected.degrees);
      for (const part of ["chiSquare", "pValue", "uniform", "effect"] as const) {
        expect(found?.[part]).toBeCloseTo(expected[part], 8);
      }
    },
  );

  it("finds none where every code is told perfectly, and cannot say of a group without the code", () => {
    const all = (groupOf: (i: number) => string) =>
      Array.from({ length: 80 }, (_, i) => ({ coded: i % 2, said: i % 2 === 1, group: groupOf(i) }));
    expect(differentialFunctioning(all((i) => (i < 40 ? "a" : "b")))?.chiSquare).toBeCloseTo(0, 6);
    expect(differentialFunctioning(all((i) => (i % 2 === 0 ? "a" : "b")))).toBeNull();
    expect(differentialFunctioning(all(() => "a"))).toBeNull();
  });
});

describe("a permutation of groups", () => {
  const distance = (values: readonly number[]) => (groups: readonly string[]) => {
    const mean = (group: string) => {
      const own = values.filter((_value, i) => groups[i] === group);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    return Math.abs(mean("a") - mean("b"));
  };

  it("deals groups out to whole subjects: of four, no p is below a third", () => {
    const groups = Array.from({ length: 40 }, (_, i) => (i < 20 ? "a" : "b"));
    const values = groups.map((group) => (group === "a" ? 1 : 0));
    const bySubject = groups.map((_group, i) => `subject ${Math.floor(i / 10)}`);
    // Two of the six ways to part four subjects in two pairs are as extreme.
    const p = groupPermutationP({ groups, clusters: bySubject }, distance(values), { seed: 1, rounds: 4000 });
    expect(p).toBeCloseTo(1 / 3, 1);
    const byImage = groups.map((_group, i) => `image ${i}`);
    expect(groupPermutationP({ groups, clusters: byImage }, distance(values), { seed: 1 })).toBeLessThan(0.001);
  });

  it("deals them out within subjects who are in several: what differs between people does not matter", () => {
    const random = createRandom(2);
    const clusters = Array.from({ length: 60 }, (_, i) => `subject ${i >> 1}`);
    const groups = clusters.map((_cluster, i) => (i % 2 === 0 ? "a" : "b"));
    const values = clusters.map((_cluster, i) => 10 * ((i >> 1) % 5) + (i % 2 === 0 ? 1 : 0) + random.real() / 10);
    expect(groupPermutationP({ groups, clusters }, distance(values), { seed: 1 })).toBeLessThan(0.001);
  });

  it("is undefined where the statistic is", () => {
    expect(groupPermutationP({ groups: ["a"], clusters: ["x"] }, () => null, { seed: 1 })).toBeNull();
  });
});
