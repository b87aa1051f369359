import { describe, expect, it } from "vitest";
import type { VoiceMeasure } from "../../src/domain/evidence.ts";
import { checkGrounding } from "../../src/judging/check-grounding.ts";
import { contextEvidence, cue, faceEvidence, judgment, ledgerOf, subject } from "../support/builders.ts";

const voice = (fromS: number, spokenBy: string | null, measures: Partial<Record<VoiceMeasure, number>>) => ({
  ...{ kind: "voice" as const, faceId: null, region: null, statement: `A voice from ${fromS} s` },
  source: { type: "toolbox" as const, name: "voice@1" },
  value: {
    ...{ type: "voice" as const, spokenBy, knownBy: null },
    measures: Object.entries(measures).map(([name, value]) => ({ name: name as VoiceMeasure, value, unit: "of it" })),
  },
  time: { fromS, toS: fromS + 1.5 },
});
const raised = {
  pitch: 252,
  "pitch above own": 4,
  "pitch slope": 0.2,
  "loudness above own": 5,
  "syllable rate to own": 1.3,
};
const usual = {
  pitch: 200,
  "pitch above own": 0,
  "pitch slope": -2,
  "loudness above own": -0.4,
  "syllable rate to own": 1,
};
const ledger = ledgerOf(
  voice(12, "F1", raised),
  voice(4, "F1", usual),
  voice(8, "F2", { pitch: 110 }),
  faceEvidence({ AU12: 0.9 }),
  contextEvidence("Her friend whispers a joke"),
);
const verdictOf = (statement: string, evidenceIds: readonly string[]) => {
  const { claims } = checkGrounding(
    judgment(subject({ cues: [cue(statement, { evidenceIds: [...evidenceIds] })] })),
    ledger,
  );
  return claims.find(({ part }) => part === "cue")?.verdict;
};

describe("what a judgment says of voices", () => {
  it.each([
    ["Her voice rises at 12.5 s", "supported"],
    ["Her voice is 4 semitones above its own median from 12 to 13.5 s", "supported"],
    ["Her voice is 4.1 semitones higher than usual at 13 s", "supported"],
    ["Her voice is 0.4 dB softer than its own median at 4.5 s", "supported"],
    ["Her voice is 0.4 dB louder than its own median at 12.5 s", "contradicted"],
    ["Her voice is 4 semitones below its own median at 12.5 s", "contradicted"],
    ["F1 speaks louder and faster at 12.5 s", "supported"],
    ["Her voice has a pitch of 250 Hz at 12.5 s", "supported"],
    ["Her voice falls at 5 s", "supported"],
    ["Her voice falls at 12.5 s", "contradicted"],
    ["Her voice rises at 4.5 s", "contradicted"],
    ["Her voice is 7 semitones above its own median at 12.5 s", "contradicted"],
    ["She speaks more softly at 12.5 s", "contradicted"],
    ["Her voice is higher at 4.5 s", "contradicted"],
    ["Her voice is higher at 8.5 s", "not-measurable"],
    ["She speaks faster at 9 s", "not-measurable"],
  ])("holds %j against the measurements: %s", (statement, verdict) => {
    expect(verdictOf(statement, ["E1"])).toBe(verdict);
  });

  it.each([
    ["Her voice is warm", ["E4"], "uncited"],
    ["She sounds sarcastic", ["E4"], "uncited"],
    ["She speaks hesitantly", ["E4"], "uncited"],
    ["Her voice is warm", ["E1"], "supported"],
    ["Nothing is known of her voice", ["E4"], "supported"],
    ["Her friend whispers a joke", ["E5"], "supported"],
    ["Her pitch is warm", ["E4"], "uncited"],
    ["The head pitch is raised", ["E4"], "supported"],
    ["The head is pitched down", ["E4"], "supported"],
    ["She looks as if shouting", ["E4"], "supported"],
    ["Lip corners are raised", ["E4"], "supported"],
  ])("of %j, which rests on %j, says %s", (statement, evidenceIds, verdict) => {
    expect(verdictOf(statement, evidenceIds)).toBe(verdict);
  });

  it("of an image, where nothing was heard, says that no voice was measured", () => {
    const { claims } = checkGrounding(
      judgment(subject({ cues: [cue("Her voice rises", { evidenceIds: ["E1"] })] })),
      ledgerOf(faceEvidence({ AU12: 0.9 })),
    );

    expect(claims[0]).toMatchObject({ verdict: "not-measurable", reason: "No voice of F1 was measured so" });
  });
});
