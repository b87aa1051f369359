import { describe, expect, it } from "vitest";
import type { Judgment, SubjectJudgment } from "../../src/domain/judgment.ts";
import { complaintsAbout, type JudgmentFacts } from "../../src/domain/judgment-check.ts";
import {
  abstained,
  contextEvidence,
  cue,
  face,
  faceEvidence,
  judgment,
  ledgerOf,
  reading,
  subject,
} from "../support/builders.ts";

const ledger = ledgerOf(faceEvidence({ AU12: 0.93 }), contextEvidence("She has just won the final"));
const facts = { ledger, faces: [face()] };

function complaints(parts: Partial<SubjectJudgment>, more: { taxonomy?: string[] } = {}): string[] {
  return messagesAbout(judgment(subject(parts)), { ...facts, ...more });
}

function messagesAbout(judged: Judgment, against: JudgmentFacts): string[] {
  return complaintsAbout(judged, against).map(({ message }) => message);
}

describe("complaintsAbout", () => {
  it("has nothing to say about a sound judgment", () => {
    expect(
      complaints({
        contextOnly: reading({ happiness: 0.8, surprise: 0.2 }),
        cues: [cue("The lip corners are raised", { evidenceIds: ["E1"] })],
      }),
    ).toEqual([]);
  });

  it("gives path, code and message, so that a program need not read sentences", () => {
    const judged = judgment(subject({ faceOnly: reading({ happiness: 0.9, neutral: 0.4 }) }));
    expect(complaintsAbout({ ...judged, answer: "Deep down he grieves." }, facts)).toMatchObject([
      { path: "subjects[0].faceOnly.distribution", code: "reading", message: expect.stringContaining("sums to 1.3") },
      { path: "answer", code: "felt-state", message: expect.stringContaining("felt state") },
    ]);
  });

  it("names the distribution whose probabilities do not sum to one", () => {
    expect(complaints({ faceOnly: reading({ happiness: 0.9, neutral: 0.4 }) })).toEqual([
      "`subjects[0].faceOnly.distribution` sums to 1.3 instead of 1",
    ]);
  });

  it.each([
    [
      "an empty distribution without a reason",
      { ...reading({}), abstention: null },
      "empty distribution but no reason",
    ],
    ["a blank reason", { ...reading({}), abstention: "  " }, "empty distribution but no reason"],
    ["a distribution together with an abstention", { ...reading({ joy: 1 }), abstention: "too small" }, "both"],
    ["a label twice", { ...reading({ joy: 0.5, Joy: 0.5 }) }, '"Joy" more than once'],
    ["a probability that is no number", reading({ joy: Number.NaN, fear: 1 }), "not a number from 0 to 1"],
    ["valence out of order", { ...reading({ joy: 1 }), valence: { value: 0.9, low: -0.1, high: 0.5 } }, "out of order"],
    [
      "valence that is no number",
      { ...reading({ joy: 1 }), valence: { value: Number.NaN, low: 0, high: 1 } },
      "-1 to 1",
    ],
    ["valence beside an abstention", { ...abstained(), valence: { value: 0, low: 0, high: 0 } }, "must be null"],
  ])("complains of %s, and of nothing else", (_case, faceOnly, words) => {
    const found = complaints({ faceOnly, contextOnly: reading({ joy: 1 }) });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("subjects[0].faceOnly");
    expect(found[0]).toContain(words);
  });

  it("names citations of evidence that does not exist, with their path", () => {
    expect(
      complaints({
        cues: [cue("A smile", { evidenceIds: ["E1", "E99"] })],
        congruence: { verdict: "congruent", kind: null, statement: "Both are happy", evidenceIds: ["e2"] },
        appraisals: [{ dimension: "control", value: "not inferable", confidence: null, evidenceIds: ["X"] }],
      }),
    ).toEqual([
      '`subjects[0].cues[0].evidenceIds` cites "E99", which is not in the ledger: cite listed evidence only',
      '`subjects[0].congruence.evidenceIds` cites "e2", which is not in the ledger: cite listed evidence only',
      '`subjects[0].appraisals[0].evidenceIds` cites "X", which is not in the ledger: cite listed evidence only',
    ]);
  });

  it("asks for one subject for each face", () => {
    const two = { ledger, faces: [face(), face({}, { faceId: "F2" })] };
    const found = messagesAbout(judgment(subject(), subject(), subject({ faceId: "F7" })), two);
    expect(found).toEqual([
      "`subjects[1].faceId` repeats F1: give one subject for each face",
      '`subjects[2].faceId` is "F7", which is not a face: known faces are F1, F2',
      "`subjects` leaves out F2: give one subject for each face",
    ]);
  });

  it("asks for a subject without a face when no face was found, and for no other", () => {
    const none = { ledger, faces: [] };
    const scene = subject({ faceId: null, faceOnly: abstained("no face"), contextOnly: reading({ joy: 1 }) });
    expect(messagesAbout(judgment(scene), none)).toEqual([]);
    expect(messagesAbout({ answer: "Nothing.", subjects: [] }, none)).toEqual([
      "`subjects` is empty: give one subject with faceId null for an image without faces",
    ]);
    expect(messagesAbout(judgment(subject()), none)[0]).toContain("no face was found");
    expect(messagesAbout(judgment(scene), facts)[0]).toContain("is null although faces were found");
  });

  it("refuses a reading of a face that is not there, and an integration of nothing", () => {
    const found = messagesAbout(judgment(subject({ faceId: null })), { ledger, faces: [] });
    expect(found).toEqual(["`subjects[0].faceOnly` gives a distribution although the subject has no face: abstain"]);
    expect(complaints({ faceOnly: abstained("blurred") })).toEqual([
      "`subjects[0].integrated` gives a distribution although face and context both abstain",
    ]);
  });

  it("holds novel flags against the taxonomy when there is one", () => {
    const faceOnly = {
      ...reading({}),
      distribution: [
        { label: "Joy", probability: 0.5, novel: true },
        { label: "awe", probability: 0.5, novel: false },
      ],
    };
    const integrated = { ...reading({}), distribution: [{ label: "awe", probability: 1, novel: true }] };
    const parts = { faceOnly, integrated };
    expect(complaints(parts)).toEqual([]);
    expect(complaints(parts, { taxonomy: ["joy", "fear"] })).toEqual([
      '`subjects[0].faceOnly.distribution[0].novel` is true although "Joy" is in the taxonomy',
      '`subjects[0].faceOnly.distribution[1].novel` is false although "awe" is not in the taxonomy: use a given label or set it to true',
    ]);
  });

  it("refuses one cue that has an action unit both ways", () => {
    const both = [
      { au: "AU12", side: "both" as const, state: "present" as const },
      { au: "AU12", side: "both" as const, state: "absent" as const },
    ];
    expect(complaints({ cues: [cue("A smile", { actionUnits: both })] })).toEqual([
      "`subjects[0].cues[0].actionUnits` names AU12 (both) more than once",
    ]);
  });

  it("refuses dimensions and alternatives that come twice", () => {
    const control = { dimension: "control" as const, value: 0.5, confidence: 0.5, evidenceIds: ["E2"] };
    const awe = { label: "awe", whatWouldDecide: "The moment before" };
    expect(complaints({ appraisals: [control, control], alternatives: [awe, awe] })).toEqual([
      '`subjects[0].appraisals` names "control" more than once',
      '`subjects[0].alternatives` names "awe" more than once',
    ]);
  });

  it("complains of felt states wherever they are asserted", () => {
    const told = judgment(
      subject({
        cues: [cue("She feels proud")],
        congruence: { verdict: "congruent", kind: null, statement: "He is angry", evidenceIds: [] },
      }),
    );
    const found = messagesAbout({ ...told, answer: "Deep down he grieves." }, facts);
    expect(found.map((complaint) => complaint.split(" ")[0])).toEqual([
      "`answer`",
      "`subjects[0].cues[0].statement`",
      "`subjects[0].congruence.statement`",
    ]);
  });

  it("gives every complaint its place and its kind", () => {
    const wrong = subject({
      faceOnly: { ...reading({ joy: 1, " ": 0 }), abstention: "too small" },
      contextOnly: { ...abstained(" "), arousal: { value: 2, low: 0, high: 1 } },
      integrated: { ...reading({ joy: 0.5, Joy: 0.2 }), valence: { value: 0, low: 0.1, high: 1 } },
      cues: [cue(" ", { label: "", evidenceIds: ["E1", "E1", "E9"] })],
      congruence: { verdict: "congruent", kind: null, statement: "", evidenceIds: [] },
      appraisals: [{ dimension: "control", value: 1.5, confidence: null, evidenceIds: ["E1", "E1"] }],
      alternatives: [
        { label: "awe", whatWouldDecide: "The moment before" },
        { label: "Awe", whatWouldDecide: "The moment after" },
      ],
    });
    const found = complaintsAbout(judgment(wrong, subject({ faceId: null }), subject({ faceId: null })), {
      ...facts,
      taxonomy: ["joy", "awe", "happiness", "neutral"],
    });
    expect(found.map(({ path, code }) => `${path} ${code}`)).toEqual([
      "subjects[1].faceId faces",
      "subjects[2].faceId faces",
      "subjects[0].faceOnly reading",
      "subjects[0].faceOnly.distribution[1].label blank",
      "subjects[0].contextOnly reading",
      "subjects[0].contextOnly.arousal reading",
      "subjects[0].integrated.distribution reading",
      "subjects[0].integrated.distribution repeated",
      "subjects[0].integrated.valence reading",
      "subjects[0].cues[0].statement blank",
      "subjects[0].cues[0].label blank",
      "subjects[0].cues[0].evidenceIds evidence",
      "subjects[0].cues[0].evidenceIds repeated",
      "subjects[0].congruence.statement blank",
      "subjects[0].appraisals[0].evidenceIds repeated",
      "subjects[0].appraisals[0].value range",
      "subjects[0].alternatives repeated",
      "subjects[1].faceOnly reading",
      "subjects[2].faceOnly reading",
    ]);
    expect(found[1]?.message).toBe("`subjects[2].faceId` repeats null: give one subject for each face");
    const nobody = complaintsAbout({ answer: "Nothing.", subjects: [] }, facts);
    expect(nobody.map(({ path, code }) => `${path} ${code}`)).toEqual(["subjects faces"]);
    const unlisted = { ...reading({ joy: 1 }), distribution: [{ label: "joy", probability: 1, novel: true }] };
    const novel = complaintsAbout(judgment(subject({ faceOnly: unlisted })), { ...facts, taxonomy: ["joy"] });
    expect(novel.map(({ code }) => code)).toContain("novelty");
    const integrated = subject({ faceOnly: abstained("blurred"), contextOnly: abstained("none") });
    expect(complaintsAbout(judgment(integrated), facts).map(({ path, code }) => `${path} ${code}`)).toEqual([
      "subjects[0].integrated reading",
    ]);
    expect(complaints({ ...integrated, integrated: abstained("both abstain") })).toEqual([]);
  });

  it.each([
    [1, []],
    [-1, []],
    [1.01, ["is not a number from -1 to 1"]],
    [-1.01, ["is not a number from -1 to 1"]],
    [Number.NaN, ["is not a number from -1 to 1"]],
    ["not inferable" as const, []],
  ])("lets an appraisal be %s, or says what it must be", (value, says) => {
    const appraisals = [{ dimension: "control" as const, value, confidence: null, evidenceIds: ["E1"] }];
    expect(complaints({ appraisals })).toEqual(says.map((words) => `\`subjects[0].appraisals[0].value\` ${words}`));
  });

  it("lets one cue tell the sides of an action unit apart", () => {
    const actionUnits = (["left", "right"] as const).map((side) => ({ au: "AU12", side, state: "present" as const }));
    expect(complaints({ cues: [cue("A smile", { actionUnits })] })).toEqual([]);
  });
});
