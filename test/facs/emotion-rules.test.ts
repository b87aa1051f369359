import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activationOf, activationVectors } from "../../src/facs/activation.ts";
import { emotionRules, scoreRule, scoreRules } from "../../src/facs/emotion-rules.ts";
import { actionUnits, type MeasuredBy } from "../support/builders.ts";

function vectorOf(values: Record<string, number>, by: MeasuredBy = {}) {
  const [vector] = activationVectors(actionUnits(values, by));
  if (vector === undefined) throw new Error("Something must be measured");
  return vector;
}

const ALL = [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 20, 23, 24, 25, 26, 27, 28].map((n) => `AU${n}`);
/** A face on which everything was measured and only these are shown. */
function faceShowing(...shown: string[]) {
  return vectorOf(Object.fromEntries(ALL.map((au) => [au, shown.includes(au) ? 0.95 : 0.1])));
}

function bestEmotion(...shown: string[]): string | undefined {
  const scored = scoreRules(faceShowing(...shown)).filter(({ kind, score }) => kind === "emotion" && score !== null);
  return scored.sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0]?.emotion;
}

describe("emotion rules", () => {
  it.each([
    ["happiness", ["AU6", "AU12"]],
    ["happiness", ["AU12", "AU25"]],
    ["surprise", ["AU1", "AU2", "AU5", "AU25", "AU26"]],
    ["fear", ["AU1", "AU2", "AU4", "AU5", "AU20", "AU25"]],
    ["sadness", ["AU1", "AU4", "AU15"]],
    ["sadness", ["AU1", "AU4", "AU15", "AU17"]],
    ["anger", ["AU4", "AU5", "AU7", "AU23"]],
    ["anger", ["AU4", "AU7", "AU17", "AU24"]],
    ["disgust", ["AU9"]],
    ["disgust", ["AU10", "AU17"]],
    ["disgust", ["AU9", "AU16", "AU15"]],
    ["neutral", []],
  ])("score %s highest for its prototype %j", (emotion, shown) => {
    expect(bestEmotion(...shown)).toBe(emotion);
  });

  it("find contempt in a one-sided dimple and not in a two-sided one", () => {
    const rest = Object.fromEntries(ALL.filter((au) => au !== "AU14").map((au) => [au, 0.1]));
    const contempt = emotionRules().find(({ emotion }) => emotion === "contempt");
    if (contempt === undefined) throw new Error("The rules have contempt");
    const oneSided = scoreRule(contempt, vectorOf({ ...rest, "AU14:left": 0.95, "AU14:right": 0.1 })).score;
    const twoSided = scoreRule(contempt, vectorOf({ ...rest, "AU14:left": 0.95, "AU14:right": 0.95 })).score;
    expect(oneSided).toBeGreaterThan(0.6);
    expect(twoSided).toBeLessThan(0.4);
  });

  it("lower happiness when the lip corners are also drawn down", () => {
    const happiness = (...shown: string[]) =>
      scoreRules(faceShowing(...shown)).find(({ emotion }) => emotion === "happiness")?.score ?? Number.NaN;
    expect(happiness("AU12", "AU15")).toBeLessThan(happiness("AU12"));
  });

  it("say which share of a rule's action units the toolbox sees, and leave a rule unscored below half", () => {
    const few = vectorOf({ AU12: 0.95, AU4: 0.1 });
    const byName = new Map(scoreRules(few).map((score) => [score.emotion, score]));
    expect(byName.get("happiness")).toMatchObject({ unseen: ["AU6", "AU15", "AU9", "AU20"] });
    expect(byName.get("happiness")?.seenShare).toBeCloseTo(2 / 6, 12);
    expect(byName.get("happiness")?.score).toBeGreaterThan(0.8);
    expect(byName.get("surprise")).toMatchObject({ score: null, logit: null });
  });

  it("report a prototype when every one of its action units is present", () => {
    const happiness = scoreRules(faceShowing("AU6", "AU12")).find(({ emotion }) => emotion === "happiness");
    expect(happiness?.complete).toEqual([["AU6", "AU12"]]);
  });

  it("rise with every supporting action unit and fall with every opposing one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...emotionRules()),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: ALL.length, maxLength: ALL.length }),
        fc.nat(),
        (rule, values, pick) => {
          const terms = [
            ...rule.supporting.map((t) => ({ t, sign: 1 })),
            ...rule.opposing.map((t) => ({ t, sign: -1 })),
          ];
          const chosen = terms[pick % terms.length];
          if (chosen === undefined || chosen.t.oneSided === true) return;
          const au = chosen.t.anyOf[0] ?? "";
          // An action unit that stands on both sides of a rule has no direction.
          if (terms.filter(({ t }) => t.anyOf.includes(au)).length > 1) return;
          const measured = Object.fromEntries(ALL.map((name, index) => [name, values[index] ?? 0]));
          const before = scoreRule(rule, vectorOf(measured)).score;
          // Without measured sides there is no contempt to score.
          if (before === null) return;
          const after = scoreRule(rule, vectorOf({ ...measured, [au]: 1 })).score ?? Number.NaN;
          expect(chosen.sign * (after - before)).toBeGreaterThanOrEqual(-1e-12);
        },
      ),
    );
  });
});

describe("activationOf", () => {
  it("reads absent as 0, the threshold of presence as a half and the top as 1 on every scale", () => {
    expect(activationOf(0.3, "probability")).toBe(0);
    expect(activationOf(0.5, "probability")).toBe(0.5);
    expect(activationOf(1, "intensity-0-5")).toBe(0);
    expect(activationOf(2, "intensity-0-5")).toBe(0.5);
    expect(activationOf(5, "intensity-0-5")).toBe(1);
    expect(activationOf(50, "percent-0-100")).toBe(0.5);
    expect(activationOf(0, "binary")).toBe(0);
    expect(activationOf(1, "binary")).toBe(1);
    expect(activationOf(0, "log-odds")).toBe(0.5);
    expect(activationOf(9, "log-odds")).toBe(1);
  });
});

describe("activationVectors", () => {
  it("keeps every toolbox and scale apart", () => {
    const vectors = activationVectors([
      ...actionUnits({ AU12: 0.9 }),
      ...actionUnits({ AU12: 3 }, { toolbox: "openface@2.2", scale: "intensity-0-5" }),
      ...actionUnits({ AU12: 0 }, { toolbox: "openface@2.2", scale: "binary" }),
    ]);
    expect(vectors.map(({ toolbox, scale }) => [toolbox, scale])).toEqual([
      ["mesh@5", "probability"],
      ["openface@2.2", "intensity-0-5"],
      ["openface@2.2", "binary"],
    ]);
  });

  it("leaves out what pose or quality makes worthless, which is then unseen rather than absent", () => {
    const [vector] = activationVectors([...actionUnits({ AU12: 0.9 }), ...actionUnits({ AU4: 0.1 }, { weight: 0.1 })]);
    expect([...(vector?.activations.keys() ?? [])]).toEqual(["AU12"]);
  });
});
