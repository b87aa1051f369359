import { describe, expect, it } from "vitest";
import { checkGrounding, contradictionComplaints } from "../../src/judging/check-grounding.ts";
import {
  abstained,
  contextEvidence,
  cue,
  expressionEvidence,
  faceEvidence,
  judgment,
  ledgerOf,
  reading,
  subject,
} from "../support/builders.ts";

const ledger = ledgerOf(
  faceEvidence({ AU4: 0.05, AU12: 0.93 }),
  expressionEvidence({ happiness: 0.9, neutral: 0.07, anger: 0.01 }),
  contextEvidence("At a party"),
);
const smile = cue("The lip corners are raised", { label: "happiness", evidenceIds: ["E2"] });

function verdictOf(parts: Parameters<typeof subject>[0]) {
  const { claims } = checkGrounding(judgment(subject(parts)), ledger);
  return claims.find(({ part }) => part === "verdict");
}

describe("the verdict of a judgment", () => {
  it("is supported by a cue for it that agrees with the measurements", () => {
    expect(verdictOf({ cues: [smile] })).toMatchObject({
      path: "subjects[0].integrated",
      verdict: "supported",
      basis: "measurements",
      evidenceIds: ["E2"],
    });
  });

  it("cites evidence only, where no cue's content could be checked", () => {
    const party = cue("A party calls for it", { label: "happiness", evidenceIds: ["E4"] });
    expect(verdictOf({ cues: [party] })).toMatchObject({ verdict: "supported", basis: "citation" });
  });

  it.each([
    ["has no cue", []],
    ["has only a cue for another label", [cue("The lip corners are raised", { label: "pride", evidenceIds: ["E2"] })]],
    ["has only a cue against it", [cue("A party", { label: "happiness", direction: "against", evidenceIds: ["E4"] })]],
    [
      "has only a cue that the measurements contradict",
      [cue("The brows are lowered", { label: "happiness", evidenceIds: ["E1"] })],
    ],
  ])("is uncited when it %s", (_case, cues) => {
    expect(verdictOf({ cues })).toMatchObject({ verdict: "uncited", basis: null });
  });

  it("is contradicted when it follows from neither part, and is sent back", () => {
    const anger = subject({ contextOnly: abstained("no context"), integrated: reading({ anger: 0.8, neutral: 0.2 }) });
    const grounding = checkGrounding(judgment(anger), ledger);
    expect(grounding.claims.find(({ part }) => part === "verdict")?.verdict).toBe("contradicted");
    expect(contradictionComplaints(grounding)).toMatchObject([
      {
        path: "subjects[0].integrated",
        code: "contradicted",
        message: expect.stringContaining("its own parts contradict"),
      },
    ]);
  });

  it("may be a label of its own when the statement on congruence says why", () => {
    const masked = subject({
      integrated: reading({ anger: 0.8, neutral: 0.2 }),
      congruence: {
        verdict: "incongruent",
        kind: "masking",
        statement: "A smile that masks anger",
        evidenceIds: ["E2"],
      },
      cues: [cue("A party that was spoilt", { label: "anger", evidenceIds: ["E4"] })],
    });
    expect(checkGrounding(judgment(masked), ledger).claims.find(({ part }) => part === "verdict")?.verdict).toBe(
      "supported",
    );
  });
});

describe("a sentence of the answer", () => {
  const verdict = (answer: string) => {
    const claim = checkGrounding({ ...judgment(subject()), answer }, ledger).claims.find(
      ({ part }) => part === "answer",
    );
    return [claim?.verdict, claim?.basis];
  };

  it.each([
    ["F1 is perceived as happy.", "supported", "measurements"],
    ["F1 is perceived as angry.", "contradicted", null],
    ["F1 is not perceived as angry [E3].", "supported", "citation"],
    ["There is a party going on [E4].", "supported", "citation"],
    ["The scene is lively.", "uncited", null],
    ["No face was found.", "contradicted", null],
  ])("is checked whether or not it names an action unit: %s", (answer, expected, basis) => {
    expect(verdict(answer)).toEqual([expected, basis]);
  });
});
