import { describe, expect, it } from "vitest";
import type { CheckedClaim } from "../../src/domain/grounding.ts";
import type { Cue } from "../../src/domain/judgment.ts";
import { checkGrounding } from "../../src/judging/check-grounding.ts";
import {
  contextEvidence,
  cue,
  expressionEvidence,
  faceEvidence,
  judgment,
  ledgerOf,
  notSupportedEvidence,
  subject,
} from "../support/builders.ts";

/** E1 to E3 action units, E4 context, E5 the classifier, E6 and E7 what two toolboxes cannot measure. */
const ledger = ledgerOf(
  faceEvidence({ AU12: 0.93, AU4: 0.05, AU6: 0.4 }),
  contextEvidence("She has just won the final"),
  expressionEvidence({ happiness: 0.9, anger: 0.02, awe: 0.15 }),
  notSupportedEvidence(["AU11", "AU16"], { toolbox: "pyfeat@2" }),
  notSupportedEvidence(["AU11"]),
);

function checked(made: Cue, against = ledger): Partial<CheckedClaim> {
  const [claim] = checkGrounding({ ...judgment(subject({ cues: [made] })), answer: "" }, against).claims;
  return { verdict: claim?.verdict, basis: claim?.basis, reason: claim?.reason } as Partial<CheckedClaim>;
}

const shown = (au: string, side: "both" | "left" | "right" = "both") => ({ au, side, state: "present" as const });
const by = (statement: string, evidenceIds: string[], more: Partial<Cue> = {}) =>
  cue(statement, { evidenceIds, ...more });

describe("the reason for a verdict of the grounding check", () => {
  it.each<[Cue, Partial<CheckedClaim>]>([
    [
      by("See the face", ["E3"], { actionUnits: [shown("AU12"), shown("AU6")] }),
      {
        verdict: "not-measurable",
        basis: null,
        reason: "AU6 can be called neither present nor absent: mesh@5 measured 0.4 (uncertain, E3)",
      },
    ],
    [
      by("See the face", ["E1"], { actionUnits: [shown("AU11")] }),
      {
        verdict: "not-measurable",
        basis: null,
        reason:
          "No toolbox in use measured AU11 on F1: mesh@5 does not support it (E7), pyfeat@2 does not support it (E6)",
      },
    ],
    [
      by("See the face", ["E1"], { actionUnits: [shown("AU9")] }),
      { verdict: "not-measurable", basis: null, reason: "No toolbox in use measured AU9 on F1" },
    ],
    [
      by("See the face", ["E1"], { actionUnits: [shown("AU12")] }),
      { verdict: "supported", basis: "measurements", reason: "AU12 is present: mesh@5 measured 0.93 (present, E1)" },
    ],
    [
      by("AU12 (0.92)", ["E1"]),
      { verdict: "supported", basis: "measurements", reason: "As quoted, mesh@5 measured 0.93 (present, E1)" },
    ],
    [
      by("AU12 (0.35)", ["E1"]),
      {
        verdict: "contradicted",
        basis: null,
        reason: "AU12 is quoted as 0.35, but mesh@5 measured 0.93 (present, E1)",
      },
    ],
    [
      by("It was seen", ["E5"]),
      { verdict: "supported", basis: "measurements", reason: "Face-api-expression@1.7.15 gives happiness 0.9 (E5)" },
    ],
    [
      by("It was seen", ["E5"], { label: " Awe " }),
      { verdict: "not-measurable", basis: null, reason: "Face-api-expression@1.7.15 gives  Awe  0.15 (E5)" },
    ],
    [
      by("It was seen", ["E1", "E4"]),
      { verdict: "supported", basis: "citation", reason: "It cites E1 (action-unit), E4 (context-text)" },
    ],
    [
      by("The lip corners are raised", ["E1", "E5"]),
      {
        verdict: "supported",
        basis: "measurements",
        reason:
          "AU12 is present: mesh@5 measured 0.93 (present, E1); face-api-expression@1.7.15 gives happiness 0.9 (E5)",
      },
    ],
    [
      by("The lip corners are raised", ["E1", "E5"], { label: "awe" }),
      {
        verdict: "not-measurable",
        basis: null,
        reason: "AU12 is present: mesh@5 measured 0.93 (present, E1); face-api-expression@1.7.15 gives awe 0.15 (E5)",
      },
    ],
    [by("It was seen", ["E98", "E99"]), { verdict: "uncited", basis: null, reason: "E98, E99 is not in the ledger" }],
  ])("is told in one sentence: %#", (made, expected) => {
    expect(checked(made)).toEqual(expected);
  });

  it("names sides, other scales and every measurement that disagrees with a quoted number", () => {
    const sided = ledgerOf(
      faceEvidence({ "AU12:left": 0.9, "AU12:right": 0.1 }),
      faceEvidence({ AU12: 3 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
    );
    expect(checked(by("See it", ["E1"], { actionUnits: [shown("AU12", "right")] }), sided)).toEqual({
      verdict: "contradicted",
      basis: null,
      reason:
        "AU12 (right) is said to be present, but mesh@5 measured 0.9 on the left (present, E1), mesh@5 measured 0.1 on the right (absent, E2)",
    });
    expect(checked(by("AU12 (1.4)", ["E1"]), sided).reason).toBe(
      "AU12 is quoted as 1.4, but mesh@5 measured 0.1 on the right (absent, E2), mesh@5 measured 0.9 on the left (present, E1), openface@2.2 measured 3 on intensity-0-5 (present, E3)",
    );
  });

  it("takes the classifier of the face that is meant, and no other", () => {
    const two = ledgerOf(
      faceEvidence({ AU12: 0.9 }),
      expressionEvidence({ happiness: 0.01 }, { faceId: "F2" }),
      contextEvidence("A party"),
    );
    expect(checked(by("It was seen", ["E2", "E3"]), two)).toEqual({
      verdict: "supported",
      basis: "citation",
      reason: "It cites E2 (expression), E3 (context-text)",
    });
  });

  it.each([
    ["The scene is lively.", "It cites no evidence and names nothing that was measured"],
    ["The scene is lively, see E99.", "It cites evidence that does not exist"],
  ])("says of a sentence of the answer that cites nothing: %s", (answer, reason) => {
    const grounding = checkGrounding({ answer, subjects: [] }, ledger);
    expect(grounding.claims).toMatchObject([{ verdict: "uncited", reason }]);
    expect(grounding.askedAgain).toBe(false);
  });

  it("says that there was no face, and has no shares of no claims", () => {
    const scene = subject({ faceId: null, cues: [by("A smile", ["E1"])] });
    const none = ledgerOf(contextEvidence("A wall"));
    expect(checkGrounding({ ...judgment(scene), answer: "" }, none).claims[0]).toMatchObject({
      verdict: "not-measurable",
      reason: "No face was measured that could show it",
    });
    expect(checkGrounding({ answer: "", subjects: [] }, none)).toEqual({ claims: [], shares: null, askedAgain: false });
  });
});
