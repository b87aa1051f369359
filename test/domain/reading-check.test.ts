import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complaintsAbout } from "../../src/domain/judgment-check.ts";
import { readingComplaints, withoutRounding } from "../../src/domain/reading-check.ts";
import { abstained, face, faceEvidence, judgment, ledgerOf, reading, subject } from "../support/builders.ts";

const facts = { ledger: ledgerOf(faceEvidence({ AU12: 0.93 })), faces: [face()] };

describe("withoutRounding", () => {
  it("makes every distribution that passes the check sum to exactly one, and touches no other", () => {
    const distributions = fc.tuple(
      fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0.97, max: 1.03, noNaN: true }),
    );
    fc.assert(
      fc.property(distributions, ([weights, sum]) => {
        const total = weights.reduce((all, weight) => all + weight, 0);
        const shares = weights.map((weight, index) => [`label ${index}`, Math.min(1, (weight / total) * sum)] as const);
        const before = judgment(subject({ faceOnly: reading(Object.fromEntries(shares)) }));
        const after = withoutRounding(before);
        if (complaintsAbout(before, facts).length > 0) {
          expect(after).toEqual(before);
        } else {
          const entries = after.subjects[0]?.faceOnly.distribution ?? [];
          expect(entries.reduce((all, { probability }) => all + probability, 0)).toBeCloseTo(1, 8);
        }
      }),
    );
    const rounded = judgment(subject({ faceOnly: reading({ joy: 0.333, fear: 0.333, awe: 0.333 }) }));
    expect(complaintsAbout(rounded, facts)).toEqual([]);
    expect(withoutRounding(rounded).subjects[0]?.faceOnly.distribution[0]?.probability).toBeCloseTo(1 / 3, 12);
  });
});

describe("readingComplaints", () => {
  const says = (parts: object, taxonomy?: readonly string[]) =>
    readingComplaints({ ...reading({ joy: 1 }), ...parts }, "r", taxonomy).map(({ message }) => message);
  const distribution = (...probabilities: number[]) =>
    probabilities.map((probability, index) => ({ label: `l${index}`, probability, novel: false }));

  it.each([
    [[1, 0], []],
    [[0.5, 0.509], []],
    [[0.5, 0.491], []],
    [[0.5, 0.515], ["`r.distribution` sums to 1.015 instead of 1"]],
    [[0.5, 0.485], ["`r.distribution` sums to 0.985 instead of 1"]],
    [[1.2, -0.2], ["`r.distribution` holds a probability that is not a number from 0 to 1"]],
    [[-0.1, 1], ["`r.distribution` holds a probability that is not a number from 0 to 1"]],
    [[1.1], ["`r.distribution` holds a probability that is not a number from 0 to 1"]],
  ])("holds %j against a sum of one", (probabilities, complaints) => {
    expect(says({ distribution: distribution(...probabilities) })).toEqual(complaints);
  });

  it.each([
    [{ value: 0, low: -1, high: 1 }, []],
    [{ value: 1, low: 1, high: 1 }, []],
    [{ value: -1, low: -1, high: -1 }, []],
    [{ value: 0, low: -1.1, high: 1 }, ["holds a number that is not from -1 to 1"]],
    [{ value: 0, low: -1, high: 1.1 }, ["holds a number that is not from -1 to 1"]],
    [{ value: 0.5, low: -0.5, high: 0.4 }, ["has its interval out of order: low -0.5, value 0.5, high 0.4"]],
    [{ value: -0.6, low: -0.5, high: 0.4 }, ["has its interval out of order: low -0.5, value -0.6, high 0.4"]],
  ])("holds the interval %j against its order and range", (affect, complaints) => {
    expect(says({ valence: affect })).toEqual(complaints.map((words) => `\`r.valence\` ${words}`));
    expect(says({ arousal: affect })).toEqual(complaints.map((words) => `\`r.arousal\` ${words}`));
  });

  it("has an abstention say why, and nothing else", () => {
    expect(readingComplaints(abstained("too small"), "r", ["joy"])).toEqual([]);
    const affect = { value: 0, low: 0, high: 0 };
    for (const parts of [{ valence: affect }, { arousal: affect }]) {
      expect(readingComplaints({ ...abstained("too small"), ...parts }, "r", undefined)).toMatchObject([
        { message: "`r` abstains, so its valence and arousal must be null" },
      ]);
    }
  });

  it("knows a label of the taxonomy whatever its case and the spaces around it", () => {
    const labels = (label: string, novel: boolean) =>
      says({ distribution: [{ label, probability: 1, novel }] }, ["Joy"]);
    expect([labels(" jOY ", false), labels("awe", true)]).toEqual([[], []]);
    expect(labels("JOY", true)).toEqual(['`r.distribution[0].novel` is true although "JOY" is in the taxonomy']);
    expect(labels(" ", false)).toEqual(["`r.distribution[0].label` is blank"]);
  });

  it("leaves a sum alone that floating point alone keeps from one", () => {
    const exact = judgment(subject({ faceOnly: reading({ a: 0.59, b: 0.11, c: 0.3 }) }));
    expect(withoutRounding(exact)).toEqual(exact);
    const off = judgment(subject({ faceOnly: reading({ a: 0.5, b: 0.509 }) }));
    expect(withoutRounding(off).subjects[0]?.faceOnly.distribution[0]?.probability).toBeCloseTo(0.5 / 1.009, 12);
  });
});
