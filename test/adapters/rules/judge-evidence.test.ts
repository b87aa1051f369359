import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { viewOf } from "../../../src/adapters/rules/evidence-view.ts";
import { judgeEvidence } from "../../../src/adapters/rules/judge-evidence.ts";
import type { EvidenceLedger } from "../../../src/domain/evidence-ledger.ts";
import { Judgment, type Reading, type SubjectJudgment } from "../../../src/domain/judgment.ts";
import { complaintsAbout } from "../../../src/domain/judgment-check.ts";
import { BASIC_LABELS } from "../../../src/domain/labels.ts";
import { checkGrounding, contradictionComplaints } from "../../../src/judging/check-grounding.ts";
import {
  contextEvidence,
  expressionEvidence,
  faceEvidence,
  findingEvidence,
  foundFaceEvidence,
  ledgerOf,
  type NewEvidence,
  observationEvidence,
  qualityEvidence,
} from "../../support/builders.ts";

const REST = Object.fromEntries(
  [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 27].map((n) => [`AU${n}`, 0.1]),
);
const smiling = faceEvidence({ ...REST, AU6: 0.9, AU12: 0.95 });
const polite = faceEvidence({ ...REST, AU12: 0.9 });
const faint = { anger: 0.005, disgust: 0.005, fear: 0.005, sadness: 0.005 };
const happyNetwork = expressionEvidence({ ...faint, happiness: 0.92, neutral: 0.04, surprise: 0.02 });
const atRest = faceEvidence(REST);
const neutralNetwork = expressionEvidence({ ...faint, neutral: 0.9, sadness: 0.06, happiness: 0.02, surprise: 0.01 });

function judge(ledger: EvidenceLedger, labels: readonly string[] | null = null) {
  return judgeEvidence(viewOf(ledger.items(), { labels }));
}

function judgeOne(...items: (NewEvidence | NewEvidence[])[]) {
  const [subject] = judge(ledgerOf(...items)).subjects;
  if (subject === undefined) throw new Error("There is always a subject");
  return subject;
}

function top(reading: Reading) {
  return reading.distribution[0]?.label;
}

function probabilityOf(reading: Reading, label: string): number {
  return reading.distribution.find((entry) => entry.label === label)?.probability ?? 0;
}

describe("the rules baseline, asked about a smile", () => {
  const networks = ["face-api-expression@1.7.15", "human-emotion@3.3.6", "crowd-face@265864da"];
  const allSay = (distribution: Readonly<Record<string, number>>) =>
    networks.map((source) => expressionEvidence({ ...faint, ...distribution }, { source }));
  const answerTo = (question: string, seen: NewEvidence[]) =>
    judgeEvidence(viewOf(ledgerOf(foundFaceEvidence(), smiling, seen).items(), { question })).answer;

  it.each(["Is this a Duchenne smile?", "Is she smiling?"])(
    "tells, to %s, that the face is read as sad",
    (question) => {
      expect(answerTo(question, allSay({ sadness: 0.9, neutral: 0.06, happiness: 0.01 }))).toMatch(
        /^Yes: .*\(AU12\).*, although observers are expected to see it expressing sadness \(0\.\d\d\) \[E/,
      );
      expect(answerTo(question, allSay({ happiness: 0.92, neutral: 0.06 }))).not.toContain("although");
    },
  );
});

describe("the rules baseline, asked where somebody looks", () => {
  const looking = findingEvidence("relation", "looks at camera");
  it.each([
    ["Is she looking at the camera?", "Yes"],
    ["Is she looking away from the camera?", "No"],
  ])("says of one who looks at it, to %s, %s", (question, head) => {
    const items = ledgerOf(foundFaceEvidence(), smiling, happyNetwork, looking).items();
    expect(judgeEvidence(viewOf(items, { question })).answer).toMatch(new RegExp(`^${head}: .*\\[E\\d+\\]\\.$`));
  });
});

describe("the rules baseline, readings", () => {
  it("reads a smile as happiness and says which measurements speak for it", () => {
    const subject = judgeOne(smiling, happyNetwork);
    expect(top(subject.faceOnly)).toBe("happiness");
    expect(probabilityOf(subject.faceOnly, "happiness")).toBeGreaterThan(0.8);
    const smile = subject.cues.find(({ actionUnits }) => actionUnits[0]?.au === "AU12");
    expect(smile).toMatchObject({
      statement: "The lip corners are pulled up (AU12)",
      label: "happiness",
      direction: "for",
      claimType: "expressed",
      actionUnits: [{ au: "AU12", side: "both", state: "present" }],
    });
  });

  it("leaves the integrated reading to the face when there is no context, and says so", () => {
    const subject = judgeOne(smiling, happyNetwork);
    expect(subject.contextOnly).toMatchObject({ distribution: [], abstention: expect.stringContaining("No context") });
    expect(subject.integrated.distribution).toEqual(subject.faceOnly.distribution);
    expect(subject.congruence.verdict).toBe("not assessable");
  });

  it("lets a context that agrees strengthen the face", () => {
    const subject = judgeOne(polite, neutralNetwork, contextEvidence("She has just won the final"));
    expect(top(subject.contextOnly)).toBe("happiness");
    expect(probabilityOf(subject.integrated, "happiness")).toBeGreaterThan(
      probabilityOf(subject.faceOnly, "happiness"),
    );
  });

  it("makes no fear of a surprised face at a happy event, though texts speak of fear more often than of surprise", () => {
    const startled = expressionEvidence({ surprise: 0.5, fear: 0.44, neutral: 0.03, happiness: 0.03 });
    const subject = judgeOne(startled, contextEvidence("At a wedding"));
    expect(top(subject.contextOnly)).toBe("happiness");
    expect(top(subject.faceOnly)).toBe("surprise");
    expect(top(subject.integrated)).toBe("surprise");
    const odds = ({ integrated, faceOnly }: typeof subject, label: string) =>
      probabilityOf(integrated, label) / probabilityOf(faceOnly, label);
    expect(odds(subject, "fear")).toBeLessThanOrEqual(odds(subject, "surprise"));
  });

  it("lets the same neutral face be read by its context, as Kuleshov did", () => {
    const valence = (text: string) =>
      judgeOne(atRest, neutralNetwork, contextEvidence(text)).integrated.valence?.value ?? Number.NaN;
    expect(valence("At the funeral of her child")).toBeLessThan(valence("A passport photo") - 0.1);
    expect(valence("She has just won the lottery")).toBeGreaterThan(valence("A passport photo") + 0.1);
  });

  it("abstains from the context that it does not understand and names the item", () => {
    const subject = judgeOne(smiling, contextEvidence("Photo 3"));
    expect(subject.contextOnly.abstention).toMatch(/The context in E\d+ is not read: it tells of no situation/);
  });

  it("reads the context alone where no face was found", () => {
    const [scene] = judge(ledgerOf(contextEvidence("A birthday party"))).subjects;
    expect(scene).toMatchObject({ faceId: null, faceOnly: { abstention: expect.stringContaining("No face") } });
    expect(scene?.integrated.distribution).toEqual(scene?.contextOnly.distribution);
  });

  it("says so where the action units show a prototype that observers are not expected to perceive", () => {
    const pressed = faceEvidence({ ...REST, AU4: 0.95, AU7: 0.95, AU23: 0.95 });
    const asNeutral = [
      expressionEvidence({ ...faint, neutral: 0.97 }, { source: "face-api-expression@1.7.15" }),
      expressionEvidence({ ...faint, neutral: 0.97 }, { source: "human-emotion@3.3.6" }),
      expressionEvidence({ ...faint, neutral: 0.97, contempt: 0.01 }, { source: "crowd-face@265864da" }),
    ];
    const subject = judgeOne(pressed, ...asNeutral);
    expect(top(subject.faceOnly)).toBe("neutral");
    const [anger] = subject.alternatives.filter(({ label }) => label === "anger");
    expect(anger?.whatWouldDecide).toMatch(
      /prototype of anger \(3 of 3 units: AU4, AU7, AU23\), while observers .* neutral/,
    );
    const smile = judgeOne(smiling, happyNetwork).alternatives.map(({ whatWouldDecide }) => whatWouldDecide);
    expect(smile.join()).not.toContain("prototype");
  });

  it("abstains from everything when there is nothing at all", () => {
    const judged = judge(ledgerOf());
    expect(judged.subjects[0]?.integrated.distribution).toEqual([]);
    expect(complaintsAbout(judged, { ledger: ledgerOf(), faces: [] })).toEqual([]);
  });

  it("does not read a face that is too small or too poor", () => {
    const small = judgeOne(smiling, happyNetwork, qualityEvidence({ facePx: 14, overall: 0.4 }));
    expect(small.faceOnly.abstention).toBe("The face is 14 px wide, too small to be read");
    const poor = judgeOne(smiling, happyNetwork, qualityEvidence({ facePx: 90, overall: 0.01 }));
    expect(poor.faceOnly.abstention).toContain("too poor to be read");
  });

  it("is less sure of a poor face and of sources that disagree", () => {
    const clear = probabilityOf(judgeOne(smiling, happyNetwork).faceOnly, "happiness");
    const poor = judgeOne(smiling, happyNetwork, qualityEvidence({ facePx: 90, overall: 0.3 }));
    const torn = judgeOne(smiling, expressionEvidence({ anger: 0.95, neutral: 0.05 }));
    expect(probabilityOf(poor.faceOnly, "happiness")).toBeLessThan(clear);
    expect(probabilityOf(torn.faceOnly, "happiness")).toBeLessThan(clear);
    expect(torn.faceOnly.distribution.every(({ probability }) => probability < 0.7)).toBe(true);
  });

  it("does not take a label that a network does not know for ruled out", () => {
    const oneSided = faceEvidence({ ...REST, "AU14:left": 0.95, "AU14:right": 0.05 });
    const withoutContempt = expressionEvidence({ neutral: 0.7, happiness: 0.2, anger: 0.1 });
    const subject = judgeOne(
      oneSided.filter(({ statement }) => !statement.startsWith("AU14 (both)")),
      withoutContempt,
    );
    expect(probabilityOf(subject.faceOnly, "contempt")).toBeGreaterThan(0.1);
  });

  it("keeps what is said of the face out of the context and reads the rest", () => {
    const contextOf = (text: string) => judgeOne(atRest, neutralNetwork, observationEvidence(text)).contextOnly;
    expect(contextOf("She smiles with raised cheeks")).toMatchObject({
      distribution: [],
      abstention: expect.stringContaining("only of the face"),
    });
    const smiling = contextOf("She smiles with raised cheeks at her father's funeral");
    expect(top(smiling)).toBe("sadness");
    expect(smiling).toEqual(contextOf("She frowns with lowered brows at her father's funeral"));
  });

  it("says in words that it reads no other language", () => {
    const { contextOnly } = judgeOne(smiling, contextEvidence("Bei der Beerdigung seiner Mutter"));
    expect(contextOnly.abstention).toContain("written in German: context is read in English only");
  });

  it("cites the text for a situation that no table has a name for, in the answer and beside the face", () => {
    const ledger = ledgerOf(smiling, happyNetwork, contextEvidence("The lorry came straight at them on the icy road"));
    const { answer, subjects } = judge(ledger);
    const id = ledger.items().find(({ kind }) => kind === "context-text")?.id;
    expect(subjects[0] && top(subjects[0].contextOnly)).toBe("fear");
    expect(subjects[0]?.cues).toContainEqual(expect.objectContaining({ label: "fear", evidenceIds: [id] }));
    expect(subjects[0]?.congruence).toMatchObject({
      verdict: "incongruent",
      evidenceIds: expect.arrayContaining([id]),
    });
    expect(answer).toContain(`[${id}]`);
  });

  it("turns a denial into its opposite and cites the text for it", () => {
    const subject = judgeOne(polite, neutralNetwork, contextEvidence("She was not hurt in the crash"));
    expect(top(subject.contextOnly)).toBe("happiness");
    expect(subject.cues).toContainEqual(
      expect.objectContaining({
        label: "happiness",
        statement: expect.stringContaining("denied"),
        evidenceIds: [expect.stringMatching(/^E\d+$/)],
      }),
    );
  });

  it("reads observations about another face for that face only", () => {
    const items = [smiling, faceEvidence(REST, { faceId: "F2" }), observationEvidence("She holds a trophy", "F2")];
    const [one, two] = judge(ledgerOf(...items)).subjects;
    expect(one?.contextOnly.distribution).toEqual([]);
    expect(two && top(two.contextOnly)).toBe("happiness");
  });
});

describe("the rules baseline, names for combinations", () => {
  it.each([
    ["masking", polite, happyNetwork, "She is at her mother's funeral"],
    ["nervous smile", smiling, happyNetwork, "He is waiting for the results of his exam"],
    ["schadenfreude", smiling, happyNetwork, "His rival fell on the stairs"],
    ["polite smile", polite, happyNetwork, "A receptionist greets a guest"],
    ["restraint", atRest, neutralNetwork, "He has just been insulted by his boss"],
    [
      "tears of joy",
      faceEvidence({ ...REST, AU1: 0.9, AU4: 0.8, AU15: 0.9 }),
      expressionEvidence({ sadness: 0.9, neutral: 0.1 }),
      "She won the gold medal",
    ],
    [
      "startled delight",
      faceEvidence({ ...REST, AU1: 0.9, AU2: 0.9, AU5: 0.9, AU26: 0.9 }),
      expressionEvidence({ surprise: 0.95, neutral: 0.05 }),
      "He unwraps a gift",
    ],
  ])("finds %s", (kind, face, network, text) => {
    expect(judgeOne(face, network, contextEvidence(text)).congruence.kind).toBe(kind);
  });

  it("does not call a context congruent that turns the face's reading into another", () => {
    const torn = expressionEvidence({ neutral: 0.52, happiness: 0.44, sadness: 0.04 });
    const { faceOnly, integrated, congruence } = judgeOne(torn, contextEvidence("They have just won the lottery"));
    expect([faceOnly, integrated].map(({ distribution }) => distribution[0]?.label)).toEqual(["neutral", "happiness"]);
    expect(congruence.verdict).toBe("ambiguous");
  });

  it("gives no name to face and context that simply agree", () => {
    const { congruence } = judgeOne(smiling, happyNetwork, contextEvidence("A wedding"));
    expect(congruence).toMatchObject({ verdict: "congruent", kind: null });
  });
});

describe("the rules baseline, what else it says", () => {
  it("infers appraisals from the situation alone and names the others as not inferable", () => {
    const { appraisals } = judgeOne(smiling, contextEvidence("She lost the final"));
    expect(appraisals).toHaveLength(18);
    const conduciveness = appraisals.find(({ dimension }) => dimension === "goal conduciveness");
    expect(conduciveness?.value).toBeLessThan(-0.5);
    expect(conduciveness?.evidenceIds).toHaveLength(1);
    expect(appraisals.find(({ dimension }) => dimension === "suddenness")?.value).toBe("not inferable");
  });

  it("offers compound emotions, ties together, and what would decide", () => {
    const face = faceEvidence({ ...REST, AU4: 0.9, AU10: 0.9, AU24: 0.9 });
    const labels = judgeOne(face, expressionEvidence({ disgust: 0.6, anger: 0.4 })).alternatives.map(
      ({ label }) => label,
    );
    expect(labels).toEqual(expect.arrayContaining(["appalled", "hatred"]));
  });

  it("makes no cue of an action unit that toolboxes dispute", () => {
    const subject = judgeOne(
      smiling,
      happyNetwork,
      faceEvidence({ AU12: 0 }, { toolbox: "pyafar@1", scale: "binary" }),
    );
    expect(subject.cues.flatMap(({ actionUnits }) => actionUnits.map(({ au }) => au))).not.toContain("AU12");
  });

  it("keeps to the labels that were given", () => {
    const ledger = ledgerOf(smiling, happyNetwork);
    const [subject] = judge(ledger, ["Amusement", "Awe", "Fear"]).subjects;
    const labels = subject?.integrated.distribution ?? [];
    expect(labels[0]).toMatchObject({ label: "Amusement", novel: false });
    expect(labels.filter(({ label }) => !["Amusement", "Awe", "Fear"].includes(label))).toEqual([]);
    expect(labels.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
    const facts = { ledger, faces: ledger.faces(), taxonomy: ["Amusement", "Awe", "Fear"] };
    expect(complaintsAbout(judge(ledger, facts.taxonomy), facts)).toEqual([]);
  });

  it("names what face and context tell, and what stays open, in the labels that were given", () => {
    const labels = ["Amusement", "Sad", "Fear"];
    const mixed = expressionEvidence({ happiness: 0.55, sadness: 0.3, neutral: 0.15 });
    const [subject] = judge(ledgerOf(faceEvidence({}), mixed, contextEvidence("At a funeral")), labels).subjects;
    expect(subject?.congruence.statement).toMatch(
      /^The face alone is read as Amusement, and the context alone leads one to expect Sad/,
    );
    const alone = judge(ledgerOf(faceEvidence({}), mixed), labels).subjects[0];
    expect(alone?.integrated.distribution[0]?.label).toBe("Amusement");
    expect(alone?.alternatives.map(({ label }) => label)).toEqual(["Sad"]);
  });

  it("abstains where none of the given labels fits, and says what is read", () => {
    const ledger = ledgerOf(smiling, happyNetwork);
    const labels = ["Anger", "Fear"];
    const judgment = judge(ledger, labels);
    expect(judgment.subjects[0]?.integrated).toMatchObject({
      distribution: [],
      abstention: "None of the given labels fits: what is read is happiness",
    });
    expect(complaintsAbout(judgment, { ledger, faces: ledger.faces(), taxonomy: labels })).toEqual([]);
  });

  const example = (category: string, similarity: number, isNot = false): NewEvidence => ({
    kind: "exemplar",
    faceId: null,
    region: null,
    statement: `An example of ${category} that is like to ${similarity}`,
    value: {
      type: "likeness",
      category,
      isNot,
      faces: [
        { faceId: "F1", similarity },
        { faceId: "F2", similarity: 1 },
      ],
    },
    source: { type: "store", name: `my-pack ${category} ${similarity} ${isNot}` },
  });

  it.each([
    ["half of the reading where the nearest is as like as half of those that show it", 0.893, 0.5],
    ["more where it is more like", 0.95, 0.61],
    ["little where it is not very like", 0.7, 0.179],
  ])("gives labelled examples %s", (_name, similarity, share) => {
    const subject = judgeOne(smiling, happyNetwork, example("selfie smile", similarity));
    expect(probabilityOf(subject.faceOnly, "selfie smile")).toBeCloseTo(share, 2);
    expect(subject.faceOnly.distribution.find(({ label }) => label === "selfie smile")?.novel).toBe(true);
  });

  it("takes an own category back where what it is not, or another, is nearer", () => {
    const own = [0.93, 0.9, 0.88].map((similarity) => example("selfie smile", similarity));
    const shareOf = (...others: NewEvidence[]) =>
      probabilityOf(judgeOne(smiling, happyNetwork, ...own, ...others).faceOnly, "selfie smile");
    expect(shareOf()).toBeCloseTo(0.57, 2);
    expect(shareOf(example("selfie smile", 0.6, true))).toBeCloseTo(0.749, 3);
    expect(shareOf(example("selfie smile", 0.95, true))).toBeCloseTo(0.212, 3);
    const both = judgeOne(smiling, happyNetwork, ...own, example("grin", 0.6));
    expect(probabilityOf(both.faceOnly, "selfie smile")).toBeGreaterThan(0.6);
    expect(probabilityOf(both.faceOnly, "grin")).toBeLessThan(0.05);
    // What is said not to be a grin says nothing of selfie smiles.
    expect(shareOf(example("grin", 0.95, true))).toBeCloseTo(shareOf(), 10);
  });

  it("chooses among own categories by their examples, whatever networks read, and abstains where the face is like none", () => {
    const labels = ["selfie smile", "grin"];
    const reading = (like: number) =>
      judge(ledgerOf(smiling, happyNetwork, example("selfie smile", like), example("grin", 0.6)), labels).subjects[0]
        ?.integrated;
    expect(reading(0.9)).toMatchObject({ distribution: [{ label: "selfie smile", novel: false }, { label: "grin" }] });
    expect(reading(0.6)?.abstention).toBe("None of the given labels fits: what is read is happiness");
  });

  it("is not certain of the one category that an example was shown of, and leaves the others what they were beforehand", () => {
    const labels = ["selfie smile", "grin", "smirk"];
    const { integrated } = judge(ledgerOf(smiling, happyNetwork, example("selfie smile", 0.9)), labels)
      .subjects[0] as SubjectJudgment;
    const told = integrated.distribution.map(({ label, probability }) => [label, Number(probability.toFixed(2))]);
    expect(told).toEqual([
      ["selfie smile", 0.79],
      ["grin", 0.11],
      ["smirk", 0.11],
    ]);
  });

  it.each([
    ["says is shown and measurements say is not", "smile without shown teeth", { AU12: 0.1 }],
    ["says is not shown and measurements say is", "closed-lip smile", { AU25: 0.9 }],
  ])("keeps a face from a category whose name says of an action unit what it %s", (_case, category, measured) => {
    const given = (units: Readonly<Record<string, number>>) =>
      judge(ledgerOf(faceEvidence({ AU12: 0.9, AU25: 0.1, ...units }), happyNetwork, example(category, 0.95)), [
        category,
        "composed",
      ]);
    expect(top(given({}).subjects[0]?.integrated as Reading)).toBe(category);
    expect(given(measured).subjects[0]?.integrated.abstention).toContain("None of the given labels fits");
  });

  it("cites the example that speaks for a category of one's own, in a cue and in the answer", () => {
    const ledger = ledgerOf(smiling, happyNetwork, example("selfie smile", 0.95), example("grin", 0.4));
    const [shown] = ledger.ofKind("exemplar");
    const { answer, subjects } = judge(ledger, ["selfie smile", "grin"]);
    expect(subjects[0]?.cues.find(({ label }) => label === "selfie smile")).toMatchObject({
      statement: 'The face is like an example of "selfie smile" to 0.95 of 1',
      direction: "for",
      evidenceIds: [shown?.id],
    });
    expect(answer).toBe(`F1 is perceived as expressing selfie smile (1.00) [${shown?.id}].`);
  });

  it("keeps a face from the label of eight examples that it is only somewhat like, and one that shows it in it", () => {
    const contempt = Array.from({ length: 8 }, (_, i) => example("contempt", 0.9 - i / 100));
    const [without, shown] = [judgeOne(smiling, happyNetwork), judgeOne(smiling, happyNetwork, ...contempt)];
    const shares = [without, shown].map(({ faceOnly }) => probabilityOf(faceOnly, "contempt"));
    expect(top(shown.faceOnly)).toBe("happiness");
    expect(shares[1]).toBeGreaterThan(shares[0] as number);
    // More examples alike say no more than three of them do.
    expect(shares[1]).toBeLessThan(2.2 * (shares[0] as number));
  });

  it("answers in at most four plain sentences, the expression first", () => {
    const { answer } = judge(ledgerOf(smiling, happyNetwork, contextEvidence("She has just won the final")));
    expect(answer).toMatch(/^F1 is perceived as expressing happiness \(0\.\d\d\), as the lip corners are pulled up/);
    expect(answer).toContain("The context, winning, leads one to expect happiness");
    expect(answer.match(/[.!?](?=\s|$)/g)?.length).toBeLessThanOrEqual(4);
  });

  it("counts the faces of a crowd instead of naming each", () => {
    const faces = Array.from({ length: 7 }, (_, index) =>
      faceEvidence({ ...REST, AU6: 0.9, AU12: 0.9 }, { faceId: `F${index + 1}` }),
    );
    expect(judge(ledgerOf(...faces)).answer).toContain("Of 7 faces, 7 are perceived as expressing happiness");
  });

  it("names the one face of a crowd that is read otherwise", () => {
    const faces = Array.from({ length: 6 }, (_, index) =>
      faceEvidence({ ...REST, AU6: 0.9, AU12: 0.9 }, { faceId: `F${index + 1}` }),
    );
    const sad = faceEvidence({ ...REST, AU1: 0.9, AU4: 0.9, AU15: 0.9 }, { faceId: "F7" });
    expect(judge(ledgerOf(...faces, sad)).answer).toMatch(
      /^Of 7 faces, 6 are perceived as expressing happiness .*; F7 is perceived as expressing sadness/,
    );
  });
});

describe("the rules baseline, whatever the evidence", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const aus = Object.keys(REST);
  const faceItems = (faceId: string) =>
    fc
      .record({
        values: fc.array(unit, { minLength: aus.length, maxLength: aus.length }),
        kept: fc.subarray(aus),
        sided: fc.boolean(),
        second: fc.option(fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 }), {
          nil: null,
        }),
        masses: fc.option(fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }), {
          nil: null,
        }),
        quality: fc.option(unit, { nil: null }),
      })
      .map(({ values, kept, sided, second, masses, quality }): NewEvidence[] => {
        const measured = Object.fromEntries(
          kept.map((au) => [sided && au === "AU14" ? "AU14:left" : au, values[aus.indexOf(au)] ?? 0]),
        );
        const total = (masses ?? []).reduce((sum, mass) => sum + mass, 0);
        return [
          ...faceEvidence(measured, { faceId }),
          ...(second === null
            ? []
            : faceEvidence(
                { AU12: second[0] ?? 0, AU4: second[1] ?? 0, AU6: second[2] ?? 0, AU1: second[3] ?? 0 },
                { faceId, toolbox: "openface@2.2", scale: "intensity-0-5" },
              )),
          ...(masses === null
            ? []
            : [
                expressionEvidence(
                  Object.fromEntries(BASIC_LABELS.map((label, at) => [label, (masses[at] ?? 0) / total])),
                  { faceId },
                ),
              ]),
          ...(quality === null ? [] : [qualityEvidence({ overall: quality, facePx: 100 }, faceId)]),
        ];
      });
  const texts = fc.constantFrom(
    "She has just won the final",
    "At the funeral",
    "He smiles at a joke",
    "Someone stole his bike, but he got a gift",
    "Quarterly numbers",
    "Not a party",
  );
  const ledgers = fc
    .tuple(fc.array(fc.constant(null), { maxLength: 3 }), fc.option(texts, { nil: null }))
    .chain(([faces, text]) =>
      fc.tuple(fc.tuple(...faces.map((_face, index) => faceItems(`F${index + 1}`))), fc.constant(text)),
    )
    .map(([faces, text]) => ledgerOf(...faces, ...(text === null ? [] : [contextEvidence(text)])));

  it("gives a judgment that passes every check and contradicts no measurement", () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        const judged = judge(ledger);
        expect(Judgment.safeParse(judged).error).toBeUndefined();
        expect(complaintsAbout(judged, { ledger, faces: ledger.faces() })).toEqual([]);
        const grounding = checkGrounding(judged, ledger);
        expect(contradictionComplaints(grounding)).toEqual([]);
        // A reading for which no single cue is strong enough is shown as a verdict without one.
        const uncited = grounding.claims.filter(
          ({ verdict, part }) => verdict === "uncited" && part !== "verdict" && part !== "answer",
        );
        expect(uncited).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same judgment to the same evidence", () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        expect(judge(ledger)).toEqual(judge(ledger));
      }),
      { numRuns: 20 },
    );
  });
});
