import { describe, expect, it } from "vitest";
import { blankComplaints, repeatedComplaints } from "../../src/domain/complaint.ts";
import { groupBy } from "../../src/domain/group-by.ts";
import { withoutGeometry } from "../../src/domain/measurement.ts";
import { createPixelPool, FRESH_PIXELS } from "../../src/domain/pixel-pool.ts";
import { presenceOf } from "../../src/domain/presence.ts";
import { costOf } from "../../src/domain/price.ts";
import { onScale } from "../../src/domain/scale-range.ts";
import { NO_TOKENS, sumOfTokens } from "../../src/domain/token-use.ts";
import { face } from "../support/builders.ts";

describe("a value on its scale", () => {
  it.each([
    [1, "probability", { value: 1, clipped: false }],
    [1.01, "probability", { value: 1, clipped: true }],
    [-0.01, "probability", { value: 0, clipped: true }],
    [1.02, "probability", { refusal: "outside its scale probability (0 to 1)" }],
    [-0.02, "probability", { refusal: "outside its scale probability (0 to 1)" }],
    [5.05, "intensity-0-5", { value: 5, clipped: true }],
    [5.06, "intensity-0-5", { refusal: "outside its scale intensity-0-5 (0 to 5)" }],
    [100.9, "percent-0-100", { value: 100, clipped: true }],
    [-102, "log-odds", { value: -100, clipped: true }],
    [-102.1, "log-odds", { refusal: "outside its scale log-odds (-100 to 100)" }],
    [1, "binary", { value: 1, clipped: false }],
    [0, "binary", { value: 0, clipped: false }],
    [0.5, "binary", { refusal: "but it can only be 0 or 1" }],
    [Number.NaN, "probability", { refusal: "outside its scale probability (0 to 1)" }],
  ] as const)("%d on %s", (value, scale, expected) => {
    expect(onScale(value, scale)).toEqual(expected);
  });
});

describe("presence", () => {
  it.each([
    [0.5, "probability", null, "present"],
    [0.49, "probability", null, "uncertain"],
    [0.3, "probability", null, "absent"],
    [0.31, "probability", null, "uncertain"],
    [2, "intensity-0-5", null, "present"],
    [1, "intensity-0-5", null, "absent"],
    [50, "percent-0-100", null, "present"],
    [20, "percent-0-100", null, "absent"],
    [1, "binary", null, "present"],
    [0, "binary", null, "absent"],
    [0, "log-odds", null, "present"],
    [-0.5, "log-odds", null, "absent"],
    [0.9, "probability", 0.24, "uncertain"],
    [0.9, "probability", 0.25, "present"],
  ] as const)("of %d on %s with weight %s is %s", (value, scale, weight, presence) => {
    expect(presenceOf({ value, scale, weight })).toBe(presence);
  });
});

describe("tokens and their price", () => {
  it("add up what was counted, and are unknown only where nothing was", () => {
    expect(sumOfTokens({ input: 3, output: null }, { input: 4, output: null })).toEqual({ input: 7, output: null });
    expect(sumOfTokens({ input: null, output: 2 }, NO_TOKENS)).toEqual({ input: null, output: 2 });
    expect(sumOfTokens()).toEqual(NO_TOKENS);
  });

  it("cost what the million costs, nothing where it is free, and something unknown where either is", () => {
    const price = { inputPerMillion: 2, outputPerMillion: 10 };
    expect(costOf({ input: 1000, output: 100 }, price)).toBeCloseTo(0.003, 12);
    expect(costOf({ input: null, output: 100 }, price)).toBeNull();
    expect(costOf({ input: 1000, output: null }, price)).toBeNull();
    expect(costOf({ input: 1000, output: 100 }, undefined)).toBeNull();
    expect(costOf(NO_TOKENS, { inputPerMillion: 0, outputPerMillion: 0 })).toBe(0);
    expect(costOf(NO_TOKENS, { inputPerMillion: 0, outputPerMillion: 1 })).toBeNull();
    expect(costOf(NO_TOKENS, { inputPerMillion: 1, outputPerMillion: 0 })).toBeNull();
  });
});

describe("memory for pixels", () => {
  it("is used again for what fits without waste", () => {
    const pool = createPixelPool();
    const first = pool.take(100);
    expect(first).toHaveLength(100);
    pool.give(first);
    pool.give(first); // once is enough
    expect(pool.take(49).buffer).not.toBe(first.buffer);
    expect(pool.take(101).buffer).not.toBe(first.buffer);
    const again = pool.take(50);
    expect([again.buffer === first.buffer, again.length]).toEqual([true, 50]);
    expect(pool.take(50).buffer).not.toBe(first.buffer);
  });

  it("is kept eight times at the most, the oldest going first", () => {
    const pool = createPixelPool();
    const blocks = Array.from({ length: 9 }, (_, n) => pool.take(1000 * 3 ** n));
    for (const block of blocks) pool.give(block);
    expect(pool.take(1000).buffer).not.toBe(blocks[0]?.buffer);
    expect(pool.take(3000).buffer).toBe(blocks[1]?.buffer);
    expect(pool.take(1000 * 3 ** 8).buffer).toBe(blocks[8]?.buffer);
  });

  it("is new for every image where it is not shared", () => {
    const taken = FRESH_PIXELS.take(5);
    FRESH_PIXELS.give(taken);
    expect([taken.length, FRESH_PIXELS.take(5).buffer === taken.buffer]).toEqual([5, false]);
  });
});

describe("complaints", () => {
  it("name each repeated name once, whatever its case, and blank texts", () => {
    expect(repeatedComplaints(["joy", "Joy ", "fear", "joy"], "labels").map(({ message }) => message)).toEqual([
      '`labels` names "Joy " more than once',
      '`labels` names "joy" more than once',
    ]);
    expect(repeatedComplaints(["E1", "E1"], "evidenceIds", "cites")).toEqual([
      { path: "evidenceIds", code: "repeated", message: "`evidenceIds` cites E1 more than once" },
    ]);
    expect(repeatedComplaints(["a", "b"], "labels")).toEqual([]);
    expect(blankComplaints(" \n", "text")).toEqual([{ path: "text", code: "blank", message: "`text` is blank" }]);
    expect(blankComplaints("word", "text")).toEqual([]);
  });
});

it("groups stand in the order of their first items", () => {
  expect([...groupBy([3, 1, 4, 1, 5], (n) => n % 2)]).toEqual([
    [1, [3, 1, 1, 5]],
    [0, [4]],
  ]);
});

it("a measurement to keep has no points and no features", () => {
  const [measured] = face({ AU12: 0.9 }).measurements;
  if (measured === undefined) throw new Error("a face has a measurement");
  const whole = {
    ...measured,
    landmarks: [[1, 2, 3]] as [number, number, number][],
    features: { brow: { left: 1, right: 1 } },
  };
  expect(withoutGeometry(whole)).toEqual({ ...measured, landmarks: null });
});
