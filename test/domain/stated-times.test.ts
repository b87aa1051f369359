import { describe, expect, it } from "vitest";
import type { NewEvidence } from "../../src/domain/evidence.ts";
import { createEvidenceLedger } from "../../src/domain/evidence-ledger.ts";
import { presenceOf } from "../../src/domain/presence.ts";
import { statedWindow } from "../../src/domain/stated-times.ts";
import { checkGrounding } from "../../src/judging/check-grounding.ts";
import { cue, expressionEvidence, face, judgment, subject } from "../support/builders.ts";

describe("statedWindow", () => {
  it.each([
    ["AU12 is present at 4.1 s", 4.05, 4.15],
    ["At 4 seconds she smiles", 3.5, 4.5],
    ["from 3.2 to 5.6 s", 3.15, 5.65],
    ["between 3.2 s and 5.6 s", 3.15, 5.65],
    ["3.2-5.6 s: a smile", 3.15, 5.65],
    ["AU12 rises from 3.2 s, peaks at 4.1 s (0.91), gone by 5.6 s", 3.15, 5.65],
    ["after 4.0 s the brows are lowered", 3.95, Number.MAX_VALUE],
    ["until 2.5 s the face rests", 0, 2.55],
    ["the smile lasts 2.3 s and peaks at 4.1 s", 4.05, 4.15],
  ])("of %j is from %d to %d s", (text, fromS, toS) => {
    const window = statedWindow(text);
    expect(window?.fromS).toBeCloseTo(fromS);
    expect(window?.toS).toBeCloseTo(toS);
  });

  it.each(["AU12 (0.91) is present", "for 3 seconds she smiles", "F1 is 20 years old", "E4 and E5"])(
    "of %j is none",
    (text) => {
      expect(statedWindow(text)).toBeNull();
    },
  );
});

/** AU12 at 5 frames per second: absent until 3.2 s, present from 3.4 to 5.4 s, absent again; not measured from 8 to 9 s. */
const SMILE = Array.from({ length: 51 }, (_, i) => i / 5)
  .filter((timeS) => timeS < 8 || timeS > 9)
  .map((timeS) => {
    const value = timeS > 3.3 && timeS < 5.5 ? 0.9 : 0.1;
    return { timeS, value, presence: presenceOf({ value, scale: "probability", weight: 0.9 }), weight: 0.9 };
  });

function clipLedger() {
  const ledger = createEvidenceLedger([face()]);
  const timeline: NewEvidence = {
    ...{ kind: "action-unit", faceId: "F1", region: null, statement: "AU12 (lip corner puller), probability" },
    value: { type: "timeline", au: "AU12", side: "both", scale: "probability", samples: SMILE },
    source: { type: "toolbox", name: "mesh@2" },
  };
  ledger.add(timeline);
  ledger.add({ ...expressionEvidence({ neutral: 0.95, happiness: 0.05 }), time: { fromS: 0, toS: 3.2 } });
  ledger.add({ ...expressionEvidence({ happiness: 0.9, neutral: 0.1 }), time: { fromS: 3.4, toS: 5.4 } });
  return ledger;
}

describe("grounding in a clip", () => {
  const verdictsOf = (...statements: string[]) => {
    const cues = statements.map((statement) => cue(statement, { evidenceIds: ["E1"] }));
    const { claims } = checkGrounding(judgment(subject({ cues })), clipLedger());
    return claims.filter(({ part }) => part === "cue").map(({ verdict, reason }) => ({ verdict, reason }));
  };

  it.each([
    ["AU12 is present at 4.1 s", "supported"],
    ["AU12 is present at 1 s", "contradicted"],
    ["AU12 is absent at 1.0 s", "supported"],
    ["AU12 is absent at 4.1 s", "contradicted"],
    ["AU12 is present from 3.4 to 5.4 s", "supported"],
    ["AU12 is absent from 6.0 to 7.5 s", "supported"],
    ["AU12 is absent from 2.0 to 4.0 s", "contradicted"],
    // Between two frames the nearer one tells; in a second that was not measured none does.
    ["AU12 is present at 4.31 s", "supported"],
    ["AU12 is present at 8.5 s", "not-measurable"],
    ["AU12 is present at 60 s", "not-measurable"],
    // Without a time: at any.
    ["AU12 is present", "supported"],
    ["AU12 is absent", "contradicted"],
    ["AU12 (0.90) at 4.1 s", "supported"],
    ["AU12 (0.90) at 1.0 s", "contradicted"],
  ])("holds %j against what was measured then: %s", (statement, verdict) => {
    expect(verdictsOf(statement)[0]?.verdict).toBe(verdict);
  });

  it("says which frame decided, and that a time was not measured", () => {
    expect(verdictsOf("AU12 is present at 1.0 s", "AU12 is present at 8.5 s").map(({ reason }) => reason)).toEqual([
      "AU12 at 1 s is said to be present, but mesh@2 measured 0.1 at 1 s (absent, E1)",
      "No toolbox in use measured AU12 at 8.5 s on F1",
    ]);
  });

  it("holds the expressions of a sentence against the readings of its time", () => {
    const answered = (answer: string) => {
      const { claims } = checkGrounding(
        { ...judgment(subject({ integrated: subject().integrated })), answer },
        clipLedger(),
      );
      return claims.find(({ part }) => part === "answer")?.verdict;
    };
    expect(answered("F1 expresses happiness from 3.4 to 5.4 s.")).toBe("supported");
    const neutral = { ...subject().faceOnly, distribution: [{ label: "neutral", probability: 1, novel: false }] };
    const abstains = { ...subject().contextOnly };
    const overTime = [
      { fromS: 0, toS: 3.2, faceOnly: neutral, contextOnly: abstains, integrated: neutral },
      { fromS: 3.4, toS: 5.4, faceOnly: subject().faceOnly, contextOnly: abstains, integrated: subject().integrated },
    ];
    const timed = (answer: string) => {
      const { claims } = checkGrounding({ ...judgment(subject({ overTime })), answer }, clipLedger());
      return claims.find(({ part }) => part === "answer")?.verdict;
    };
    expect(timed("F1 expresses happiness at 1.0 s.")).toBe("contradicted");
    expect(timed("F1 expresses happiness at 4.0 s.")).toBe("supported");
    expect(timed("F1 expresses happiness.")).toBe("supported");
  });
});
