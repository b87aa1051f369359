import { alignDistributions, smoothedKl } from "../domain/statistics/divergence.ts";
import { type Estimate, estimate } from "../domain/statistics/estimate.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { mean } from "../domain/statistics/summary.ts";
import type { WeightedStatistic } from "../domain/statistics/weighted-statistic.ts";
import type { AnsweredReading } from "../evaluation/answer.ts";
import { widened } from "../facs/cue-integration.ts";
import type { ArmReadings, Cue } from "./arm-readings.ts";

/** Uniform mass mixed into a prediction before KL, so that a label it rules out costs much but not infinitely. */
export const KL_FLOOR = 0.01;

/** How much of a model's judgments comes from the scene: 0 the face alone, 1 the scene alone. Comparable across models. */
export interface ContextReliance {
  readonly estimate: Estimate;
  /** People (images, where nothing says who is seen) that it rests on. */
  readonly people: number;
  /** How far two random halves of the images lie apart on average; `null` under four images. */
  readonly halvesApart: number | null;
  /** Mean divergence in bits of the judgments of whole images from this mixture. */
  readonly fromMixture: number | null;
}

/** A judgment of both cues beside those of each, over the same labels. */
interface Equation {
  readonly image: number;
  /** (both - face) . (scene - face) and |scene - face|^2, less what sampling noise alone would make of them. */
  readonly towardsScene: number;
  readonly apart: number;
}

const SPLITS = 200;

/**
 * Fits `both = (1 - w) face + w scene` to all images at once by least squares, where a face is shown in its own scene and in
 * that of another image. Noise of the face's and the scene's readings would draw w to the middle; what repeats tell of it is
 * taken off (errors in variables). Images whose face and scene read alike count for nothing. `null` where no image tells.
 */
export function contextReliance(
  samples: readonly ArmReadings[],
  options: { readonly seed: number; readonly resamples: number; readonly level: number },
): ContextReliance | null {
  const equations = samples.flatMap((sample, image) => equationsOf(sample).map((one) => ({ ...one, image })));
  const images = [...new Set(equations.map(({ image }) => image))];
  if (images.length === 0) return null;
  const statistic = relianceOf(images.map((image) => equations.filter((one) => one.image === image)));
  const clusters = images.map((image) => (samples[image] as ArmReadings).cluster);
  const found = estimate(statistic, images.length, { ...options, clusters, unscored: samples.length - images.length });
  if (found.value === null) return null;
  return {
    estimate: found,
    people: new Set(clusters).size,
    halvesApart: halvesApart(statistic, images.length, options.seed),
    fromMixture: distanceToMixture(samples, found.value),
  };
}

function equationsOf({ arms, noise = {}, partnerScene }: ArmReadings): Omit<Equation, "image">[] {
  const face = { reading: arms["face-only"], noise: noise["face-only"] ?? 0 };
  const own = { reading: arms["context-only"], noise: noise["context-only"] ?? 0 };
  return [
    ...equation(arms.full, face, own),
    ...(partnerScene === undefined ? [] : equation(arms["swapped-context"], face, partnerScene)),
  ];
}

function equation(both: AnsweredReading | null | undefined, face: Cue, scene: Cue): Omit<Equation, "image">[] {
  const given = [both?.distribution, face.reading?.distribution, scene.reading?.distribution];
  if (!given.every((one) => one !== null && one !== undefined)) return [];
  const aligned = alignDistributions(given as NonNullable<AnsweredReading["distribution"]>[]);
  if (aligned === null) return [];
  const [b, f, s] = aligned.rows as unknown as readonly [Float64Array, Float64Array, Float64Array];
  const way = s.map((value, i) => value - (f[i] as number));
  const towardsScene = way.reduce((sum, step, i) => sum + step * ((b[i] as number) - (f[i] as number)), 0);
  const apart = way.reduce((sum, step) => sum + step * step, 0);
  if (apart === 0) return [];
  return [{ towardsScene: towardsScene - face.noise, apart: apart - face.noise - scene.noise }];
}

function relianceOf(images: readonly (readonly Equation[])[]): WeightedStatistic {
  return (weights) => {
    let [towards, apart] = [0, 0];
    images.forEach((equations, i) => {
      for (const one of equations) {
        towards += (weights[i] as number) * one.towardsScene;
        apart += (weights[i] as number) * one.apart;
      }
    });
    return apart > 1e-9 ? Math.max(0, Math.min(1, towards / apart)) : null;
  };
}

function halvesApart(statistic: WeightedStatistic, n: number, seed: number): number | null {
  if (n < 4) return null;
  const random = createRandom(`${seed} halves`);
  const differences = Array.from({ length: SPLITS }, (): number[] => {
    const first = new Set(random.shuffled([...Array(n).keys()]).slice(0, n >> 1));
    const half = (mine: boolean) =>
      statistic(Float64Array.from({ length: n }, (_, i) => (first.has(i) === mine ? 1 : 0)));
    const [a, b] = [half(true), half(false)];
    return a === null || b === null ? [] : [Math.abs(a - b)];
  });
  return mean(differences.flat());
}

function distanceToMixture(samples: readonly ArmReadings[], w: number): number | null {
  return mean(
    samples.flatMap(({ arms }) => {
      const [both, face, scene] = [arms.full, arms["face-only"], arms["context-only"]].map((one) => one?.distribution);
      const expected = both && face && scene ? widened(face, scene, w) : null;
      return both && expected !== null ? (smoothedKl(both, expected, { floor: KL_FLOOR }) ?? []) : [];
    }),
  );
}
