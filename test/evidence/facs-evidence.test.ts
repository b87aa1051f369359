import { describe, expect, it } from "vitest";
import { EvidenceItem } from "../../src/domain/evidence.ts";
import { facsEvidence } from "../../src/evidence/facs-evidence.ts";
import { actionUnits, face } from "../support/builders.ts";

const REST = Object.fromEntries(
  [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 23, 24, 25, 26, 27, 28].map((n) => [`AU${n}`, 0.05]),
);

function statements(values: Record<string, number>, by = {}) {
  return facsEvidence(face(values, by)).map(({ statement }) => statement);
}

describe("facsEvidence", () => {
  it("derives rules, compounds and smiles from what one toolbox measured", () => {
    expect(statements({ ...REST, AU6: 0.95, AU12: 0.95, AU25: 0.9 })).toEqual([
      expect.stringMatching(
        /^Derived by emotion rules over action units \(probability\): happiness 0\.9\d; too little is measured for contempt$/,
      ),
      "Closest FACS prototype over action units (probability): happiness (2 of 2 units: AU6, AU12), agreement 0.80 of 1; what is shown, not what observers perceive",
      "Derived by Du and Martinez's compounds over action units (probability): happy fits",
      "Derived by smile types over action units (probability): Duchenne",
    ]);
  });

  it("returns ties as ties and says how much of a rule it sees", () => {
    const found = statements(
      { AU4: 4, AU10: 4, AU12: 0, AU17: 0, AU15: 0 },
      { toolbox: "openface@2.2", scale: "intensity-0-5" },
    );
    expect(found.find((statement) => statement.includes("compounds"))).toMatch(
      /appalled, hatred, sadly disgusted fit, equally well \(at least \d+ % of each is measured\)$/,
    );
  });

  it("scores pain on intensities, as a range where something is missing, and leaves it out on probabilities", () => {
    const openface = { toolbox: "openface@2.2", scale: "intensity-0-5" };
    expect(statements({ AU4: 3, AU6: 2, AU7: 4, AU9: 1, AU10: 2 }, openface).at(-1)).toBe(
      "Derived pain score (PSPI) over action units (intensity-0-5): 9.0 to 10.0 of 16, as AU43 was not measured",
    );
    expect(statements({ AU4: 0.9, AU6: 0.9, AU9: 0.9 }).some((statement) => statement.includes("PSPI"))).toBe(false);
  });

  it("keeps the scales of one toolbox apart and makes items that fit the ledger", () => {
    const [measurement] = face().measurements;
    if (measurement === undefined) throw new Error("A face has a measurement");
    const own = [
      ...actionUnits({ AU12: 4, AU6: 3 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
      ...actionUnits({ AU12: 0, AU6: 0 }, { toolbox: "openface@2.2", scale: "binary" }),
    ];
    const items = facsEvidence({
      ...face(),
      measurements: [{ ...measurement, toolbox: "openface@2.2", actionUnits: own }],
    });
    const smiles = items.filter(({ statement }) => statement.includes("smile types"));
    expect(smiles).toHaveLength(1);
    expect(smiles[0]?.statement).toContain("(intensity-0-5)");
    for (const item of items) expect(EvidenceItem.safeParse({ id: "E1", ...item }).success).toBe(true);
  });

  it("derives nothing from a face on which no action unit was measured", () => {
    expect(statements({})).toEqual([]);
  });
});
