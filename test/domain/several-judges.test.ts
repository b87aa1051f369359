import { describe, expect, it } from "vitest";
import { contextEffect } from "../../src/domain/context-effect.ts";
import type { Grounding } from "../../src/domain/grounding.ts";
import type { Judgment, SubjectJudgment } from "../../src/domain/judgment.ts";
import { agreementOf, cueOf, panelAlpha, panelClaims } from "../../src/domain/panel-agreement.ts";
import { poolSubjects } from "../../src/domain/pooled-reading.ts";
import { agreeingIn, readingRows } from "../../src/domain/reading-rows.ts";
import { type Panel, panelName } from "../../src/domain/several-judges.ts";
import { NO_TOKENS } from "../../src/domain/token-use.ts";
import { abstained, cue, judgment, reading, subject } from "../support/builders.ts";

type Verdict = Grounding["claims"][number]["verdict"];

const outcome = (id: string, given: Judgment | null, verdicts: Readonly<Record<string, Verdict>> = {}) => ({
  id,
  model: null,
  judgment: given,
  grounding: {
    claims: Object.entries(verdicts).map(([path, verdict]) => ({ path, verdict })),
  } as unknown as Grounding,
  failure: given === null ? "it is away" : null,
  tokens: NO_TOKENS,
});
const reads = (faceOnly: Record<string, number>, parts: Partial<SubjectJudgment> = {}) =>
  subject({ faceOnly: reading(faceOnly), integrated: reading(faceOnly), ...parts });
const panelOf = (judges: ReturnType<typeof outcome>[], faceIds: (string | null)[] = ["F1"]): Panel => ({
  judges,
  subjects: [],
  agreement: agreementOf(judges, faceIds),
  claims: [],
  chair: null,
});

describe("how far judges agree", () => {
  it("is told for each face and reading: the label each puts first, and the divergence over pairs", () => {
    const judges = [
      outcome("a", judgment(reads({ fear: 0.2, joy: 0.8 }), reads({ joy: 1 }, { faceId: "F2" }))),
      outcome("b", judgment(reads({ " Joy": 0.8, fear: 0.2 }), reads({ anger: 1 }, { faceId: "F2" }))),
      outcome("c", null),
      outcome("d", judgment(subject({ faceOnly: abstained() }), reads({ Anger: 1 }, { faceId: "F2" }))),
    ];
    const agreement = agreementOf(judges, ["F1", "F2", "F3"]);
    expect(agreement.map(({ faceId, reading: name }) => `${faceId} ${name}`)).toEqual([
      ...["F1 faceOnly", "F1 contextOnly", "F1 integrated"],
      ...["F2 faceOnly", "F2 contextOnly", "F2 integrated"],
      ...["F3 faceOnly", "F3 contextOnly", "F3 integrated"],
    ]);
    expect(agreement[0]).toEqual({
      faceId: "F1",
      reading: "faceOnly",
      tops: [
        { judge: "a", label: "joy" },
        { judge: "b", label: " Joy" },
        { judge: "d", label: null },
      ],
      divergenceBits: expect.closeTo(0, 9), // one distribution, whatever its case: the third gives none
    });
    // joy against anger twice is 1 bit, anger against anger 0
    expect(agreement[3]?.divergenceBits).toBeCloseTo(2 / 3, 9);
    expect(agreement[6]).toMatchObject({ tops: [], divergenceBits: null });
  });

  it("is Krippendorff's alpha over the faces of many images, one that is silent being missing", () => {
    const of = (...labels: (string | null)[]) =>
      panelOf(
        labels.map((label, at) =>
          outcome(`j${at}`, judgment(label === null ? subject({ faceOnly: abstained() }) : reads({ [label]: 1 }))),
        ),
      );
    expect(panelAlpha([of("joy", "Joy "), of("fear", "fear")], "faceOnly")).toBeCloseTo(1, 9);
    // By hand: joy-joy, fear-joy, and one that stands alone. Observed 2 of 4, expected 2 * (3 * 1) / (4 * 3).
    expect(panelAlpha([of("joy", "joy"), of("fear", "joy"), of("anger", null)], "faceOnly")).toBeCloseTo(0, 9);
    expect(panelAlpha([of("joy", "fear"), of("fear", "joy")], "faceOnly")).toBeCloseTo(-0.5, 9);
    // Of three labels two are the same each time: 4 of 6 ordered pairs differ, and 18 of 30 of all six labels.
    expect(panelAlpha([of("joy", "joy", "fear"), of("fear", "fear", "joy")], "faceOnly")).toBeCloseTo(
      1 - 4 / 6 / (18 / 30),
      9,
    );
    expect(panelAlpha([of("joy", "joy"), of("joy", "joy")], "faceOnly")).toBeNull();
    expect(panelAlpha([of("joy", "joy"), of("fear", "fear")], "contextOnly")).toBeNull();
    expect(panelAlpha([], "faceOnly")).toBeNull();
  });

  it("is counted as judges of the commonest label, one that abstains agreeing with nobody", () => {
    const tops = (...labels: (string | null)[]) => labels.map((label) => ({ label }));
    expect(agreeingIn(tops("joy", "Joy", "fear", null))).toBe(2);
    expect(agreeingIn(tops(null, null))).toBe(0);
  });
});

describe("the claims of a panel", () => {
  const cues = ["brows up", "eyes wide", "mouth open", "head back", "chin raised"].map((statement, at) =>
    cue(statement, { evidenceIds: [`E${at + 1}`] }),
  );
  const verdicts = ["supported", "contradicted", "uncited", "not-measurable", "disputed"] as const;
  const paths = Object.fromEntries(verdicts.map((verdict, at) => [`subjects[0].cues[${at}]`, verdict]));
  const judges = [
    outcome("a", judgment(subject({ cues }), subject({ faceId: "F2", cues: [cue("head back"), cue("unchecked")] })), {
      ...paths,
      "subjects[1].cues[0]": "supported",
    }),
    outcome("b", null),
    { ...outcome("c", judgment(subject({ cues }))), grounding: null },
    outcome("d", judgment(subject({ cues: [cue("brows up", { direction: "against" })] })), {
      "subjects[0].cues[0]": "supported",
    }),
  ];

  it("are the cues that cite evidence which does not say the opposite, numbered over all judges", () => {
    expect(
      panelClaims(judges).map(({ id, judge, faceId, statement, verdict }) => [id, judge, faceId, statement, verdict]),
    ).toEqual([
      ["C1", "a", "F1", "brows up", "supported"],
      ["C2", "a", "F1", "head back", "not-measurable"],
      ["C3", "a", "F1", "chin raised", "disputed"],
      ["C4", "a", "F2", "head back", "supported"],
      ["C5", "d", "F1", "brows up", "supported"],
    ]);
    expect(panelClaims(judges)[1]?.evidenceIds).toEqual(["E4"]);
  });

  it("each lead to the cue of the judge and the face they are from", () => {
    const [first, second, , other, last] = panelClaims(judges);
    const found = [first, second, other, last].map((claim) => claim && cueOf(claim, judges));
    expect(found).toEqual([cues[0], cues[3], cue("head back"), cue("brows up", { direction: "against" })]);
    expect(first && cueOf(first, judges.slice(1))).toBeUndefined();
  });
});

describe("the readings of a face in rows", () => {
  it("are the first label with its share, kept apart, and the scene where there is no face", () => {
    const [row, ...others] = readingRows(reads({ fear: 0.3, joy: 0.7 }, { faceId: null }), {});
    expect(row).toEqual({ face: "scene", faceOnly: "joy 0.70", contextOnly: "abstained", integrated: "joy 0.70" });
    expect(others).toEqual([]);
  });

  it("say how samples spread, and how many of them abstained", () => {
    const runs = [
      judgment(reads({ fear: 0.1, joy: 0.9 })),
      judgment(reads({ fear: 0.2, joy: 0.7, awe: 0.1 }, { integrated: abstained() })),
    ];
    const samples = { subjects: poolSubjects(runs) } as NonNullable<Parameters<typeof readingRows>[1]["samples"]>;
    const [row] = readingRows(reads({ fear: 0.15, joy: 0.8, awe: 0.05 }), { samples });
    expect(row).toEqual({
      face: "F1",
      faceOnly: "joy 0.80 ± 0.14",
      contextOnly: "2 of 2 abstained",
      integrated: "joy 0.80, 1 of 2 abstained",
    });
    const [other] = readingRows(reads({ joy: 1 }, { faceId: "F2" }), { samples });
    expect(other?.contextOnly).toBe("abstained");
  });

  it("have the labels that hold at a level below them", () => {
    const set = (statement: string) => ({ labels: null, outcome: "abstains" as const, statement });
    const sets = (faceId: string) => ({
      faceId,
      faceOnly: set(`${faceId} face`),
      contextOnly: set("context"),
      integrated: set("both"),
    });
    const labelSets = { subjects: [sets("F2"), sets("F1")] } as NonNullable<
      Parameters<typeof readingRows>[1]["labelSets"]
    >;
    const rows = readingRows(reads({ joy: 1 }), { labelSets });
    expect(rows[1]).toEqual({ face: "F1, labels", faceOnly: "F1 face", contextOnly: "context", integrated: "both" });
  });

  it("have every judge that read the face below them, and how far they agree", () => {
    const both = judgment(reads({ joy: 0.6, fear: 0.4 }), reads({ anger: 1 }, { faceId: "F2" }));
    const judges = [outcome("a", both), outcome("b", judgment(reads({ fear: 1 }))), outcome("c", null)];
    const panel = panelOf(judges, ["F1", "F2"]);
    const rows = readingRows(reads({ fear: 0.7, joy: 0.3 }), { panel });
    expect(rows.map((row) => row.face)).toEqual(["F1", "F1, a", "F1, b", "F1, agreement"]);
    expect(rows.map((row) => row.faceOnly)).toEqual([
      "fear 0.70",
      "joy 0.60",
      "fear 1.00",
      expect.stringMatching(/^1 of 2 agree, 0\.\d\d bits apart$/),
    ]);
    const second = readingRows(reads({ anger: 1 }, { faceId: "F2" }), { panel });
    expect(second.map((row) => row.faceOnly)[1]).toBe("anger 1.00");
    expect(second.at(-1)).toMatchObject({ faceOnly: "1 of 1 agree", contextOnly: "0 of 1 agree" });
    expect(readingRows(reads({ joy: 1 }, { faceId: "F3" }), { panel }).at(-1)?.faceOnly).toBe("0 of 0 agree");
  });
});

describe("what the context changed", () => {
  const effect = (faceOnly: Record<string, number>, integrated: Record<string, number>) =>
    contextEffect({
      faceOnly: reading(faceOnly),
      contextOnly: reading({ joy: 1 }),
      integrated: reading(integrated),
    });

  it("is told as the label it turns into, the label it keeps, or nothing moved", () => {
    expect(effect({ anger: 0.3, fear: 0.7 }, { anger: 0.2, joy: 0.8 })).toBe(
      'context turns "fear" into "joy" (moves 80 % of the probability)',
    );
    expect(effect({ joy: 0.6, fear: 0.4 }, { fear: 0.15, joy: 0.85 })).toBe(
      'context keeps "joy" on top (moves 25 % of the probability)',
    );
    expect(effect({ joy: 0.6, fear: 0.4 }, { joy: 0.61, fear: 0.39 })).toBe('context leaves "joy" as it is');
  });

  it.each(["faceOnly", "contextOnly", "integrated"] as const)("is not told where %s abstained", (silent) => {
    const readings = {
      faceOnly: reading({ joy: 1 }),
      contextOnly: reading({ joy: 1 }),
      integrated: reading({ joy: 1 }),
    };
    expect(contextEffect(readings)).not.toBeNull();
    expect(contextEffect({ ...readings, [silent]: { ...reading({ joy: 1 }), abstention: "too dark" } })).toBeNull();
  });

  it.each(["faceOnly", "integrated"] as const)("is not told where %s has no label", (empty) => {
    const readings = {
      faceOnly: reading({ joy: 1 }),
      contextOnly: reading({ joy: 1 }),
      integrated: reading({ joy: 1 }),
    };
    expect(contextEffect({ ...readings, [empty]: reading({}) })).toBeNull();
  });
});

it("a panel is called by its judges", () => {
  expect(panelName([{ id: "openai:m" }, { id: "rules" }])).toBe("panel of openai:m, rules");
});
