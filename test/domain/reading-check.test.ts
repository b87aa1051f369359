import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complaintsAbout } from "../../src/domain/judgment-check.ts";
import { withoutRounding } from "../../src/domain/reading-check.ts";
import { face, faceEvidence, judgment, ledgerOf, reading, subject } from "../support/builders.ts";

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
