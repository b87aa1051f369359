import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runSituationNetwork } from "../../src/situations/situation-network.ts";

/** Made by numpy from the same weights: `origin` names script and version. */
const golden = JSON.parse(readFileSync("test/fixtures/situations/reader-1.json", "utf8")) as {
  sentences: {
    text: string;
    actor: number[];
    other: number[];
    appraisals: number[];
    tellsSituation: number;
    knownShare: number;
  }[];
};

describe("the situation network", () => {
  it.each(golden.sentences)("equals numpy's arithmetic to 1e-5 on: $text", ({ text, ...expected }) => {
    const found = runSituationNetwork(text);
    for (const name of ["actor", "other", "appraisals"] as const) {
      expect(found[name]).toHaveLength(expected[name].length);
      found[name].forEach((value, at) => {
        expect(Math.abs(value - (expected[name][at] ?? Number.NaN))).toBeLessThan(1e-5);
      });
    }
    expect(Math.abs(found.tellsSituation - expected.tellsSituation)).toBeLessThan(1e-5);
    expect(found.knownShare).toBeCloseTo(expected.knownShare, 9);
  });
});
