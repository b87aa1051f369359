import { describe, expect, it } from "vitest";
import type { GroundingVerdict } from "../../src/domain/grounding.ts";
import type { Cue } from "../../src/domain/judgment.ts";
import type { Scale } from "../../src/domain/measurement.ts";
import { checkGrounding } from "../../src/judging/check-grounding.ts";
import { cue, expressionEvidence, faceEvidence, judgment, ledgerOf, subject } from "../support/builders.ts";

function verdictOf(made: Cue, ledger: ReturnType<typeof ledgerOf>): GroundingVerdict | undefined {
  return checkGrounding({ ...judgment(subject({ cues: [made] })), answer: "Read below." }, ledger).claims[0]?.verdict;
}

describe("checkGrounding, at its thresholds", () => {
  it.each<[string, GroundingVerdict]>([
    ["AU12 (0.86) is present", "supported"],
    ["AU12 (0.84) is present", "contradicted"],
    ["AU12 (0.94) is present", "supported"],
    ["AU12 (0.96) is present", "contradicted"],
  ])("lets a quoted number be off by a twentieth of its scale: %s of .90", (statement, verdict) => {
    const ledger = ledgerOf(faceEvidence({ AU12: 0.9 }));
    expect(verdictOf(cue(statement, { evidenceIds: ["E1"] }), ledger)).toBe(verdict);
  });

  it.each<[string, number, Scale, GroundingVerdict]>([
    ["AU12 (3.2) is present", 3, "intensity-0-5", "supported"],
    ["AU12 (3.3) is present", 3, "intensity-0-5", "contradicted"],
    ["AU12 (64) is present", 60, "percent-0-100", "supported"],
    ["AU12 (66) is present", 60, "percent-0-100", "contradicted"],
    ["AU12 (0.64) is present", 60, "percent-0-100", "supported"],
  ])("%s, measured %d on %s", (statement, measured, scale, verdict) => {
    const ledger = ledgerOf(faceEvidence({ AU12: measured }, { scale }));
    expect(verdictOf(cue(statement, { evidenceIds: ["E1"] }), ledger)).toBe(verdict);
  });

  it.each<["for" | "against", number, GroundingVerdict]>([
    ["for", 0.26, "supported"],
    ["for", 0.24, "not-measurable"],
    ["for", 0.11, "not-measurable"],
    ["for", 0.09, "contradicted"],
    ["against", 0.51, "contradicted"],
    ["against", 0.49, "not-measurable"],
    ["against", 0.26, "not-measurable"],
    ["against", 0.24, "supported"],
  ])("holds a cue %s happiness against a classifier that gives it %d", (direction, probability, verdict) => {
    const ledger = ledgerOf(expressionEvidence({ happiness: probability, neutral: 1 - probability }));
    const made = cue("The expression classifier speaks", { evidenceIds: ["E1"], label: "happiness", direction });
    expect(verdictOf(made, ledger)).toBe(verdict);
  });

  it("calls disputed, not uncited, what toolboxes disagree about and nobody cites", () => {
    const ledger = ledgerOf(
      faceEvidence({ AU12: 0.93 }),
      faceEvidence({ AU12: 0.2 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
    );
    const made = (evidenceIds: string[]) =>
      cue("See the face", { evidenceIds, actionUnits: [{ au: "AU12", side: "both", state: "present" }] });
    expect(verdictOf(made([]), ledger)).toBe("disputed");
    const undisputed = ledgerOf(faceEvidence({ AU12: 0.93 }));
    expect(verdictOf(made([]), undisputed)).toBe("uncited");
  });
});
