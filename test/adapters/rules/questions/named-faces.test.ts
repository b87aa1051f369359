import { expect, it } from "vitest";
import { withFacesForNames } from "../../../../src/adapters/rules/questions/named-faces.ts";
import { contextEvidence, ledgerOf } from "../../../support/builders.ts";

const said = (speaker: string, spokenBy: string | null) => ({
  ...{ kind: "utterance" as const, faceId: null, region: null, statement: `${speaker} says it` },
  source: { type: "user" as const, name: "user" },
  value: { type: "utterance" as const, text: "It", speaker, spokenBy, knownBy: null },
});

it.each([
  ["What does Ann feel?", "What does F1 feel?"],
  ["Is ann's smile like Bob's?", "Is F1's smile like F2's?"],
  ["Does Cleo nod?", "Does F3 nod?"],
  ["Are the Anns happy?", "Are the Anns happy?"],
  ["Is Dan sad, or Eve?", "Is Dan sad, or Eve?"],
])("takes people by the names that are known of faces: %s", (question, asked) => {
  const ledger = ledgerOf(
    contextEvidence("Ann (F1) talks to Bob = f2, and F3 is Cleo."),
    said("Ann", "F1"),
    said("Dan", "F1"),
    said("Dan", "F2"),
    said("Eve", null),
  );
  expect(withFacesForNames(question, ledger.items())).toBe(asked);
});
