import { describe, expect, it } from "vitest";
import { nameBySignature, signatureOf } from "../../src/discovery/name-by-signature.ts";
import type { SignatureEntry } from "../../src/domain/discovery.ts";
import { studySpace } from "../support/study-faces.ts";

function entry(dimension: string, mean: number, parts: Partial<SignatureEntry> = {}): SignatureEntry {
  return { dimension, mean, elsewhere: 0.1, effect: 1, low: 0.5, high: 1.5, nearestKnown: 0.1, ...parts };
}

const nameOf = (signature: readonly SignatureEntry[], near: string | null = "happiness") =>
  nameBySignature(signature, studySpace.dimensions, near);

describe("a name by signature", () => {
  it("shows what has a large effect and a mean from .4 on, in the order of FACS", () => {
    const signature = [
      entry("AU14", 0.4),
      entry("AU12", 0.41, { effect: 0.8 }),
      entry("AU4", 0.39),
      entry("AU6", 0.9, { effect: 0.79 }),
      entry("happiness", 0.9),
    ];
    expect(nameOf(signature)).toMatchObject({ name: "AU12+AU14, near: happiness", shown: ["AU12", "AU14"] });
  });

  it("lacks what is expected from .4 on and has a mean up to .25", () => {
    const signature = [
      entry("AU12", 0.8),
      entry("AU6", 0.25, { effect: -1, nearestKnown: 0.4 }),
      entry("AU25", 0.26, { effect: -1, nearestKnown: 0.9 }),
      entry("AU26", 0.1, { effect: -1, nearestKnown: 0.39, elsewhere: 0.9 }),
    ];
    expect(nameOf(signature)).toMatchObject({ name: "AU12 without AU6, near: happiness" });
    const alone = nameOf([entry("AU12", 0.8), entry("AU26", 0.1, { nearestKnown: null, elsewhere: 0.5 })], null);
    expect(alone).toEqual({
      name: "AU12 without AU26",
      definition: "Faces that show AU12 (mean 0.80, 0.10 elsewhere, d = 1.0), and do not show AU26.",
      contrast: "No known category was found among these faces to compare it with.",
      shown: ["AU12"],
    });
  });

  it("names one-sidedness only where it says more than the whole face", () => {
    const both = [entry("AU12", 0.8, { effect: 2 }), entry("AU12 one-sided", 0.5, { effect: 1.5 })];
    expect(nameOf(both).shown).toEqual(["AU12"]);
    const more = [entry("AU12 one-sided", 0.5, { effect: 3 }), entry("AU12", 0.8, { effect: 2 })];
    expect(nameOf(more).shown).toEqual(["AU12", "AU12 one-sided"]);
  });

  it("falls back on the strongest departure, and contrasts by gaps of .2 or more, the widest first", () => {
    const signature = [
      entry("AU4", 0.3, { effect: -2, nearestKnown: 0.5 }),
      entry("AU6", 0.31, { effect: 1, nearestKnown: 0.1 }),
      entry("AU12", 0.28, { effect: 0.5, nearestKnown: 0.1 }),
      entry("AU15", 0.9, { effect: 0.5, nearestKnown: 0.1 }),
    ];
    expect(nameOf(signature)).toEqual({
      name: "less AU4, near: happiness",
      definition: "Faces that show no action unit more than others do.",
      contrast:
        "Not happiness: more AU15 (0.90 against 0.10), more AU6 (0.31 against 0.10) and less AU4 (0.30 against 0.50).",
      shown: [],
    });
    expect(nameOf([])).toMatchObject({
      name: "no departure, near: happiness",
      contrast: "No action unit sets it apart from happiness by 0.2 or more.",
    });
    expect(nameOf([entry("AU4", 0.3, { nearestKnown: 0.3 })]).name).toBe("more AU4, near: happiness");
  });
});

describe("a signature", () => {
  it("is Cohen's d with the interval of Hedges and Olkin, strongest first", () => {
    const dimensions = studySpace.dimensions.filter(({ name }) => ["AU1", "AU12"].includes(name));
    // AU1 differs by 0.5, AU12 by 2; both vary by a variance of 1 within each kind.
    const rows = [
      [1.5, 3],
      [2.5, 4],
      [3.5, 5],
      [1, 1],
      [2, 2],
      [3, 3],
    ].map((row) => Float64Array.from(row));
    const [first, second] = signatureOf({ dimensions, rows }, { members: [0, 1, 2], nearestKnown: [3, 4] });
    expect(first).toMatchObject({ dimension: "AU12", mean: 4, elsewhere: 2, nearestKnown: 1.5 });
    expect(first?.effect).toBeCloseTo(2, 12);
    // sqrt(6 / 9 + 4 / 12) = 1.
    expect([first?.low, first?.high]).toEqual([expect.closeTo(2 - 1.959964, 9), expect.closeTo(2 + 1.959964, 9)]);
    expect(second).toMatchObject({ dimension: "AU1", nearestKnown: 1.5 });
    expect(second?.effect).toBeCloseTo(0.5, 12);
  });

  it("has no effect where nothing varies, and nothing to compare with where nothing is known", () => {
    const dimensions = studySpace.dimensions.slice(0, 1);
    const rows = [1, 1, 1].map((value) => Float64Array.of(value));
    expect(signatureOf({ dimensions, rows }, { members: [0, 1], nearestKnown: [] })).toEqual([
      { dimension: dimensions[0]?.name, mean: 1, elsewhere: 1, effect: 0, low: 0, high: 0, nearestKnown: null },
    ]);
  });
});
