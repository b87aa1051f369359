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

describe("a statement on congruence", () => {
  const why = (statement: string, verdict: "incongruent" | "congruent" = "incongruent") => {
    const integrated = reading({ anger: 0.8, neutral: 0.2 });
    const congruence = { verdict, kind: null, statement, evidenceIds: [] };
    return verdictOf({ contextOnly: abstained(), integrated, congruence })?.verdict;
  };

  it.each([
    ["Not happiness but anger, as the party was spoilt", "uncited"],
    ["A smile that masks anger", "uncited"],
    ["The face is happy, with no sign of anger", "contradicted"],
    ["It is not really anger", "contradicted"],
    ["An angered host", "contradicted"],
  ])("%s: %s", (statement, verdict) => {
    expect(why(statement)).toBe(verdict);
  });

  it("explains no label of its own where the parts go together", () => {
    expect(why("Face and context both tell of anger", "congruent")).toBe("contradicted");
  });
});

describe("what a verdict follows from", () => {
  const verdict = (parts: Parameters<typeof subject>[0]) => verdictOf({ contextOnly: abstained(), ...parts });
  const fear = reading({ fear: 0.8, neutral: 0.2 });

  it.each([
    ["a label that the face alone gives .26", { faceOnly: reading({ joy: 0.74, fear: 0.26 }) }, "uncited"],
    ["not a label that it gives .24", { faceOnly: reading({ joy: 0.76, fear: 0.24 }) }, "contradicted"],
    ["a label that the context alone gives .26", { contextOnly: reading({ joy: 0.74, fear: 0.26 }) }, "uncited"],
    [
      "the first label of a part, however little it is given",
      { faceOnly: reading({ joy: 0.2, awe: 0.19, fear: 0.21 }) },
      "uncited",
    ],
    ["shares of one label that come to .26", { faceOnly: reading({ joy: 0.74, fear: 0.13, afraid: 0.13 }) }, "uncited"],
  ])("is %s", (_case, parts, expected) => {
    expect(verdict({ integrated: fear, ...parts })?.verdict).toBe(expected);
  });

  it("is what both parts leave possible, though neither says it", () => {
    const parts = {
      faceOnly: reading({ joy: 0.8, surprise: 0.2 }),
      contextOnly: reading({ fear: 0.8, surprise: 0.2 }),
    };
    expect(verdict({ ...parts, integrated: reading({ surprise: 0.9, fear: 0.1 }) })?.verdict).toBe("uncited");
    // Anger is possible to neither.
    expect(verdict({ ...parts, integrated: reading({ anger: 0.6, surprise: 0.4 }) })?.verdict).toBe("contradicted");
    // Of what both leave possible, sadness is less so than surprise.
    const sad = {
      faceOnly: reading({ joy: 0.7, surprise: 0.2, sadness: 0.1 }),
      contextOnly: reading({ fear: 0.7, surprise: 0.2, sadness: 0.1 }),
    };
    expect(verdict({ ...sad, integrated: reading({ sadness: 0.6, surprise: 0.4 }) })?.verdict).toBe("contradicted");
  });

  it("is told in one sentence", () => {
    const party = cue("A party calls for it", { label: "Joy ", evidenceIds: ["E4"] });
    expect(verdictOf({ cues: [smile] })?.reason).toBe("One cue that holds speaks for happiness");
    expect(verdictOf({ cues: [smile, party] })).toMatchObject({
      statement: "happiness 0.9",
      reason: "2 cues that hold speak for happiness",
      basis: "measurements",
      evidenceIds: ["E2", "E4"],
    });
    expect(verdictOf({ cues: [] })?.reason).toBe("No cue that holds speaks for happiness");
    expect(verdict({ integrated: fear })?.reason).toBe(
      "Fear follows neither from the face alone (happiness 0.9) nor from the context alone (which abstains), and the congruence statement does not say why it is fear",
    );
  });

  it("is not asked of a subject whose integrated reading abstains", () => {
    expect(verdictOf({ integrated: abstained() })).toBeUndefined();
  });

  it("looks at the cues of its own subject", () => {
    const other = subject({ faceId: "F2", cues: [] });
    const { claims } = checkGrounding(judgment(other, subject({ cues: [smile] })), ledger);
    const verdicts = claims.filter(({ part }) => part === "verdict");
    expect(verdicts.map(({ path, verdict: found }) => [path, found])).toEqual([
      ["subjects[0].integrated", "uncited"],
      ["subjects[1].integrated", "supported"],
    ]);
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
