import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disagreement, integrateReadings, poolReadings, widened } from "../../src/facs/cue-integration.ts";

function over(values: Record<string, number>) {
  return Object.entries(values).map(([label, probability]) => ({ label, probability }));
}

function asRecord(distribution: readonly { label: string; probability: number }[] | null) {
  return Object.fromEntries((distribution ?? []).map(({ label, probability }) => [label, probability]));
}

const distribution = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((masses) => {
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    return ["anger", "fear", "joy"].map((label, at) => ({ label, probability: (masses[at] ?? 0) / total }));
  });

describe("integrateReadings", () => {
  it("multiplies the readings and divides by what contexts lead one to expect at large", () => {
    const face = over({ joy: 0.6, fear: 0.4 });
    const context = over({ joy: 0.2, fear: 0.8 });
    const expected = over({ joy: 0.8, fear: 0.2 });
    // joy 0.6 * 0.2 / 0.8 = 0.15, fear 0.4 * 0.8 / 0.2 = 1.6; 1.75 together
    expect(asRecord(integrateReadings(face, context, expected))).toEqual({
      fear: expect.closeTo(1.6 / 1.75, 12),
      joy: expect.closeTo(0.15 / 1.75, 12),
    });
  });

  it("leaves a face as it is when the context only says what contexts say at large", () => {
    fc.assert(
      fc.property(distribution, distribution, (face, expected) => {
        const integrated = asRecord(integrateReadings(face, expected, expected));
        for (const { label, probability } of face) expect(integrated[label]).toBeCloseTo(probability, 9);
      }),
    );
  });

  it("does not care which reading is called the face", () => {
    fc.assert(
      fc.property(distribution, distribution, distribution, (a, b, expected) => {
        expect(asRecord(integrateReadings(a, b, expected))).toEqual(asRecord(integrateReadings(b, a, expected)));
      }),
    );
  });

  it("leaves a label as likely as the face says that contexts have no word on", () => {
    const integrated = integrateReadings(
      over({ smug: 0.5, joy: 0.5 }),
      over({ joy: 0.3, fear: 0.7 }),
      over({ joy: 0.3, fear: 0.7 }),
    );
    expect(asRecord(integrated)).toEqual({ fear: 0, joy: expect.closeTo(0.5, 9), smug: expect.closeTo(0.5, 9) });
  });

  it("is undefined for readings that rule each other out, and for an empty one", () => {
    const expected = over({ joy: 0.5, fear: 0.5 });
    expect(integrateReadings(over({ joy: 1 }), over({ fear: 1 }), expected)).toBeNull();
    expect(integrateReadings([], over({ fear: 1 }), expected)).toBeNull();
  });
});

describe("poolReadings", () => {
  it("is as sure as its classifiers when they agree, and in between when they differ", () => {
    const sure = over({ joy: 0.9, fear: 0.1 });
    const agreed = asRecord(
      poolReadings([
        { distribution: sure, weight: 1 },
        { distribution: sure, weight: 1 },
      ]),
    );
    expect(agreed["joy"]).toBeCloseTo(0.9, 1);
    const torn = asRecord(
      poolReadings([
        { distribution: sure, weight: 1 },
        { distribution: over({ joy: 0.1, fear: 0.9 }), weight: 1 },
      ]),
    );
    expect(torn["joy"]).toBeCloseTo(0.5, 9);
  });

  it("lets no classifier rule a label out alone", () => {
    const pooled = asRecord(
      poolReadings([
        { distribution: over({ joy: 1, fear: 0 }), weight: 1 },
        { distribution: over({ joy: 0.5, fear: 0.5 }), weight: 1 },
      ]),
    );
    expect(pooled["fear"]).toBeGreaterThan(0.01);
  });

  it("has nothing to say without classifiers", () => {
    expect(poolReadings([])).toBeNull();
  });
});

describe("disagreement", () => {
  it("is 0 for one classifier, 0 for equal and 1 for disjoint ones", () => {
    const joy = { distribution: over({ joy: 1 }) };
    expect(disagreement([joy])).toBe(0);
    expect(disagreement([joy, joy])).toBe(0);
    expect(disagreement([joy, { distribution: over({ fear: 1 }) }])).toBe(1);
  });
});

describe("widened", () => {
  it("moves toward the prior and still sums to one", () => {
    const mixed = asRecord(widened(over({ joy: 1 }), over({ joy: 0.5, fear: 0.5 }), 0.5));
    expect(mixed).toEqual({ fear: expect.closeTo(0.25, 12), joy: expect.closeTo(0.75, 12) });
  });
});
