import { describe, expect, it } from "vitest";
import { viewOf } from "../../../src/adapters/rules/evidence-view.ts";
import { readFace } from "../../../src/adapters/rules/read-face.ts";
import { expressionEvidence, faceEvidence, foundFaceEvidence, ledgerOf } from "../../support/builders.ts";

const single = [
  expressionEvidence({ anger: 0.7, sadness: 0.3 }, { source: "face-api-expression@1.7.15" }),
  expressionEvidence({ anger: 0.4, sadness: 0.6 }, { source: "human-emotion@3.3.6" }),
];
const pool = expressionEvidence({ anger: 0.56, sadness: 0.44 }, { source: "expression-pool@2" });
const face = [foundFaceEvidence("F1"), ...faceEvidence({ AU4: 0.9, AU12: 0.1, AU1: 0.2, AU15: 0.3, AU9: 0.1 })];

function read(...expressions: readonly (typeof pool)[]) {
  const ledger = ledgerOf(...[face, expressions].flat());
  return readFace(viewOf(ledger.items()), "F1");
}

describe("readFace", () => {
  it("does not count a pool beside the networks in it", () => {
    const [without, beside] = [read(...single), read(...single, pool)];
    expect(beside.distribution).toEqual(without.distribution);
    expect(beside.disagreement).toBe(without.disagreement);
    expect(beside.sources.map(({ name }) => name)).not.toContain("expression-pool@2");
  });

  it("reads a pool whose networks are not known", () => {
    const names = read(pool).sources.filter(({ type }) => type === "expression");
    expect(names.map(({ name }) => name)).toEqual(["expression-pool@2"]);
  });
});
