import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EvidenceLedger } from "../../src/domain/evidence-ledger.ts";
import type { GroundingVerdict } from "../../src/domain/grounding.ts";
import type { Cue } from "../../src/domain/judgment.ts";
import { checkGrounding, contradictionComplaints } from "../../src/judging/check-grounding.ts";
import {
  contextEvidence,
  cue,
  expressionEvidence,
  faceEvidence,
  judgment,
  ledgerOf,
  type NewEvidence,
  notSupportedEvidence,
  observationEvidence,
  subject,
} from "../support/builders.ts";

/** E1 AU12 present, E2 AU4 absent, E3 AU6 undecided, E4 context, E5 the network, E6 what cannot be measured. */
const smile = ledgerOf(
  faceEvidence({ AU12: 0.93, AU4: 0.05, AU6: 0.4 }),
  contextEvidence("She has just won the final"),
  expressionEvidence({ happiness: 0.9, anger: 0.02, surprise: 0.08 }),
  notSupportedEvidence(["AU11", "AU16"]),
);

function checkCue(made: Cue, ledger: EvidenceLedger = smile) {
  const [claim] = checkGrounding({ ...judgment(subject({ cues: [made] })), answer: "Read below." }, ledger).claims;
  if (claim === undefined) throw new Error("A cue is always a claim");
  return claim;
}

const shown = (au: string, side: "both" | "left" | "right" = "both") => ({ au, side, state: "present" as const });
const notShown = (au: string) => ({ au, side: "both" as const, state: "absent" as const });

describe("checkGrounding, structured assertions", () => {
  it.each<[string, Partial<Cue>, GroundingVerdict]>([
    ["a present action unit that was measured present", { actionUnits: [shown("AU12")] }, "supported"],
    ["an absent action unit that was measured absent", { actionUnits: [notShown("AU4")] }, "supported"],
    ["a present action unit that was measured absent", { actionUnits: [shown("AU4")] }, "contradicted"],
    ["an absent action unit that was measured present", { actionUnits: [notShown("AU12")] }, "contradicted"],
    ["an action unit between absent and present", { actionUnits: [shown("AU6")] }, "not-measurable"],
    ["an action unit that nobody measures", { actionUnits: [shown("AU11")] }, "not-measurable"],
    ["one that holds and one that cannot be told", { actionUnits: [shown("AU12"), shown("AU6")] }, "not-measurable"],
    ["one that holds and one that does not", { actionUnits: [shown("AU12"), shown("AU4")] }, "contradicted"],
  ])("decides %s", (_case, parts, verdict) => {
    expect(checkCue(cue("See the face", { evidenceIds: ["E1"], ...parts })).verdict).toBe(verdict);
  });

  it("calls disputed what one toolbox shows and another does not", () => {
    const ledger = ledgerOf(
      faceEvidence({ AU12: 0.93 }),
      faceEvidence({ AU12: 0.2 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
    );
    const claim = checkCue(cue("See the face", { evidenceIds: ["E1"], actionUnits: [shown("AU12")] }), ledger);
    expect(claim).toMatchObject({
      verdict: "disputed",
      reason:
        "AU12 is disputed: mesh@5 measured 0.93 (present, E1), openface@2.2 measured 0.2 on intensity-0-5 (absent, E2)",
    });
  });

  it("lets a toolbox that cannot tell neither support nor oppose", () => {
    const ledger = ledgerOf(
      faceEvidence({ AU12: 0.93 }),
      faceEvidence({ AU12: 1.5 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
      faceEvidence({ AU12: 0.01 }, { toolbox: "pyfeat@2.4", weight: 0.1 }),
    );
    expect(checkCue(cue("A smile", { evidenceIds: ["E1"] }), ledger).verdict).toBe("supported");
  });

  it("names the measurement that decided, and the toolbox that cannot measure", () => {
    expect(checkCue(cue("See the face", { evidenceIds: ["E1"], actionUnits: [shown("AU4")] })).reason).toBe(
      "AU4 is said to be present, but mesh@5 measured 0.05 (absent, E2)",
    );
    expect(checkCue(cue("See the face", { evidenceIds: ["E1"], actionUnits: [shown("AU11")] })).reason).toBe(
      "No toolbox in use measured AU11 on F1: mesh@5 does not support it (E6)",
    );
  });

  it.each<[string, Record<string, number>, "left" | "right" | "both", GroundingVerdict]>([
    ["the side that shows it", { "AU14:left": 0.9, "AU14:right": 0.1 }, "left", "supported"],
    ["the side that does not", { "AU14:left": 0.9, "AU14:right": 0.1 }, "right", "contradicted"],
    ["the whole face when one side shows it", { "AU14:left": 0.9, "AU14:right": 0.1 }, "both", "supported"],
    ["the whole face when neither side shows it", { "AU14:left": 0.1, "AU14:right": 0.1 }, "both", "contradicted"],
    ["the whole face when only one side was measured", { "AU14:left": 0.1 }, "both", "not-measurable"],
    ["a side of which only the whole was measured present", { AU14: 0.9 }, "left", "not-measurable"],
    ["a side of which the whole was measured absent", { AU14: 0.1 }, "left", "contradicted"],
  ])("reads %s", (_case, values, side, verdict) => {
    const made = cue("See the face", { evidenceIds: ["E1"], actionUnits: [shown("AU14", side)] });
    expect(checkCue(made, ledgerOf(faceEvidence(values))).verdict).toBe(verdict);
  });
});

describe("checkGrounding, claims in prose", () => {
  it.each<[string, GroundingVerdict]>([
    ["The lip corners are pulled up", "supported"],
    ["The brows are furrowed", "contradicted"],
    ["There is no smile", "contradicted"],
    ["0 of 1 faces show a smile", "contradicted"],
    ["0 of 1 faces show a furrowed brow", "supported"],
    ["A smile without a furrowed brow", "supported"],
    ["The cheeks are raised", "not-measurable"],
    ["The nasolabial deepener is active", "not-measurable"],
    ["AU12 (0.93) is present", "supported"],
    ["AU12 (0.35) is present", "contradicted"],
    ["AU4 (0.05) speaks against anger", "supported"],
    ["AU12 at 92%", "supported"],
    ["If the brows were furrowed, anger would be likely", "supported"],
  ])("holds it against the ledger: %s", (statement, verdict) => {
    expect(checkCue(cue(statement, { evidenceIds: ["E1", "E2"] })).verdict).toBe(verdict);
  });

  it("lets no prose hide what the structured list leaves out", () => {
    const made = cue("A smile, and brows drawn together", { evidenceIds: ["E1"], actionUnits: [shown("AU12")] });
    expect(checkCue(made)).toMatchObject({
      verdict: "contradicted",
      reason: "AU4 is said to be present, but mesh@5 measured 0.05 (absent, E2)",
    });
  });

  it("accepts either side for a side in prose, which may be the viewer's", () => {
    const ledger = ledgerOf(faceEvidence({ "AU12:left": 0.9, "AU12:right": 0.1 }));
    expect(checkCue(cue("The right lip corner is raised", { evidenceIds: ["E1"] }), ledger).verdict).toBe("supported");
  });

  it("holds a sentence about another face against that face", () => {
    const two = ledgerOf(faceEvidence({ AU12: 0.9 }), faceEvidence({ AU12: 0.05 }, { faceId: "F2" }));
    expect(checkCue(cue("F1 smiles", { evidenceIds: ["E1"] }), two).verdict).toBe("supported");
    expect(checkCue(cue("F2 smiles", { evidenceIds: ["E2"] }), two).verdict).toBe("contradicted");
  });

  it("decides by the ledger's own measurement when the citation is beside the point", () => {
    expect(checkCue(cue("She smiles", { evidenceIds: ["E4"] })).verdict).toBe("supported");
    expect(checkCue(cue("She frowns deeply with her brows lowered", { evidenceIds: ["E4"] })).verdict).toBe(
      "contradicted",
    );
  });

  it("does not take a model's own observation for a measurement", () => {
    const ledger = ledgerOf(faceEvidence({ AU4: 0.05 }), observationEvidence("She smiles broadly", "F1"));
    expect(checkCue(cue("She smiles broadly", { evidenceIds: ["E2"] }), ledger).verdict).toBe("not-measurable");
  });
});

describe("checkGrounding, citations", () => {
  const two = ledgerOf(
    faceEvidence({ AU12: 0.9 }),
    faceEvidence({ AU12: 0.9 }, { faceId: "F2" }),
    contextEvidence("A wedding"),
  );

  it.each<[string, Cue, GroundingVerdict, string]>([
    ["nothing", cue("A festive scene"), "uncited", "It cites no evidence"],
    ["what does not exist", cue("A festive scene", { evidenceIds: ["E99"] }), "uncited", "E99 is not in the ledger"],
    ["nothing, though it is measured so", cue("She smiles"), "uncited", "It cites no evidence"],
    ["only another face", cue("She smiles", { evidenceIds: ["E2"] }), "uncited", "E2 is about F2, not about F1"],
    ["context", cue("A wedding is going on", { evidenceIds: ["E3"] }), "supported", "It cites E3 (context-text)"],
    ["another face by name", cue("F2 is close by", { evidenceIds: ["E2"] }), "supported", "It cites E2 (action-unit)"],
  ])("judges a cue that cites %s", (_case, made, verdict, reason) => {
    expect(checkCue(made, two)).toMatchObject({ verdict, reason });
  });

  it("counts a contradiction even when nothing is cited", () => {
    expect(checkCue(cue("Her brows are lowered")).verdict).toBe("contradicted");
  });
});

describe("checkGrounding, expression classifiers", () => {
  it.each<[string, string, "for" | "against", GroundingVerdict]>([
    ["for the label it gives", "happiness", "for", "supported"],
    ["for it under another name", "joy", "for", "supported"],
    ["for a label that it rules out", "anger", "for", "contradicted"],
    ["against the label it gives", "happiness", "against", "contradicted"],
    ["against a label that it rules out", "anger", "against", "supported"],
    ["for a label it does not know", "awe", "for", "supported"],
  ])("judges a cue that cites it %s", (_case, label, direction, verdict) => {
    expect(checkCue(cue("The network sees it", { label, direction, evidenceIds: ["E5"] })).verdict).toBe(verdict);
  });

  it("leaves a label between seen and not seen undecided", () => {
    const ledger = ledgerOf(expressionEvidence({ fear: 0.15, neutral: 0.85 }));
    const made = cue("The network sees it", { label: "fear", evidenceIds: ["E1"] });
    expect(checkCue(made, ledger).verdict).toBe("not-measurable");
  });

  it("calls disputed what the action units confirm and the cited classifier denies", () => {
    const made = cue("The lip corners are raised", { label: "anger", evidenceIds: ["E1", "E5"] });
    expect(checkCue(made)).toMatchObject({ verdict: "disputed" });
  });

  it("calls disputed what one cited classifier gives and another does not", () => {
    const ledger = ledgerOf(
      expressionEvidence({ fear: 0.8, neutral: 0.2 }),
      expressionEvidence({ fear: 0.01, neutral: 0.99 }, { source: "fer2013@1" }),
    );
    const made = cue("Two networks were asked", { label: "fear", evidenceIds: ["E1", "E2"] });
    expect(checkCue(made, ledger).verdict).toBe("disputed");
  });
});

describe("checkGrounding, the whole judgment", () => {
  it("checks appraisals with a value, assessed congruence and sentences of the answer", () => {
    const made = judgment(
      subject({
        appraisals: [
          { dimension: "goal conduciveness", value: 0.8, confidence: 0.6, evidenceIds: ["E4"] },
          { dimension: "control", value: 0.2, confidence: 0.3, evidenceIds: [] },
          { dimension: "urgency", value: "not inferable", confidence: null, evidenceIds: [] },
        ],
        congruence: {
          verdict: "congruent",
          kind: null,
          statement: "The smile fits the win",
          evidenceIds: ["E1", "E4"],
        },
      }),
    );
    const answer = "She is perceived as happy. Her lip corners are raised. Her brows are furrowed. See E42.";
    const { claims, shares } = checkGrounding({ ...made, answer }, smile);
    expect(claims.map(({ path, part, verdict }) => [path, part, verdict])).toEqual([
      ["subjects[0].appraisals[0]", "appraisal", "supported"],
      ["subjects[0].appraisals[1]", "appraisal", "uncited"],
      ["subjects[0].congruence", "congruence", "supported"],
      ["answer", "answer", "supported"],
      ["answer", "answer", "supported"],
      ["answer", "answer", "contradicted"],
      ["answer", "answer", "uncited"],
      ["subjects[0].integrated", "verdict", "uncited"],
    ]);
    expect(shares).toEqual({ supported: 4 / 8, contradicted: 1 / 8, disputed: 0, notMeasurable: 0, uncited: 3 / 8 });
  });

  it("never calls a text without claims grounded", () => {
    const { claims, shares } = checkGrounding({ answer: "Nothing stands out.", subjects: [] }, smile);
    expect(claims).toMatchObject([{ part: "answer", verdict: "uncited", basis: null }]);
    expect(shares).toMatchObject({ supported: 0, uncited: 1 });
  });

  it("finds the face that a sentence of the answer is about by id, by place or by the sentence before", () => {
    const three = ledgerOf(
      faceEvidence({ AU12: 0.9 }),
      faceEvidence({ AU12: 0.05 }, { faceId: "F2" }),
      faceEvidence({ AU12: 0.9 }, { faceId: "F3" }),
    );
    const verdicts = (answer: string) =>
      checkGrounding({ answer, subjects: [] }, three).claims.map(({ faceId, verdict }) => [faceId, verdict]);
    expect(verdicts("F2 smiles.")).toEqual([["F2", "contradicted"]]);
    expect(verdicts("The woman in the middle is not smiling.")).toEqual([["F2", "supported"]]);
    expect(verdicts("The man on the right smiles.")).toEqual([["F3", "supported"]]);
    expect(verdicts("F2 is at the back. She smiles.")[1]).toEqual(["F2", "contradicted"]);
    expect(verdicts("Someone smiles.")).toEqual([[null, "supported"]]);
  });

  it("holds a sentence about several faces against each of them", () => {
    const two = ledgerOf(faceEvidence({ AU12: 0.9 }), faceEvidence({ AU12: 0.05 }, { faceId: "F2" }));
    const verdict = (answer: string) => checkGrounding({ answer, subjects: [] }, two).claims[0]?.verdict;
    expect(verdict("F1 and F2 smile.")).toBe("contradicted");
    expect(verdict("F1 (0.98), F2 (0.9) are perceived as happy, as the lip corners are raised.")).toBe("contradicted");
    expect(verdict("F1 smiles next to F2.")).toBe("supported");
    expect(verdict("Both women smile.")).toBe("contradicted");
    expect(verdict("Everyone is smiling.")).toBe("contradicted");
    expect(verdict("Nobody smiles.")).toBe("contradicted");
    expect(verdict("There is no smile.")).toBe("contradicted");
    expect(verdict("One of them is not smiling.")).toBe("supported");
    expect(verdict("A smile is shown.")).toBe("supported");
  });

  it("asks again with one sentence for each contradiction and for nothing else", () => {
    const made = judgment(subject({ cues: [cue("Her brows are lowered", { evidenceIds: ["E2"] }), cue("Uncited")] }));
    const message =
      '`subjects[0].cues[0]` says "Her brows are lowered", which the measurements contradict: AU4 is said to be present, but mesh@5 measured 0.05 (absent, E2). Correct or drop it';
    expect(contradictionComplaints(checkGrounding({ ...made, answer: "Fine." }, smile))).toEqual([
      { path: "subjects[0].cues[0]", code: "contradicted", message },
    ]);
  });

  it("finds every claim about a face unmeasurable when there was no face", () => {
    const scene = subject({ faceId: null, cues: [cue("Somebody smiles", { evidenceIds: ["E1"] })] });
    const { claims } = checkGrounding({ ...judgment(scene), answer: "No face." }, ledgerOf(contextEvidence("A party")));
    expect(claims.find(({ part }) => part === "cue")?.verdict).toBe("not-measurable");
  });
});

describe("checkGrounding, whatever the ledger", () => {
  const aus = ["AU1", "AU4", "AU6", "AU12"] as const;
  const toolboxes = ["mesh@5", "openface@2.2", "pyfeat@2.4"] as const;
  const measurement = fc.record({
    au: fc.constantFrom(...aus),
    side: fc.constantFrom("", ":left", ":right"),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    toolbox: fc.constantFrom(...toolboxes),
    weight: fc.constantFrom(null, 0.1, 0.9),
  });
  const claim = fc.record({
    au: fc.constantFrom(...aus),
    side: fc.constantFrom("both" as const, "left" as const, "right" as const),
    state: fc.constantFrom("present" as const, "absent" as const),
  });
  interface Measured {
    au: string;
    side: string;
    value: number;
    toolbox: string;
    weight: number | null;
  }
  const asEvidence = ({ au, side, value, toolbox, weight }: Measured) =>
    faceEvidence({ [`${au}${side}`]: value }, { toolbox, weight });
  const ledgerWith = (measurements: readonly Measured[], more: NewEvidence[] = []) =>
    ledgerOf(contextEvidence("Given"), measurements.flatMap(asEvidence), more);

  it("never turns supported into contradicted because one more toolbox agrees", () => {
    fc.assert(
      fc.property(fc.array(measurement, { maxLength: 8 }), claim, (measurements, asserted) => {
        const made = cue("See the face", { evidenceIds: ["E1"], actionUnits: [asserted] });
        const before = checkCue(made, ledgerWith(measurements));
        const agreeing = faceEvidence(
          {
            [`${asserted.au}${asserted.side === "both" ? "" : `:${asserted.side}`}`]:
              asserted.state === "present" ? 0.9 : 0.1,
          },
          { toolbox: "libreface@1" },
        );
        const after = checkCue(made, ledgerWith(measurements, agreeing));
        const becomes = {
          supported: "supported",
          "not-measurable": "supported",
          disputed: "disputed",
          contradicted: "disputed",
          uncited: "uncited",
        } as const;
        expect(after.verdict).toBe(becomes[before.verdict]);
      }),
    );
  });

  it("gives the same verdicts in whatever order the evidence came", () => {
    const shuffled = fc
      .array(measurement, { minLength: 1, maxLength: 8 })
      .chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })));
    fc.assert(
      fc.property(shuffled, fc.array(claim, { minLength: 1, maxLength: 3 }), ([one, other], asserted) => {
        const made = cue("Raised cheeks and no furrowed brow", { evidenceIds: ["E1"], actionUnits: asserted });
        const verdictIn = (measurements: typeof one) => checkCue(made, ledgerWith(measurements)).verdict;
        expect(verdictIn(other)).toBe(verdictIn(one));
      }),
    );
  });

  it("contradicts a claim and its denial together never, and supports both never", () => {
    fc.assert(
      fc.property(fc.array(measurement, { maxLength: 8 }), claim, (measurements, asserted) => {
        const ledger = ledgerWith(measurements);
        const verdictOf = (state: "present" | "absent") =>
          checkCue(cue("See the face", { evidenceIds: ["E1"], actionUnits: [{ ...asserted, state }] }), ledger).verdict;
        const mirrored = {
          supported: "contradicted",
          contradicted: "supported",
          disputed: "disputed",
          "not-measurable": "not-measurable",
          uncited: "uncited",
        } as const;
        expect(verdictOf("absent")).toBe(mirrored[verdictOf("present")]);
      }),
    );
  });

  it("gives shares that sum to one", () => {
    fc.assert(
      fc.property(
        fc.array(measurement, { maxLength: 6 }),
        fc.array(claim, { minLength: 1, maxLength: 6 }),
        (measurements, asserted) => {
          const cues = asserted.map((one, index) =>
            cue("See the face", { evidenceIds: index % 2 === 0 ? ["E1"] : [], actionUnits: [one] }),
          );
          const ledger = ledgerWith(measurements);
          const shares = checkGrounding(judgment(subject({ cues })), ledger).shares;
          const sum = Object.values(shares ?? {}).reduce((total, share) => total + share, 0);
          expect(sum).toBeCloseTo(1, 12);
        },
      ),
    );
  });
});
