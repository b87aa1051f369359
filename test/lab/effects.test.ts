import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/domain/statistics/random.ts";
import type { AnsweredReading } from "../../src/evaluation/answer.ts";
import { sampleOf } from "../../src/evaluation/dataset/dataset.ts";
import type { ArmName } from "../../src/evaluation/file/eval-file.ts";
import { integrateReadings } from "../../src/facs/cue-integration.ts";
import type { ArmReadings } from "../../src/lab/arm-readings.ts";
import { contextEffects } from "../../src/lab/effects.ts";
import { contextReliance } from "../../src/lab/reliance.ts";
import { partnersOf } from "../../src/lab/swap-partners.ts";

const options = { seed: 1, resamples: 500, level: 0.95 };

function reading(joy: number, valence: number | null = null): AnsweredReading {
  const distribution = [
    { label: "joy", probability: joy },
    { label: "fear", probability: 1 - joy },
  ];
  return { distribution, valence, arousal: null };
}

function sample(
  cluster: string,
  arms: Partial<Record<ArmName, AnsweredReading | null>>,
  labels: { face?: string; context?: string } = {},
): ArmReadings {
  return { cluster, arms, faceLabel: labels.face ?? null, contextLabel: labels.context ?? null };
}

function effect(name: string, samples: readonly ArmReadings[]) {
  return contextEffects(samples, options).find((one) => one.name === name);
}

describe("context effects", () => {
  it("tell capture by the context from dominance of the face in swapped scenes", () => {
    const labels = { face: "joy", context: "fear" };
    const swapped = [
      sample("a", { "swapped-context": reading(0.2) }, labels),
      sample("b", { "swapped-context": reading(0.3) }, labels),
      sample("c", { "swapped-context": reading(0.9) }, labels),
      sample("d", { "swapped-context": null }, labels),
    ];
    expect(effect("context_capture", swapped)?.estimate).toMatchObject({ value: 2 / 3, n: 3, unscored: 1 });
    expect(effect("face_dominance", swapped)?.estimate).toMatchObject({ value: 1 / 3, n: 3, unscored: 1 });
  });

  it("are told of face swaps apart", () => {
    const swapped = [sample("a", { "face-swap": reading(0.2) }, { face: "joy", context: "fear" })];
    expect(effect("context_capture_of_face_swaps", swapped)?.estimate).toMatchObject({ value: 1, n: 1 });
    expect(effect("context_capture", swapped)).toBeUndefined();
  });

  it("leave out of capture and dominance what cannot tell them apart: equal labels, ties, an answer that names neither", () => {
    const third: AnsweredReading = { distribution: [{ label: "awe", probability: 1 }], valence: null, arousal: null };
    const swapped = [
      sample("a", { full: reading(0.9), "swapped-context": reading(0.9) }, { face: "joy", context: "joy" }),
      sample("b", { "swapped-context": reading(0.5) }, { face: "joy", context: "fear" }),
      sample("c", { "swapped-context": third }, { face: "joy", context: "fear" }),
      sample("d", { "swapped-context": reading(0.2) }, { face: "joy", context: "fear" }),
    ];
    expect(effect("context_capture", swapped)?.estimate).toMatchObject({ value: 1, n: 1, unscored: 3 });
    expect(effect("face_dominance", swapped)?.estimate).toMatchObject({ value: 0, n: 1, unscored: 3 });
    expect(effect("congruency_effect", swapped)).toBeUndefined();
  });

  it("give the congruency effect with its paired effect size", () => {
    const labels = { face: "joy", context: "fear" };
    const samples = [
      sample("a", { full: reading(0.9), "swapped-context": reading(0.2) }, labels),
      sample("b", { full: reading(0.9), "swapped-context": reading(0.8) }, labels),
      sample("c", { full: reading(0.9), "swapped-context": reading(0.1) }, labels),
    ];
    const found = effect("congruency_effect", samples);
    expect(found?.estimate.value).toBeCloseTo(2 / 3, 12);
    // Differences 1, 0, 1: mean 2/3 over standard deviation 1/sqrt(3).
    expect(found?.effectSize).toBeCloseTo(2 / Math.sqrt(3), 12);
  });

  it("sign the Kuleshov shift by the valence of the context", () => {
    const alone = reading(0.5, 0.1);
    const samples = [
      sample("a", {
        "neutral-alone": alone,
        "neutral-in-context": reading(0.5, 0.4),
        "context-only": reading(0.5, 0.8),
      }),
      sample("b", {
        "neutral-alone": alone,
        "neutral-in-context": reading(0.5, -0.1),
        "context-only": reading(0.5, -0.6),
      }),
      sample("c", {
        "neutral-alone": alone,
        "neutral-in-context": reading(0.5, 0.2),
        "context-only": reading(0.5, -0.6),
      }),
    ];
    // +0.3; 0.2 down towards a valence below 0; 0.1 up, away from it: the mean of +0.3, +0.2 and -0.1.
    const found = effect("kuleshov_valence_shift", samples);
    expect(found?.estimate.value).toBeCloseTo(0.4 / 3, 12);
    expect(found?.effectSize).toBeCloseTo(0.4 / 3 / Math.sqrt(0.13 / 3), 10);
  });

  it("are told without a minus before a number that is 0 as it is written", () => {
    const arms = { "neutral-alone": reading(0.5, 0.001), "neutral-in-context": reading(0.5, 0) };
    const found = effect("kuleshov_valence_shift", [sample("a", { ...arms, "context-only": reading(0.5, 0.7) })]);
    expect(found?.sentence).toBe(
      "On a scale of -1 to 1, the valence of one and the same neutral face moved towards that of its scene by 0.00 (too few for an interval), n = 1.",
    );
  });

  it("measure the distance to Bayesian cue integration", () => {
    // .8 x .6 to .2 x .4, which is .48 to .08.
    const arms = { "face-only": reading(0.8), "context-only": reading(0.6) };
    const optimal = effect("distance_to_bayesian_cue_integration", [
      sample("a", { ...arms, full: reading(0.48 / 0.56) }),
    ]);
    const ignoring = effect("distance_to_bayesian_cue_integration", [sample("a", { ...arms, full: reading(0.2) })]);
    expect(optimal?.estimate.value).toBeLessThan(0.001);
    // A reading that is sure of what the others rule out costs what a hundredth of uniform mass leaves it: -log2(0.005).
    const against = { "face-only": reading(1), "context-only": reading(1), full: reading(0) };
    const costly = effect("distance_to_bayesian_cue_integration", [sample("a", against)]);
    expect(costly?.estimate.value).toBeCloseTo(-Math.log2(0.005), 12);
    expect(ignoring?.estimate.value).toBeGreaterThan(1);
  });

  it("are undefined where face and context rule each other out", () => {
    const opposed = { full: reading(0.5), "face-only": reading(1), "context-only": reading(0) };
    expect(effect("distance_to_bayesian_cue_integration", [sample("a", opposed)])).toBeUndefined();
  });

  it("count flips under changes that are no evidence", () => {
    const samples = [
      sample("a", { full: reading(0.9, 0.5), grayscale: reading(0.8, 0.3) }),
      sample("b", { full: reading(0.9, 0.5), grayscale: reading(0.2, 0.6) }),
    ];
    expect(effect("label_flips_grayscale", samples)?.estimate.value).toBe(0.5);
    expect(effect("valence_change_grayscale", samples)?.estimate.value).toBeCloseTo(0.15, 12);
    expect(effect("label_flips_re-encoded", samples)).toBeUndefined();
  });
});

describe("intervals of effects", () => {
  const labels = { face: "joy", context: "fear" };
  const captured = (n: number) =>
    effect(
      "context_capture",
      Array.from({ length: n }, (_, i) => sample(`s${i}`, { "swapped-context": reading(0.2) }, labels)),
    );

  it("are not told of under five people", () => {
    expect(captured(4)?.estimate).toMatchObject({ value: 1, low: null, high: null });
    expect(captured(4)?.sentence).toContain("100 % (too few for an interval), n = 4");
  });

  it("are exact where all are alike, which drawing again cannot vary", () => {
    const { low, high } = captured(6)?.estimate ?? {};
    expect(low).toBeCloseTo(0.025 ** (1 / 6), 12);
    expect(high).toBe(1);
    expect(captured(6)?.sentence).toContain("100 % (95 % interval 54 % to 100 %), n = 6");
  });
});

describe("partners for swapping", () => {
  const samples = Array.from({ length: 12 }, (_, i) =>
    sampleOf({ id: `s${i}`, image: `/p/${i}.jpg`, truth: { label: i % 2 === 0 ? "joy" : "fear" } }),
  );

  it("are other images of another label, the same for the same seed", () => {
    const partners = partnersOf(samples, 3);
    for (const one of samples) {
      const partner = partners.get(one.id);
      expect(partner?.image).not.toBe(one.image);
      expect(partner?.truth.label).not.toBe(one.truth.label);
    }
    expect([...partnersOf(samples, 3).values()]).toEqual([...partners.values()]);
    expect([...partnersOf(samples, 4).values()]).not.toEqual([...partners.values()]);
  });

  it("are never the same image under another id, and missing when there is no other", () => {
    const twice = [sampleOf({ id: "a", image: "/p/1.jpg" }), sampleOf({ id: "b", image: "/p/1.jpg" })];
    expect(partnersOf(twice, 1).size).toBe(0);
  });
});

describe("context reliance", () => {
  const labels = ["joy", "fear", "anger", "sadness", "surprise"];
  const random = createRandom(11);

  /** A distribution that favours some label, as a cue does. */
  function cue(): number[] {
    const raw = labels.map(() => Math.log(1 - random.real()) ** 2);
    const total = raw.reduce((sum, one) => sum + one, 0);
    return raw.map((one) => one / total);
  }

  /** One label at a time is all that the judge says: what is known of it are shares of its answers. */
  function answers(odds: readonly number[], repeats: number) {
    const rows = Array.from({ length: repeats }, () => {
      const drawn = random.real();
      const pick = odds.findIndex((_, i) => drawn < odds.slice(0, i + 1).reduce((sum, one) => sum + one, 0));
      return labels.map((_, i) => (i === Math.max(0, pick) ? 1 : 0));
    });
    const share = labels.map((_, i) => rows.reduce((sum, row) => sum + (row[i] as number), 0) / repeats);
    const variance = share.reduce((sum, p) => sum + (p * (1 - p)) / (repeats - 1), 0);
    const distribution = labels.map((label, i) => ({ label, probability: share[i] as number }));
    return { reading: { distribution, valence: null, arousal: null }, noise: variance };
  }

  /** A judge that goes by the scene in this share of its answers, by the face in the others. */
  function judged(share: number, images = 120): ArmReadings[] {
    const repeats = 12;
    return Array.from({ length: images }, (_, i): ArmReadings => {
      const [face, scene, other] = [cue(), cue(), cue()];
      const mixed = (of: readonly number[]) => face.map((one, at) => (1 - share) * one + share * (of[at] as number));
      const [faceOnly, contextOnly, partner] = [face, scene, other].map((odds) => answers(odds, repeats));
      return {
        cluster: `image ${i}`,
        arms: {
          full: answers(mixed(scene), repeats).reading,
          "swapped-context": answers(mixed(other), repeats).reading,
          "face-only": (faceOnly as Answers).reading,
          "context-only": (contextOnly as Answers).reading,
        },
        noise: { "face-only": (faceOnly as Answers).noise, "context-only": (contextOnly as Answers).noise },
        partnerScene: partner as Answers,
        faceLabel: null,
        contextLabel: null,
      };
    });
  }
  type Answers = ReturnType<typeof answers>;
  const fromBayes = (samples: readonly ArmReadings[]) =>
    effect("distance_to_bayesian_cue_integration", samples)?.estimate.value ?? Number.NaN;

  it.each([0, 0.3, 0.5, 0.7, 1])(
    "of a judge that goes by the scene in %f of its answers is found within .03",
    (share) => {
      const samples = judged(share);
      const found = contextReliance(samples, options);
      expect(Math.abs((found?.estimate.value ?? Number.NaN) - share)).toBeLessThan(0.03);
      expect(found?.estimate.low).toBeLessThanOrEqual(share + 0.03);
      expect(found?.estimate.high).toBeGreaterThanOrEqual(share - 0.03);
      expect(found?.halvesApart).toBeLessThan(0.06);
      expect(found?.fromMixture).toBeLessThan(fromBayes(samples));
    },
  );

  it.each([0, 0.3, 0.5, 1])("has an interval that holds a share of %f in 95 of 100 studies of six images", (share) => {
    const studies = 300;
    const holds = Array.from({ length: studies }, () => contextReliance(judged(share, 6), options)).filter(
      (one) => one !== null && (one.estimate.low ?? 1) <= share && (one.estimate.high ?? 0) >= share,
    );
    // Three standard errors of a share of 300 below .95. A bootstrap of these ratios holds 81 to 87 %.
    expect(holds.length / studies).toBeGreaterThan(0.912);
  });

  it("says where everything was asked once, and how far answers waver is not known", () => {
    const once = judged(0.3, 8).map(({ noise: _noise, ...rest }) => rest);
    expect(effect("context_reliance", once)?.sentence).toContain("Everything was asked once");
    expect(effect("context_reliance", judged(0.3, 8))?.sentence).not.toContain("asked once");
  });

  it("is drawn to the middle where noise is not taken off, and unknown where face and scene read alike", () => {
    const noisy = judged(0).map(({ noise: _noise, partnerScene, ...rest }) => ({
      ...rest,
      ...(partnerScene && { partnerScene: { ...partnerScene, noise: 0 } }),
    }));
    expect(contextReliance(noisy, options)?.estimate.value).toBeGreaterThan(0.03);
    const alike = sample("a", { full: reading(0.3), "face-only": reading(0.8), "context-only": reading(0.8) });
    expect(contextReliance([alike], options)).toBeNull();
  });

  it("tells a judge that integrates both cues optimally from one that mixes them", () => {
    const uniform = labels.map((label) => ({ label, probability: 1 / labels.length }));
    const optimal = judged(0.5).map((one): ArmReadings => {
      const [face, scene] = [one.arms["face-only"], one.arms["context-only"]];
      const joined = integrateReadings(face?.distribution ?? [], scene?.distribution ?? [], uniform);
      return { ...one, arms: { ...one.arms, full: joined && { distribution: joined, valence: null, arousal: null } } };
    });
    const found = contextReliance(optimal, options);
    expect(fromBayes(optimal)).toBeLessThan((found?.fromMixture ?? 0) / 4);
  });
});
