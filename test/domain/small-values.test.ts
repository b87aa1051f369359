import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  blankComplaints,
  formComplaints,
  issueInWords,
  issueSentences,
  placedIssue,
  repeatedComplaints,
} from "../../src/domain/complaint.ts";
import { exemplarText } from "../../src/domain/exemplar.ts";
import { supportShares } from "../../src/domain/grounding.ts";
import { commonest, groupBy } from "../../src/domain/group-by.ts";
import { withoutGeometry } from "../../src/domain/measurement.ts";
import { createPixelPool, FRESH_PIXELS } from "../../src/domain/pixel-pool.ts";
import { presenceOf } from "../../src/domain/presence.ts";
import { costOf, costOfReport } from "../../src/domain/price.ts";
import { onScale } from "../../src/domain/scale-range.ts";
import { NO_TOKENS, sumOfTokens, textTokens, toolTokens } from "../../src/domain/token-use.ts";
import { face } from "../support/builders.ts";
import { exemplarEntry } from "../support/exemplars.ts";

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

  it("count those that a provider had from before, where it says so", () => {
    expect(sumOfTokens({ input: 3, output: 1, cached: 2 }, { input: 4, output: 1, cached: 3 }).cached).toBe(5);
    expect(sumOfTokens({ input: 3, output: 1 }, { input: 4, output: 1, cached: 3 }).cached).toBe(3);
    expect("cached" in sumOfTokens({ input: 3, output: 1 }, { input: 4, output: 1 })).toBe(false);
  });

  it("cost what the million costs, nothing where it is free, and something unknown where either is", () => {
    const price = { inputPerMillion: 2, outputPerMillion: 10 };
    expect(costOf({ input: 1000, output: 100 }, price)).toBeCloseTo(0.003, 12);
    const cached = { ...price, cachedInputPerMillion: 0.5 };
    expect(costOf({ input: 1000, output: 100, cached: 400 }, cached)).toBeCloseTo(0.0012 + 0.0002 + 0.001, 12);
    expect(costOf({ input: 1000, output: 100, cached: 400 }, price)).toBeCloseTo(0.003, 12);
    expect(costOf({ input: null, output: 100 }, price)).toBeNull();
    expect(costOf({ input: 1000, output: null }, price)).toBeNull();
    expect(costOf({ input: 1000, output: 100 }, undefined)).toBeNull();
    expect(costOf(NO_TOKENS, { inputPerMillion: 0, outputPerMillion: 0 })).toBe(0);
    expect(costOf(NO_TOKENS, { inputPerMillion: 0, outputPerMillion: 1 })).toBeNull();
    expect(costOf(NO_TOKENS, { inputPerMillion: 1, outputPerMillion: 0 })).toBeNull();
  });
});

describe("tokens that no server counted", () => {
  it("of a text are its short words, the pieces of long ones, digits and signs", () => {
    expect(textTokens("")).toBe(0);
    expect(textTokens("She smiles at him")).toBe(5); // 4 words and a twentieth
    expect(textTokens("AU12 0.93")).toBe(8); // AU 1 2 0 . 9 3
    expect(textTokens("congratulations")).toBe(3); // of 15 letters
  });

  it("of tools are those of their description, and none without tools", () => {
    expect(toolTokens([])).toBe(0);
    expect(toolTokens([{ name: "measure_faces" }])).toBe(6); // 26 characters with what stands around them, five to a token
  });
});

describe("what a report cost", () => {
  type Told = Parameters<typeof costOfReport>[0];
  const tokens = (input: number) => ({ input, output: 0 });
  const price = { inputPerMillion: 1e6, outputPerMillion: 0 };
  const report = (provenance: object, panel?: object) => ({ provenance, ...(panel && { panel }) }) as unknown as Told;

  it("is that of its tokens, and nothing where the answer was kept from before", () => {
    expect(costOfReport(report({ tokens: tokens(3) }), { price })).toBe(3);
    expect(costOfReport(report({ tokens: tokens(3) }), { price: undefined })).toBeNull();
    expect(costOfReport(report({ tokens: tokens(3), keptSince: "2026-01-01" }), { price })).toBe(0);
  });

  it("is that of each model of a panel at its own price, its chair too, and unknown where one is", () => {
    const judges = [
      { id: "a", tokens: tokens(3) },
      { id: "b", tokens: tokens(5) },
    ];
    const provenance = { tokens: tokens(8) };
    const chair = { model: "b", tokens: tokens(7) };
    const panelPrices = new Map([
      ["a", price],
      ["b", { ...price, inputPerMillion: 2e6 }],
    ]);
    expect(costOfReport(report(provenance, { judges, chair: null }), { price, panelPrices })).toBe(13);
    expect(costOfReport(report(provenance, { judges, chair }), { price, panelPrices })).toBe(27);
    const unknown = new Map([["b", price]]);
    expect(costOfReport(report(provenance, { judges, chair: null }), { price, panelPrices: unknown })).toBeNull();
    expect(costOfReport(report(provenance, { judges, chair: null }), { price })).toBeNull();
    const kept = report({ ...provenance, keptSince: "2026-01-01" }, { judges, chair });
    expect(costOfReport(kept, { price, panelPrices })).toBe(0);
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

describe("what a schema finds wrong", () => {
  const schema = z.object({
    name: z.string(),
    list: z.array(z.object({ size: z.number() })),
    either: z.union([z.literal("a"), z.object({ b: z.number() })]),
  });

  it("is told by the path as a program writes it", () => {
    const { error } = schema.safeParse({ name: 1, list: [{ size: 1 }, { size: "2" }], either: "a" });
    expect(formComplaints(error as z.ZodError)).toEqual([
      { path: "name", code: "form", message: expect.stringMatching(/^`name`: Invalid input: expected string/) },
      { path: "list[1].size", code: "form", message: expect.stringMatching(/^`list\[1\]\.size`: .*expected number/) },
    ]);
    expect(issueSentences(schema.safeParse([]).error as z.ZodError)).toEqual([
      "Invalid input: expected object, received array",
    ]);
    expect(formComplaints(schema.safeParse([]).error as z.ZodError)[0]?.path).toBe("");
  });

  it("names what each member of a union wants", () => {
    const { error } = schema.safeParse({ name: "x", list: [], either: { b: "c" } });
    expect(issueSentences(error as z.ZodError)).toEqual([
      expect.stringMatching(/^`either`: .*expected "a".*, or .*expected number/),
    ]);
    const nothing = new z.ZodError([{ code: "invalid_union", errors: [], input: 1, path: [], message: "neither" }]);
    expect(issueSentences(nothing)).toEqual(["neither"]);
  });
});

describe("the first thing that a schema finds wrong", () => {
  const schema = z.strictObject({ name: z.string(), size: z.strictObject({ width: z.number() }) });
  const words = (value: unknown, of: z.ZodType = schema) => {
    const { error } = of.safeParse(value, { reportInput: true });
    return issueInWords(error as z.ZodError);
  };

  it("is told in words: what is missing, what is unknown, what is of another kind, and where", () => {
    expect(words({ size: { width: 1 } })).toBe("it has no name");
    expect(words({ name: "a", size: {} })).toBe("it has no size.width");
    expect(words(undefined)).toBe("it has no content");
    expect(words({ name: "a", size: { width: 1 }, depth: 1, height: 2 })).toBe(
      'it has an unknown field "depth", "height"',
    );
    expect(words({ name: "a", size: { width: 1, depth: 1 } })).toBe('size has an unknown field "depth"');
    expect(words({ name: "a", size: { width: "1" } })).toMatch(/^size\.width: .*expected number/);
    expect(words(7)).toMatch(/^Invalid input: expected object/);
    expect(issueInWords(new z.ZodError([]))).toBe("it does not fit the schema");
  });

  it("is missing only where there is nothing: a choice without a value is no missing field", () => {
    const { error } = z.object({ kind: z.enum(["a", "b"]) }).safeParse({}, { reportInput: true });
    const [issue] = (error as z.ZodError).issues;
    expect(issue && placedIssue(issue)).toMatch(/^kind: Invalid option: expected one of/);
  });
});

it("the commonest is what stands most often, the first of several", () => {
  expect(commonest(["b", "a", "c", "a", "c"])).toEqual({ item: "a", count: 2 });
  expect(commonest([])).toBeUndefined();
});

it("the support of claims is told as shares of all of them", () => {
  const bases = ["measurements", "citation", "none", "citation"] as const;
  const claims = bases.map((basis) => ({ basis }));
  expect(supportShares({ claims } as unknown as Parameters<typeof supportShares>[0])).toEqual({
    agreesWithMeasurements: 0.25,
    citesEvidence: 0.5,
  });
});

it("an exemplar is found by its category, its texts and what is in the scene", () => {
  const { exemplar } = exemplarEntry({ category: "awe", caption: "a canyon", why: "wide eyes" });
  const box = { leftPx: 0, topPx: 0, widthPx: 1, heightPx: 1 };
  const objects = ["tent", "fire"].map((label) => ({ label, score: 0.5, box }));
  expect(exemplarText({ ...exemplar, objects })).toBe("awe. a canyon. wide eyes. tent. fire");
  expect(exemplarText({ ...exemplar, caption: null, why: null, definition: "vastness" })).toBe("awe. vastness");
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
