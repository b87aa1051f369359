import { describe, expect, it } from "vitest";
import { activationVectors } from "../../src/facs/activation.ts";
import { deriveCoreAffect } from "../../src/facs/circumplex.ts";
import { compoundCategories, matchCompounds } from "../../src/facs/compound-emotions.ts";
import { facsAnswerText, lookUpFacs } from "../../src/facs/look-up.ts";
import { painScore } from "../../src/facs/pain.ts";
import { readSmiles } from "../../src/facs/smile-types.ts";
import { actionUnits, type MeasuredBy } from "../support/builders.ts";

const DU_MARTINEZ = [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 15, 17, 20, 24, 25, 26].map((n) => `AU${n}`);

function vectorOf(values: Record<string, number>, by: MeasuredBy = {}) {
  const [vector] = activationVectors(actionUnits(values, by));
  if (vector === undefined) throw new Error("Something must be measured");
  return vector;
}

function showing(...shown: string[]) {
  return vectorOf(Object.fromEntries(DU_MARTINEZ.map((au) => [au, shown.includes(au) ? 0.9 : 0.05])));
}

describe("matchCompounds", () => {
  it("has all 21 categories", () => {
    expect(compoundCategories()).toHaveLength(21);
  });

  it("finds every category by its core, alone or tied with those that fit the core as well", () => {
    for (const { label, core } of compoundCategories()) {
      expect(matchCompounds(showing(...core)).best.map((fit) => fit.label)).toContain(label);
    }
  });

  it("returns appalled and hatred together instead of choosing", () => {
    const { best } = matchCompounds(showing("AU4", "AU10", "AU9", "AU24"));
    expect(best.map(({ label }) => label)).toEqual(["appalled", "hatred"]);
    expect(matchCompounds(showing("AU4", "AU10", "AU7")).best.map(({ label }) => label)).toEqual(["hatred"]);
  });

  it("prefers happily surprised over happy and over surprised when both are shown", () => {
    const { best } = matchCompounds(showing("AU1", "AU2", "AU12", "AU25"));
    expect(best.map(({ label, fit }) => [label, fit])).toEqual([["happily surprised", 1]]);
  });

  it("names nothing for a face at rest", () => {
    expect(matchCompounds(showing()).best).toEqual([]);
  });

  it("says what the toolbox cannot see and judges by the rest", () => {
    const { best } = matchCompounds(vectorOf({ AU12: 3, AU1: 0, AU2: 0 }, { scale: "intensity-0-5" }));
    const happy = best.find(({ label }) => label === "happy");
    expect(happy).toMatchObject({ fit: 1, unseen: ["AU25", "AU6"] });
    expect(happy?.seenShare).toBeCloseTo(1 / 3, 12);
    // With a third of the core nothing is named.
    expect(
      matchCompounds(vectorOf({ AU10: 3, AU1: 0 }, { scale: "intensity-0-5" })).best.map(({ label }) => label),
    ).not.toContain("disgusted");
  });
});

describe("readSmiles", () => {
  const straight = { headPose: { yawRad: 0, pitchRad: 0, rollRad: 0 }, gaze: { yawRad: 0, pitchRad: 0 } };
  const bowed = { headPose: { yawRad: 0, pitchRad: -0.4, rollRad: 0 }, gaze: null };
  const all = ["AU6", "AU12", "AU13", "AU14", "AU15", "AU17", "AU23", "AU24"];
  const measured = (...shown: string[]) =>
    vectorOf(Object.fromEntries(all.map((au) => [au, shown.includes(au) ? 0.9 : 0.05])));

  it.each<[string[], typeof straight | typeof bowed, string[]]>([
    [["AU6", "AU12"], straight, ["Duchenne"]],
    [["AU12"], straight, ["polite"]],
    [["AU13"], straight, ["selfie"]],
    [["AU12", "AU15"], straight, ["polite", "miserable"]],
    [["AU12", "AU14", "AU6"], straight, ["Duchenne", "miserable"]],
    [["AU12", "AU24"], straight, ["polite", "controlled"]],
    [["AU12", "AU24"], bowed, ["polite", "controlled", "embarrassed"]],
    [["AU6", "AU15"], straight, []],
  ])("reads %j", (shown, direction, types) => {
    const found = readSmiles(measured(...shown), direction).filter(({ verdict }) => verdict === "shown");
    expect(found.map(({ type }) => type)).toEqual(types);
  });

  it("cannot tell what was not measured or lies between absent and present", () => {
    const unseen = readSmiles(vectorOf({ AU12: 0.9, AU6: 0.4 }), { headPose: null, gaze: null });
    const verdicts = Object.fromEntries(unseen.map(({ type, verdict }) => [type, verdict]));
    expect(verdicts).toMatchObject({
      Duchenne: "cannot be told",
      selfie: "cannot be told",
      embarrassed: "cannot be told",
    });
    expect(unseen.find(({ type }) => type === "selfie")?.unseen).toEqual(["AU13"]);
  });
});

describe("painScore", () => {
  const intensity = { toolbox: "openface@2.2", scale: "intensity-0-5" as const };

  it("adds intensities as Prkachin and Solomon do", () => {
    const measured = [
      ...actionUnits({ AU4: 3, AU6: 2, AU7: 4, AU9: 1, AU10: 2.5 }, intensity),
      ...actionUnits({ AU43: 1 }, { ...intensity, scale: "binary" }),
    ];
    expect(painScore(measured)).toEqual({ type: "scored", low: 10.5, high: 10.5, unseen: [] });
  });

  it("gives a range where something was not measured", () => {
    expect(painScore(actionUnits({ AU4: 3, AU6: 2, AU9: 1, AU10: 0 }, intensity))).toEqual({
      type: "scored",
      low: 6,
      high: 10,
      unseen: ["AU7", "AU43"],
    });
  });

  it("is refused on probabilities, for several toolboxes and without measurements", () => {
    expect(painScore(actionUnits({ AU4: 0.9, AU6: 0.8 }))).toEqual({
      type: "refused",
      reason:
        "PSPI adds FACS intensities from 0 to 5, and these are on probability: use a toolbox that measures intensity",
    });
    const two = [
      ...actionUnits({ AU4: 3 }, intensity),
      ...actionUnits({ AU9: 3 }, { ...intensity, toolbox: "libreface@1" }),
    ];
    expect(painScore(two)).toMatchObject({ type: "refused" });
    expect(painScore([])).toMatchObject({ type: "refused" });
  });
});

describe("deriveCoreAffect", () => {
  it("puts a certain label at its place and widens with disagreement", () => {
    const happy = deriveCoreAffect([{ label: "happiness", probability: 1 }]);
    expect(happy?.valence).toEqual({ value: 0.8, low: 0.65, high: 0.95 });
    const torn = deriveCoreAffect([
      { label: "happiness", probability: 0.5 },
      { label: "sadness", probability: 0.5 },
    ]);
    expect(torn?.valence.value).toBeCloseTo(0.05, 3);
    expect((torn?.valence.high ?? 0) - (torn?.valence.low ?? 0)).toBeGreaterThan(1);
  });

  it("derives nothing from words it does not know", () => {
    expect(deriveCoreAffect([{ label: "kuleshovian", probability: 1 }])).toBeNull();
    expect(deriveCoreAffect([])).toBeNull();
  });
});

describe("lookUpFacs", () => {
  it.each([
    ["AU12", ["AU12"]],
    ["12", ["AU12"]],
    ["raised inner brows", ["AU1"]],
    ["what is the dimpler?", ["AU14"]],
    ["zygomaticus major", ["AU12"]],
  ])("finds action units for %s", (query, units) => {
    expect(lookUpFacs(query).actionUnits.map(({ au }) => au)).toEqual(units);
  });

  it("tells in which rules an action unit takes part", () => {
    const answer = lookUpFacs("AU15");
    expect(answer.rules.map(({ emotion }) => emotion)).toContain("sadness");
    expect(answer.rules.map(({ emotion }) => emotion)).toContain("happiness");
    expect(answer.smiles.map(({ type }) => type)).toEqual(["miserable"]);
    expect(facsAnswerText(answer)).toContain("AU15, lip corner depressor:");
  });

  it.each([
    ["anger", "anger"],
    ["angry", "anger"],
    ["joy", "happiness"],
    ["confusion", "confusion"],
  ])("finds the rule for %s", (query, emotion) => {
    const answer = lookUpFacs(query);
    expect(answer.rules.map((rule) => rule.emotion)).toEqual([emotion]);
    expect(answer.actionUnits.length).toBeGreaterThan(1);
  });

  it("finds compound emotions, smile types and pain by name", () => {
    expect(lookUpFacs("happily surprised").compounds.map(({ label }) => label)).toContain("happily surprised");
    expect(lookUpFacs("Duchenne smile").smiles.map(({ type }) => type)).toEqual(["Duchenne"]);
    expect(facsAnswerText(lookUpFacs("pain"))).toContain("PSPI");
  });

  it("says so when it knows nothing", () => {
    expect(facsAnswerText(lookUpFacs("quantum chromodynamics"))).toContain("Nothing is known");
  });
});
