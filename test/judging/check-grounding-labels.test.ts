import { describe, expect, it } from "vitest";
import type { GroundingVerdict } from "../../src/domain/grounding.ts";
import { faceAbsenceFinding, labelFinding } from "../../src/judging/check-grounding-labels.ts";
import {
  abstained,
  contextEvidence,
  expressionEvidence,
  faceEvidence,
  judgment,
  ledgerOf,
  reading,
  subject,
} from "../support/builders.ts";

const ledger = ledgerOf(
  faceEvidence({ AU12: 0.9 }),
  expressionEvidence({ happiness: 0.9, neutral: 0.07, anger: 0.03 }),
  expressionEvidence({ anger: 0.8 }, { faceId: "F2" }),
);
const made = judgment(
  subject({ faceOnly: reading({ Happy: 0.7, pride: 0.3 }), integrated: reading({ happiness: 0.6, awe: 0.4 }) }),
);
const finding = (statement: string, faceIds = ["F1"]) => labelFinding(statement, faceIds, { judgment: made, ledger });

describe("a label that a sentence of the answer names", () => {
  it.each<[number, GroundingVerdict]>([
    [0.26, "supported"],
    [0.24, "not-measurable"],
    [0.105, "not-measurable"],
    [0.09, "contradicted"],
  ])("is held against the classifier that gives it %d", (probability, verdict) => {
    const own = ledgerOf(expressionEvidence({ fear: probability, neutral: 1 - probability }));
    expect(labelFinding("F1 is perceived as fearful.", ["F1"], { judgment: judgment(), ledger: own })?.verdict).toBe(
      verdict,
    );
  });

  it("says who gives it how much", () => {
    expect(finding("She looks happy.")).toEqual({
      verdict: "supported",
      reason: "face-api-expression@1.7.15 gives happiness 0.9 (E2)",
      itemIds: ["E2"],
    });
    expect(finding("She looks angry.")).toEqual({
      verdict: "contradicted",
      reason: "face-api-expression@1.7.15 gives anger 0.03 (E2) at most",
      itemIds: ["E2"],
    });
    expect(finding("A look of awe.")).toEqual({
      verdict: "supported",
      reason: "the judgment itself gives awe 0.4",
      itemIds: [],
    });
  });

  it("takes the likeliest of several, and the face that is meant", () => {
    expect(finding("She looks angry or happy.")).toMatchObject({ verdict: "supported", itemIds: ["E2"] });
    expect(finding("She looks angry.", ["F2"])).toMatchObject({ verdict: "supported", itemIds: ["E3"] });
    expect(finding("She looks angry.", ["F1", "F2"])?.itemIds).toEqual(["E3"]);
    // Pride is the judgment's own word for F1, and nobody's for F2.
    expect(finding("A look of pride.")?.verdict).toBe("supported");
    expect(finding("A look of pride.", ["F2"])).toBeUndefined();
  });

  it("takes what is said of the whole scene for every face", () => {
    const scene = judgment(subject({ faceId: null, faceOnly: abstained(), integrated: reading({ awe: 1 }) }));
    expect(labelFinding("A look of awe.", ["F2"], { judgment: scene, ledger })?.verdict).toBe("supported");
  });

  it.each([
    "She is not angry.",
    "No anger is seen.",
    "None of it is anger.",
    "She is never angry.",
    "Nobody is angry.",
    "It is neither anger, it seems, and that is all.",
    "It is no joy nor anger.",
    "She smiles without anger.",
    "It is surprise rather than anger.",
    "She is hardly angry.",
    "She is less angry.",
    "Anger is the least of it.",
    "She would be angry.",
    "She could be angry.",
    "She might be angry.",
    "She may be angry.",
    "If she is angry, it is hidden.",
    "She cannot be angry.",
    "Unlike anger, it is mild.",
    "There is calm instead of anger.",
    "Anger has a share of 0 of 4.",
    "Anger is expected here.",
    "One expects anger.",
    "She isn't angry.",
    "The brows are lowered.",
    "None.",
  ])("is not asserted here: %s", (statement) => {
    expect(finding(statement)).toBeUndefined();
  });

  it.each<[string, GroundingVerdict]>([
    ["By anger, most first: 1) F1 (0.03).", "supported"],
    ["F1 gives anger 0.07.", "supported"],
    ["By anger, most first: 1) F1 (0.15).", "contradicted"],
    ["By anger, most first: 1) F1 (0.40).", "contradicted"],
    ["By anger, F1 comes first.", "contradicted"],
    ["F1 is angry (0.03).", "contradicted"],
  ])("that is a scale is held against the level that is told: %s", (statement, verdict) => {
    expect(finding(statement)?.verdict).toBe(verdict);
  });

  it("is not asserted of a label that nothing here knows", () => {
    expect(finding("She looks contemptuous.")).toBeUndefined();
  });
});

describe("a sentence that says that there is no face", () => {
  it.each([
    "No face was found.",
    "No faces were found.",
    "No person is visible.",
    "No people are seen.",
    "No one is there.",
    "No face could be detected.",
    "No face can be seen.",
    "There is no face in it.",
    "There are no faces.",
    "There is no person here.",
    "there are NO PEOPLE",
  ])("is contradicted by faces and supported by none: %s", (statement) => {
    expect(faceAbsenceFinding(statement, ledger)).toEqual({
      verdict: "contradicted",
      reason: "faces were found: F1, F2",
      itemIds: [],
    });
    expect(faceAbsenceFinding(statement, ledgerOf(contextEvidence("A wall")))).toEqual({
      verdict: "supported",
      reason: "no toolbox found a face",
      itemIds: [],
    });
  });

  it.each(["There is no smile.", "No face is smiling.", "No person smiles.", "A face was found."])(
    "is not this one: %s",
    (statement) => {
      expect(faceAbsenceFinding(statement, ledger)).toBeUndefined();
    },
  );
});
