import { describe, expect, it } from "vitest";
import { testProposal } from "../../src/discovery/test-proposal.ts";

/** Twelve faces on a line, six of them the cluster. */
function material(parts: { prominence?: readonly number[]; agreement?: readonly number[] }) {
  return {
    points: {
      count: 12,
      dimensions: 1,
      values: Float64Array.from({ length: 12 }, (_, i) => (i < 6 ? i / 100 : 5 + i)),
    },
    cluster: { members: [0, 1, 2, 3, 4, 5], memberships: [1, 1, 1, 1, 1, 1], prominence: 3 },
    resamples: { prominence: parts.prominence ?? [3, 3, 3], agreement: parts.agreement ?? [0.9, 0.9, 0.9] },
    byChance: Array.from({ length: 101 }, (_, i) => 1 + i / 100), // 95 % lie below 1.95
    nearestKnown: undefined,
    seed: 1,
  };
}

const passed = (name: string, parts: Parameters<typeof material>[0]) =>
  testProposal(material(parts)).find((test) => test.name === name)?.passed;

describe("testProposal", () => {
  it("separates from clusters of the null model in 95 of 100 sets, no less", () => {
    expect(passed("separation", { prominence: [1.96, 1.96, 1.96] })).toBe(true);
    expect(passed("separation", { prominence: [1.94, 1.94, 1.94] })).toBe(false);
    expect(passed("separation", { prominence: [1.95, 1.95, 1.95] })).toBe(false);
  });

  it("decides by the lower end of the interval, not by the mean", () => {
    expect(passed("separation", { prominence: [1.5, 4, 4, 4] })).toBe(false);
    expect(passed("stability", { agreement: [0.5, 1, 1, 1] })).toBe(false);
  });

  it("calls stable what agrees with itself by more than .6", () => {
    expect(passed("stability", { agreement: [0.61, 0.61] })).toBe(true);
    expect(passed("stability", { agreement: [0.59, 0.59] })).toBe(false);
  });

  it.each([
    [0, 0.436, false],
    [0.48, 0.565, false],
    [0.51, 0.579, false],
    [0.54, 0.604, true],
  ])("calls recognised what is told from others in more than .6 of trials: %d apart, %d", (apart, low, recognised) => {
    // Twenty faces of each kind stand evenly on a line of length 1, the others that much farther on.
    const values = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? i / 20 : (i - 20) / 20 + apart));
    const members = Array.from({ length: 20 }, (_, i) => i);
    const test = testProposal({
      ...material({}),
      points: { count: 40, dimensions: 1, values },
      cluster: { members, memberships: members.map(() => 1), prominence: 3 },
    }).find(({ name }) => name === "recognition");
    expect([test?.estimate.low, test?.passed]).toEqual([expect.closeTo(low, 3), recognised]);
  });

  it("leaves open what cannot be told from a known category", () => {
    expect(passed("discrimination", {})).toBeNull();
  });
});
