import { basename } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type ActionUnitModel, readActionUnitModel } from "../../../src/adapters/mesh/action-unit-model.ts";
import {
  actionUnitLogits,
  poseEffect,
  probabilities,
  recalibrated,
  restEffect,
  sideEffect,
  skinEffect,
  toMeasurements,
  weightOf,
  withSkin,
} from "../../../src/adapters/mesh/action-units.ts";
import { type CanonicalFit, fitToCanonical, headPoseOf } from "../../../src/adapters/mesh/canonical-fit.ts";
import { appearanceFeatures } from "../../../src/adapters/mesh/face-appearance.ts";
import { createFeatureReader, type FeatureReader } from "../../../src/adapters/mesh/face-features.ts";
import { lumaAround } from "../../../src/adapters/mesh/luma-image.ts";
import { eyeOpennessOf, gazeOf } from "../../../src/adapters/mesh/measure-faces.ts";
import type { ExpressionReading } from "../../../src/domain/measurement.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { type CanonicalFace, readCanonicalFace } from "../../../src/networks/canonical-face.ts";
import { flatLandmarks, GOLDEN_FACES, type GoldenFace } from "../../support/golden-faces.ts";
import { samplePhoto } from "../../support/photos.ts";

let model: ActionUnitModel;
let canonical: CanonicalFace;
let readFeatures: FeatureReader;

beforeAll(async () => {
  model = await readActionUnitModel();
  canonical = await readCanonicalFace();
  readFeatures = createFeatureReader(model);
});

const named = GOLDEN_FACES.map((golden, index) => [`face ${index + 1} (${golden.image})`, golden] as const);

/** The fixture's landmarks have three decimals, which moves a feature in its fifth digit. */
const FROM_ROUNDED_LANDMARKS = 3;

function fitOf(golden: GoldenFace): CanonicalFit {
  return fitToCanonical(flatLandmarks(golden), canonical);
}

function closeTo(values: Readonly<Record<string, number>>, digits: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expect.closeTo(value, digits)]));
}

describe("recalibration", () => {
  const facing = () => ({ pitchRad: model.restingPose.pitchRad, yawRad: 0 });
  const unit = (au: number) => {
    const found = model.ausAppearance.find((formula) => formula.au === au);
    if (found === undefined) throw new Error(`No AU${au}`);
    return found;
  };

  it("puts the logit 0 where the threshold was, on every side, for a face that looks ahead", () => {
    const formula = unit(12);
    const { threshold } = formula.recalibration;
    const logits = [{ formula, both: threshold, left: threshold + 1, right: threshold - 1 }];
    const [found] = recalibrated(
      logits,
      (one) => poseEffect(one, model, facing()),
      (one) => sideEffect(one, model, facing()),
    );
    expect(found).toMatchObject({
      both: expect.closeTo(0, 12),
      left: expect.closeTo(1, 12),
      right: expect.closeTo(-1, 12),
    });
  });

  it("makes probabilities that are as steep as codes say for the whole face, and leaves the sides their difference", () => {
    const formula = { ...unit(12), recalibration: { ...unit(12).recalibration, below: 2, above: 0.5 } };
    const logitsOf = (both: number) => {
      const found = probabilities({ formula, both, left: both + 0.2, right: both - 0.2 });
      return Object.fromEntries(Object.entries(found).map(([side, p]) => [side, Math.log(p / (1 - p))]));
    };
    expect(logitsOf(-1)).toEqual(closeTo({ both: -2, left: -1.8, right: -2.2 }, 4));
    expect(logitsOf(0)).toEqual(closeTo({ both: 0, left: 0.2, right: -0.2 }, 4));
    expect(logitsOf(1)).toEqual(closeTo({ both: 0.5, left: 0.7, right: 0.3 }, 4));
  });

  it("gives a smile back what a turned head takes from it, to either side alike", () => {
    const turned = (yawRad: number) => poseEffect(unit(12), model, { ...facing(), yawRad });
    expect(turned(0.5)).toBeLessThan(-0.3);
    expect(turned(-0.5)).toBeCloseTo(turned(0.5), 12);
  });

  it("takes off what a turned head adds to the side that is seen, and leaves the whole face as it is", () => {
    const { threshold } = unit(6).recalibration;
    const logits = [{ formula: unit(6), both: threshold, left: threshold + 0.7, right: threshold - 0.7 }];
    const turned = (yawRad: number) =>
      recalibrated(
        logits,
        () => 0,
        (one) => sideEffect(one, model, { yawRad }),
      )[0];
    // Turned toward the left edge of the image, the subject's left side is seen more of: no stronger, only less hidden.
    const [ahead, seen, beyond] = [turned(0), turned(-0.5), turned(-1.5)];
    expect(ahead).toMatchObject(closeTo({ both: 0, left: 0.7, right: -0.7 }, 12));
    expect(seen?.both).toBe(ahead?.both);
    expect((seen?.left ?? 0) - (seen?.right ?? 0)).toBeCloseTo(1.4 - 0.5 * 2.81, 1);
    expect(beyond?.left).toBe(turned(-model.restingPose.mostYawRad)?.left);
  });

  it("does not grow beyond the poses it was fitted to", () => {
    const { mostPitchRad, mostYawRad, pitchRad } = model.restingPose;
    const most = { pitchRad: pitchRad - mostPitchRad, yawRad: mostYawRad };
    for (const formula of model.ausAppearance) {
      expect(poseEffect(formula, model, { pitchRad: -1.5, yawRad: 1.5 })).toBe(poseEffect(formula, model, most));
    }
  });

  const atRest = (neutral: number) =>
    model.atRest.networks.map((id) => ({
      source: `${id}@1`,
      distribution: [
        { label: "neutral", probability: neutral },
        { label: "anger", probability: 1 - neutral },
      ],
    }));

  it("takes off what a face has by nature: the more it is seen at rest, the less a leaning unit counts", () => {
    const effects = [0, 0.1, 0.9].map((neutral) => restEffect(unit(4), model, atRest(neutral)));
    expect(effects).toEqual([...effects].sort((a, b) => a - b));
    expect(effects[0]).toBeLessThan(-1);
    expect(effects[2]).toBeGreaterThan(1);
    expect(restEffect(unit(12), model, atRest(0.9))).toBe(0);
  });

  it("takes nothing off where one of the networks did not read the face", () => {
    expect(restEffect(unit(4), model, [])).toBe(0);
    expect(restEffect(unit(4), model, atRest(0.9).slice(1))).toBe(0);
  });

  it("leans on how far a face is seen at rest, never on which emotion is seen", () => {
    const [first, second] = atRest(0.2) as [ExpressionReading, ExpressionReading];
    const other = {
      ...first,
      distribution: first.distribution.map((one) => ({ ...one, label: one.label === "anger" ? "fear" : one.label })),
    };
    expect(restEffect(unit(4), model, [other, second])).toBe(restEffect(unit(4), model, [first, second]));
  });

  /** Features that move a unit without bounds by so many logits. */
  const skinFor = (au: number, logits: number) => {
    const { offset, weights } = unit(au).skin ?? expect.fail(`AU${au} does not look at the skin`);
    const square = weights.reduce((sum, weight) => sum + weight ** 2, 0);
    return Float32Array.from(weights, (weight) => (weight * (offset + logits)) / square);
  };

  it("lets the skin confirm a unit and deny it by less: what geometry clearly shows stays shown", () => {
    const { mostUp, mostDown } = model.skin;
    const effects = [-100, -0.1, 0, 0.1, 100].map((logits) => skinEffect(unit(4), model, skinFor(4, logits)));
    expect(mostDown).toBeLessThan(mostUp);
    expect(effects).toEqual([mostDown, 0.1, 0, -0.1, -mostUp].map((off) => expect.closeTo(off, 2)));
  });

  it("takes nothing off where the skin was not seen, and nothing of a unit that too few coded faces tell of", () => {
    expect(skinEffect(unit(4), model, undefined)).toBe(0);
    expect(skinEffect(unit(23), model, skinFor(4, 1))).toBe(0);
  });

  it("counts a unit as shown from elsewhere on where the skin was seen, and as steep as codes say then", () => {
    const { threshold, below, above } = unit(4).skin ?? expect.fail("AU4 looks at the skin");
    expect(withSkin(unit(4)).recalibration).toEqual({ ...unit(4).recalibration, threshold, below, above });
    expect(withSkin(unit(23))).toEqual(unit(23));
  });

  it("refuses features that its weights do not fit", () => {
    expect(() => skinEffect(unit(4), model, new Float32Array(8))).toThrow("AU4 takes 128 features of the skin, not 8");
  });
});

describe("the mesh toolbox's measurements agree with a separate implementation of the same formulas", () => {
  it.each(named)("head pose of %s", (_name, golden) => {
    const { yaw, pitch, roll } = golden.pose;
    expect(headPoseOf(fitOf(golden).rotation)).toEqual(
      closeTo({ yawRad: yaw, pitchRad: pitch, rollRad: roll }, FROM_ROUNDED_LANDMARKS),
    );
  });

  it.each(named)("geometry features of %s", (_name, golden) => {
    const features = readFeatures(fitOf(golden).points);
    expect(Object.fromEntries(features.right)).toEqual(closeTo(golden.features.right, FROM_ROUNDED_LANDMARKS));
    expect(Object.fromEntries(features.left)).toEqual(closeTo(golden.features.left, FROM_ROUNDED_LANDMARKS));
  });

  it.each(named)("action units of %s", (_name, golden) => {
    const appearance = new Map(Object.entries(golden.appearance));
    // The reference knows the formulas, not what was fitted to codes later.
    const asFormulated = model.ausAppearance.map((formula) => {
      return { ...formula, recalibration: { ...formula.recalibration, below: 1, above: 1 } };
    });
    const logits = actionUnitLogits(asFormulated, readFeatures(fitOf(golden).points), appearance);
    const factors = { headPose: headPoseOf(fitOf(golden).rotation), facePx: golden.facePx, trust: 1 };
    const found = toMeasurements(logits, model, { toolbox: "mesh@5", factors });
    for (const [au, expected] of Object.entries(golden.withAppearance)) {
      const sides = { both: expected.value, left: expected.left, right: expected.right };
      for (const [side, value] of Object.entries(sides)) {
        const measured = found.find((entry) => entry.au === au && entry.side === side);
        const told = side === "both" || model.ausAppearance.some((unit) => `AU${unit.au}` === au && unit.sided);
        if (value === undefined || !told) expect(measured).toBeUndefined();
        else expect(measured?.value, `${au} ${side}`).toBeCloseTo(value, FROM_ROUNDED_LANDMARKS);
      }
      expect(found.find((entry) => entry.au === au && entry.side === "both")?.weight).toBeCloseTo(expected.weight, 2);
    }
  });

  it.each(named)("eyes of %s", (_name, golden) => {
    const { points } = fitOf(golden);
    const openness = eyeOpennessOf(model, readFeatures(points));
    // The reference stops at 1; we let a widened eye pass it.
    for (const side of ["right", "left"] as const) {
      expect(Math.min(1, openness[side])).toBeCloseTo(golden.openness[side], FROM_ROUNDED_LANDMARKS);
    }
    const gaze = gazeOf(model, points, { left: 1, right: 1 });
    expect(gaze).toEqual(closeTo({ yawRad: golden.gaze.yaw, pitchRad: golden.gaze.pitch }, FROM_ROUNDED_LANDMARKS));
  });

  it.each(named)("appearance features of %s", async (_name, golden) => {
    const number = Number(/\d/.exec(basename(golden.image))?.[0]) as 1;
    const centred = flatLandmarks(golden).map((value, index) => (index % 3 === 2 ? value : value + 0.5));
    const image = lumaAround(await decodeImage(samplePhoto(number)), centred, 30);
    const features = Object.fromEntries(appearanceFeatures(model, image, centred));
    // Two JPEG decoders differ by a level here and there.
    for (const [name, value] of Object.entries(golden.appearance)) {
      expect(Math.abs((features[name] ?? Number.NaN) - value), name).toBeLessThan(0.02);
    }
  });
});

describe("weightOf", () => {
  const straight = { headPose: { yawRad: 0, pitchRad: 0, rollRad: 0 }, facePx: 300, trust: 1 };

  it("trusts a large frontal face fully and one in profile or of 30 pixels not at all", () => {
    expect(weightOf(model, 12, "both", straight)).toBe(1);
    expect(weightOf(model, 12, "both", { ...straight, headPose: { yawRad: 1, pitchRad: 0, rollRad: 0 } })).toBe(0);
    expect(weightOf(model, 12, "both", { ...straight, facePx: 30 })).toBe(0);
  });

  it("trusts the side that is turned away less than the side that is seen", () => {
    const turned = { ...straight, headPose: { yawRad: 0.45, pitchRad: 0, rollRad: 0 } };
    expect(weightOf(model, 12, "left", turned)).toBeLessThan(weightOf(model, 12, "right", turned));
    const other = { ...straight, headPose: { yawRad: -0.45, pitchRad: 0, rollRad: 0 } };
    expect(weightOf(model, 12, "left", other)).toBe(weightOf(model, 12, "right", turned));
  });
});
