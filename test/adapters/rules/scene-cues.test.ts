import { describe, expect, it } from "vitest";
import { viewOf } from "../../../src/adapters/rules/evidence-view.ts";
import { judgeEvidence } from "../../../src/adapters/rules/judge-evidence.ts";
import { readContext } from "../../../src/adapters/rules/read-context.ts";
import { sceneCueTable } from "../../../src/adapters/rules/scene-cues.ts";
import { objectNames } from "../../../src/adapters/scene/find-objects.ts";
import {
  contextEvidence,
  expressionEvidence,
  findingEvidence,
  ledgerOf,
  type NewEvidence,
} from "../../support/builders.ts";

const happy = expressionEvidence({ happiness: 0.9, neutral: 0.06, surprise: 0.04 });
const object = (name: string, confidence?: number) =>
  findingEvidence("object", name, confidence === undefined ? {} : { confidence });
const posture = (name: string, faceId: string | null = "F1") => findingEvidence("posture", name, { faceId });

function contextOf(...items: NewEvidence[]) {
  const { distribution, ...rest } = readContext(viewOf(ledgerOf(happy, ...items).items()), "F1");
  return {
    ...rest,
    distribution,
    of: (label: string) => distribution?.find((entry) => entry.label === label)?.probability ?? Number.NaN,
  };
}

function judged(...items: NewEvidence[]) {
  const [subject] = judgeEvidence(viewOf(ledgerOf(happy, ...items).items())).subjects;
  if (subject === undefined) throw new Error("There is always a subject");
  return subject;
}

describe("what objects tell the rules baseline", () => {
  it.each([
    ["cake", "happiness"],
    ["teddy bear", "happiness"],
    ["laptop", "neutral"],
  ])("a %s makes %s more expected, and cites it", (name, label) => {
    const read = contextOf(object(name));
    const other = label === "happiness" ? "sadness" : "anger";
    expect(read.of(label) / read.of(other)).toBeGreaterThan(1.2 * (0.2 / 0.11));
    expect(judged(object(name)).cues).toContainEqual(
      expect.objectContaining({
        label,
        statement: expect.stringContaining(`${object(name).statement}: this tells of `),
        evidenceIds: ["E2"],
      }),
    );
  });

  it("is nothing where there are none, or none that tell: the context stays unread", () => {
    expect(contextOf()).toMatchObject({ distribution: null, cues: [], given: false });
    const furnished = contextOf(object("person"), object("chair"), object("potted plant"));
    expect(furnished).toMatchObject({ distribution: null, cues: [], given: false });
    expect(furnished.abstention).toContain("tells too little");
  });

  it.each([
    ["keyboard", 0.34],
    ["tie", 0.45],
    ["wine glass", 0.49],
  ])("is nothing when a %s has a score of %d, at which lamps and jackets are taken for one", (name, score) => {
    expect(contextOf(object(name, score), object("laptop", score)).cues).toEqual([]);
    expect(judged(object(name, score)).cues.flatMap(({ evidenceIds }) => evidenceIds)).not.toContain("E2");
  });

  it("is something from the score that earns a claim", () => {
    expect(contextOf(object("wine glass", 0.5)).distribution).not.toBeNull();
  });

  it("is not counted twice when a text tells of the same situation", () => {
    const text = contextEvidence("A birthday party");
    expect(contextOf(text, object("cake")).distribution).toEqual(contextOf(text).distribution);
  });

  it("is less than a sentence", () => {
    expect(
      contextOf(contextEvidence("At the funeral of her father"), object("wine glass")).of("sadness"),
    ).toBeGreaterThan(0.5);
  });

  it("is read from the name, and not from words in the statement around it", () => {
    // "knife at" is a threat in a text.
    const knife = { ...object("knife"), statement: "A knife at the left, score 0.60" };
    expect(contextOf(knife).distribution).toBeNull();
  });

  it("never makes a face incongruent", () => {
    const verdicts = sceneCueTable().cues.flatMap(({ objects }) => objects.map((name) => judged(object(name))));
    expect(verdicts.map(({ congruence }) => congruence.verdict)).not.toContain("incongruent");
  });
});

describe("what postures tell the rules baseline", () => {
  it("calls happiness below raised arms triumph", () => {
    const subject = judged(posture("both arms raised"));
    expect(subject.congruence).toMatchObject({ verdict: "congruent", kind: "triumph" });
    expect(subject.contextOnly.distribution[0]?.label).toBe("happiness");
  });

  it("expects sadness and fear of a face hidden in the hands", () => {
    const [without, hidden] = [0.12, contextOf(posture("both hands over face")).of("sadness")];
    expect(hidden).toBeGreaterThan(without);
  });

  it("concerns the person whose posture it is, and nobody else", () => {
    expect(contextOf(posture("both arms raised", "F2")).distribution).toBeNull();
    expect(contextOf(posture("both hands over face", null)).distribution).toBeNull();
  });

  it("leaves the face-only reading as it is", () => {
    const alone = judged().faceOnly;
    expect(judged(posture("both hands over face"), object("cake")).faceOnly).toEqual(alone);
  });
});

it("has a table whose objects all exist, each in one cue", () => {
  const named = sceneCueTable().cues.flatMap(({ objects }) => objects);
  expect(named.filter((name) => !objectNames().names.includes(name))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});
