import { describe, expect, it } from "vitest";
import { claimsIn } from "../../src/judging/check-grounding-claims.ts";
import { cue, judgment, subject } from "../support/builders.ts";

/** Whom each sentence of an answer holds an action unit of, and whether of each or of any: `F1 F2 each`. */
function aboutWhom(answer: string, faces: readonly string[]): string[] {
  return claimsIn({ answer, subjects: [] }, faces).flatMap(({ assertions }) =>
    assertions.map(({ faceIds, of }) => `${faceIds.join(" ")} ${of}`),
  );
}

const three = ["F1", "F2", "F3"];

it.each([
  ['Ann says "I won! Look at me." [E3]. F1 smiles [E4].', ['Ann says "I won! Look at me." [E3].', "F1 smiles [E4]."]],
  ['"You won!" is said by Bob [E3]. F1 smiles.', ['"You won!" is said by Bob [E3].', "F1 smiles."]],
  // A mark that never closes takes nothing with it.
  ['He is 6" tall. F1 smiles.', ['He is 6" tall.', "F1 smiles."]],
])("takes a quotation and its citation as one sentence: %s", (answer, sentences) => {
  expect(claimsIn({ answer, subjects: [] }, three).map(({ statement }) => statement)).toEqual(sentences);
});

describe("whom a sentence is about", () => {
  it.each([
    ["F2 smiles.", "F2 each"],
    ["Smiling broadly, F2 looks up.", "F2 each"],
    ["F1 looks at F3 and F3 smiles.", "F3 each"],
    ["F1 and F2 smile.", "F1 F2 each"],
    ["F1, F2 & F3 smile.", "F1 F2 F3 each"],
    ["F1 as well as F3 smile.", "F1 F3 each"],
    ["F1 or F3 smiles.", "F1 F3 each"],
    ["F1 (0.98), F2 (0.9) and F3 smile.", "F1 F2 F3 each"],
    ["F1 next to F2 smiles.", "F2 each"],
    ["F1, F1 and F2 smile.", "F1 F2 each"],
    ["F9 smiles.", "F1 F2 F3 any"],
    ["xF2x smiles.", "F1 F2 F3 any"],
  ])("is told by ids: %s", (answer, about) => {
    expect(aboutWhom(answer, three)).toEqual([about]);
  });

  it.each([
    ["The woman on the left smiles.", "F1 each"],
    ["The woman at the far left smiles.", "F1 each"],
    ["The woman to the very left smiles.", "F1 each"],
    ["The man on the right smiles.", "F3 each"],
    ["The man at the very right smiles.", "F3 each"],
    ["The man to the far right smiles.", "F3 each"],
    ["The girl in the middle smiles.", "F2 each"],
    ["The girl in the center smiles.", "F2 each"],
    ["The girl in the CENTRE smiles.", "F2 each"],
    ["The people on the left and on the right smile.", "F1 F3 each"],
    ["Light falls on the left side; a smile is shown.", "F1 F2 F3 any"],
    ["Light falls on the left half; a smile is shown.", "F1 F2 F3 any"],
    ["A smile is drawn to the right corner.", "F1 F2 F3 any"],
  ])("is told by places, faces being numbered from left to right: %s", (answer, about) => {
    expect(aboutWhom(answer, three)).toEqual([about]);
  });

  it("is told by no place where there is one face, or no middle", () => {
    expect(aboutWhom("The woman on the right smiles.", ["F1"])).toEqual(["F1 any"]);
    expect(aboutWhom("The girl in the middle smiles.", ["F1", "F2"])).toEqual(["F1 F2 any"]);
    expect(aboutWhom("The girl in the middle smiles.", ["F1", "F2", "F3", "F4", "F5"])).toEqual(["F3 each"]);
  });

  it("is told by the sentence before, until another names somebody", () => {
    const answer = "F2 is at the back. She smiles. The sun shines. A smile again. F1 and F3 wave. They smile.";
    expect(aboutWhom(answer, three)).toEqual(["F2 any", "F2 any", "F1 F3 any"]);
    expect(claimsIn({ answer, subjects: [] }, three).map(({ faceIds }) => faceIds.join(" "))).toEqual([
      "F2",
      "F2",
      "F2",
      "F2",
      "F1 F3",
      "F1 F3",
    ]);
  });

  it.each([
    ["Everyone smiles.", "each"],
    ["Everybody smiles.", "each"],
    ["They all smile.", "each"],
    ["All faces smile.", "each"],
    ["All of the people smile.", "each"],
    ["All the young women smile.", "each"],
    ["Both men smile.", "each"],
    ["Every child: no; all children smile.", "each"],
    ["Each of the girls smiles.", "each"],
    ["Both of them smile.", "each"],
    ["All subjects smile.", "each"],
    ["All persons smile.", "each"],
    ["All individuals smile.", "each"],
    ["All the boys smile.", "each"],
    ["There is no smile.", "each"],
    ["Someone smiles.", "any"],
    ["Somebody does not smile.", "any"],
    ["One of them does not smile.", "any"],
    ["One person does not smile.", "any"],
    ["Another does not smile.", "any"],
    ["At least one does not smile.", "any"],
    ["Not all faces smile.", "any"],
    ["Not everyone smiles.", "any"],
    ["A smile is shown.", "any"],
  ])("is everyone or anyone where nobody is named: %s", (answer, of) => {
    expect(aboutWhom(answer, three)[0]).toBe(`F1 F2 F3 ${of}`);
  });
});

describe("the claims of a judgment", () => {
  it("are its cues, appraisals with a value, assessed congruence and every sentence of its answer", () => {
    const made = {
      ...judgment(
        subject({
          cues: [cue("A smile", { evidenceIds: ["E1"], actionUnits: [{ au: "AU6", side: "left", state: "absent" }] })],
          appraisals: [
            { dimension: "control", value: 0.2, confidence: 0.3, evidenceIds: ["E4"] },
            { dimension: "urgency", value: "not inferable", confidence: null, evidenceIds: ["E4"] },
          ],
          congruence: { verdict: "congruent", kind: null, statement: "The smile fits", evidenceIds: ["E2"] },
        }),
      ),
      answer: "  She smiles [E1], E1 and E20.  E0 is none.  ",
    };
    const prose = {
      anyOf: ["AU12", "AU13"],
      side: "both",
      state: "present",
      statedValue: null,
      fromProse: true,
      window: null,
    };
    const inProse = { ...prose, faceIds: ["F1"], of: "any" };
    const own = { faceId: "F1", faceIds: ["F1"], mustCite: true };
    expect(claimsIn(made, ["F1"])).toEqual([
      {
        ...own,
        path: "subjects[0].cues[0]",
        part: "cue",
        statement: "A smile",
        prose: "A smile",
        evidenceIds: ["E1"],
        label: made.subjects[0]?.cues[0],
        assertions: [
          {
            anyOf: ["AU6"],
            side: "left",
            state: "absent",
            statedValue: null,
            fromProse: false,
            faceIds: ["F1"],
            of: "each",
            window: null,
          },
          inProse,
        ],
      },
      {
        ...own,
        path: "subjects[0].appraisals[0]",
        part: "appraisal",
        statement: "control: 0.2",
        prose: "control",
        evidenceIds: ["E4"],
        label: null,
        assertions: [],
      },
      {
        ...own,
        path: "subjects[0].congruence",
        part: "congruence",
        statement: "The smile fits",
        prose: "The smile fits",
        evidenceIds: ["E2"],
        label: null,
        assertions: [inProse],
      },
      {
        path: "answer",
        part: "answer",
        faceId: "F1",
        faceIds: ["F1"],
        statement: "She smiles [E1], E1 and E20.",
        prose: "She smiles [E1], E1 and E20.",
        evidenceIds: ["E1", "E20"],
        label: null,
        assertions: [inProse],
        mustCite: false,
      },
      {
        path: "answer",
        part: "answer",
        faceId: null,
        faceIds: ["F1"],
        statement: "E0 is none.",
        prose: "E0 is none.",
        evidenceIds: [],
        label: null,
        assertions: [],
        mustCite: false,
      },
    ]);
  });

  it("are about nobody where the subject has no face", () => {
    const [claim] = claimsIn(judgment(subject({ faceId: null, cues: [cue("A smile")] })), ["F1"]);
    expect(claim).toMatchObject({ faceId: null, faceIds: [], assertions: [{ faceIds: [], of: "any" }] });
  });

  it("name one face only where all that a sentence asserts is about one", () => {
    const faceOf = (answer: string) => claimsIn({ answer, subjects: [] }, three)[0]?.faceId;
    expect([faceOf("F1 smiles and F2 frowns."), faceOf("F2 smiles."), faceOf("A smile.")]).toEqual([null, "F2", null]);
  });
});
