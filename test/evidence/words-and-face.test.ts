import { expect, it } from "vitest";
import { contradictions } from "../../src/evidence/words-and-face.ts";
import { expressionEvidence, faceEvidence, ledgerOf } from "../support/builders.ts";

const said = (text: string, spokenBy: string | null = "F1") => ({
  ...{
    kind: "utterance" as const,
    faceId: null,
    region: null,
    statement: text,
    source: { type: "user" as const, name: "user" },
  },
  value: {
    type: "utterance" as const,
    text,
    speaker: null,
    spokenBy,
    knownBy: spokenBy === null ? null : ("name" as const),
  },
});
const sad = { units: { AU1: 0.8, AU4: 0.7, AU15: 0.8, AU12: 0.05 }, shown: { sadness: 0.7, neutral: 0.3 } };
const smile = { units: { AU6: 0.8, AU12: 0.9, AU4: 0.05 }, shown: { happiness: 0.8, neutral: 0.2 } };

const found = (text: string, { units, shown }: typeof sad | typeof smile, spokenBy?: string | null) => {
  const ledger = ledgerOf(said(text, spokenBy), faceEvidence(units), expressionEvidence(shown));
  return contradictions(ledger).map(({ statement }) => statement);
};

it("names words and the face of who says them that do not go together, with both sides", () => {
  expect(found("I'm fine.", sad)).toEqual([
    'Words and face contradict each other: what F1 says, "I\'m fine.", and its face, read as sadness 0.70 with AU1 (inner brow raiser), AU4 (brow lowerer), AU15 (lip corner depressor) (pleasant words over an unpleasant face)',
  ]);
  const [contradiction] = contradictions(
    ledgerOf(said("I'm fine."), faceEvidence(sad.units), expressionEvidence(sad.shown)),
  );
  expect(contradiction?.value).toEqual({
    ...{ type: "contradiction", spokenBy: "F1", words: "pleasant", share: 0.7 },
    evidenceIds: ["E1", "E2", "E3", "E4", "E6"],
  });
  expect(found("I hate this.", smile)).toHaveLength(1);
});

it.each<[string, Parameters<typeof found>]>([
  ["both are unpleasant", ["I feel awful.", sad]],
  ["both are pleasant", ["I'm fine.", smile]],
  ["nobody knows who says it", ["I'm fine.", sad, null]],
  ["another says it", ["I'm fine.", sad, "F2"]],
  ["the words say nothing of how it is", ["The meeting is on Tuesday.", sad]],
  [
    "the face is read below what is clear",
    ["I'm fine.", { ...sad, shown: { sadness: 0.55, neutral: 0.45 } } as typeof sad],
  ],
  [
    "no action unit shows what is read",
    ["I'm fine.", { ...sad, units: { ...sad.units, AU1: 0.1, AU4: 0.1, AU15: 0.1 } }],
  ],
])("names nothing where %s", (_case, args) => {
  expect(found(...args)).toEqual([]);
});
