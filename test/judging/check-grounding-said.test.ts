import { expect, it } from "vitest";
import { checkGrounding } from "../../src/judging/check-grounding.ts";
import { cue, faceEvidence, judgment, ledgerOf, subject } from "../support/builders.ts";

const said = (text: string, fromS: number, spokenBy: string | null) => ({
  ...{
    kind: "utterance" as const,
    faceId: null,
    region: null,
    statement: text,
    source: { type: "user" as const, name: "user" },
  },
  value: { type: "utterance" as const, text, speaker: null, spokenBy, knownBy: null },
  time: { fromS, toS: fromS + 1 },
});
const ledger = ledgerOf(
  [said("I'm fine, I can smile at 9 seconds.", 3, "F1"), said("No, you're not.", 5, "F2"), said("Hm.", 7, null)],
  faceEvidence({ AU12: 0.05 }),
);
const verdictOf = (statement: string) => {
  const { claims } = checkGrounding(judgment(subject({ cues: [cue(statement, { evidenceIds: ["E1"] })] })), ledger);
  return claims.find(({ part }) => part === "cue")?.verdict;
};

it.each([
  [`F1 says "I'm fine" at 4 s`, "supported"],
  [`F1 says 'I'm fine'`, "supported"],
  ["F1 says “I’m fine ... smile” from 3.0 to 4.0 s", "supported"],
  [`It is said "I can smile at 9 seconds"`, "supported"],
  [`Somebody says "Hm" at 7 s`, "supported"],
  [`F1 says "I'm fine" at 9 s`, "contradicted"],
  [`F2 says "I'm fine"`, "contradicted"],
  [`F1 says "Go away" at 3.5 s`, "contradicted"],
  [`F1 never says "I'm fine"`, "contradicted"],
  [`F1 never says "Go away"`, "supported"],
  [`F1 says "Go away"`, "not-measurable"],
  [`F1 says "fine I'm"`, "not-measurable"],
])("holds %j against what is said: %s", (statement, verdict) => {
  expect(verdictOf(statement)).toBe(verdict);
});
