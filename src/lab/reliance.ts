import { groupBy } from "../domain/group-by.ts";
import { alignDistributions, smoothedKl } from "../domain/statistics/divergence.ts";
import type { Estimate } from "../domain/statistics/estimate.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { type RatioPart, ratioInterval } from "../domain/statistics/ratio-interval.ts";
import { mean } from "../domain/statistics/summary.ts";
import type { AnsweredReading } from "../evaluation/answer.ts";
import { widened } from "../facs/cue-integration.ts";
import type { ArmReadings, Cue } from "./arm-readings.ts";

/** Uniform mass mixed into a prediction before KL, so that a label it rules out costs much but not infinitely. */
export const KL_FLOOR = 0.01;

/** How much of a model's judgments comes from the scene: 0 the face alone, 1 the scene alone. Comparable across models. */
interface ContextReliance {
  readonly estimate: Estimate;
  /** People (images, where nothing says who is seen) that it rests on. */
  readonly people: number;
  /** Whether single cues were asked about again, so that their noise is known and taken off. */
  readonly isNoiseKnown: boolean;
  /** How far two random halves of the images lie apart on average; `null` under four images. */
  readonly halvesApart: number | null;
  /** Mean divergence in bits of the judgments of whole images from this mixture. */
  readonly fromMixture: number | null;
}

const SPLITS = 200;

/**
 * Fits `both = (1 - w) face + w scene` to all images at once by least squares, where a face is shown in its own scene and in
 * that of another image. Noise of the face's and the scene's readings would draw w to the middle; what repeats tell of it is
 * taken off (errors in variables). Images whose face and scene read alike count for nothing. `null` where no image tells.
 */
export function contextReliance(
  samples: readonly ArmReadings[],
  { seed, level }: { readonly seed: number; readonly level: number },
): ContextReliance | null {
  const images = samples.flatMap((sample) => {
    const equations = equationsOf(sample);
    return equations.length === 0 ? [] : [{ ...summed(equations), cluster: sample.cluster }];
  });
  const value = reliance(images);
  if (value === null) return null;
  const people = [...groupBy(images, ({ cluster }) => cluster).values()].map(summed);
  const { low, high } = ratioInterval(people, level) ?? { low: 0, high: 1 };
  const unscored = samples.length - images.length;
  return {
    estimate: { value, low: withinScale(low), high: withinScale(high), level, n: images.length, unscored },
    people: people.length,
    isNoiseKnown: samples.some(({ noise }) => noise?.["face-only"] !== undefined),
    halvesApart: halvesApart(images, seed),
    fromMixture: distanceToMixture(samples, value),
  };
}

function equationsOf({ arms, noise = {}, partnerScene }: ArmReadings): RatioPart[] {
  const face = { reading: arms["face-only"], noise: noise["face-only"] ?? 0 };
  const own = { reading: arms["context-only"], noise: noise["context-only"] ?? 0 };
  return [
    ...equation(arms.full, face, own),
    ...(partnerScene === undefined ? [] : equation(arms["swapped-context"], face, partnerScene)),
  ];
}

/** (both - face) . (scene - face) over |scene - face|^2, each less what sampling noise alone would make of it. */
function equation(both: AnsweredReading | null | undefined, face: Cue, scene: Cue): RatioPart[] {
  const given = [both?.distribution, face.reading?.distribution, scene.reading?.distribution];
  if (!given.every((one) => one !== null && one !== undefined)) return [];
  const aligned = alignDistributions(given as NonNullable<AnsweredReading["distribution"]>[]);
  if (aligned === null) return [];
  const [b, f, s] = aligned.rows as unknown as readonly [Float64Array, Float64Array, Float64Array];
  const way = s.map((value, i) => value - (f[i] as number));
  const towardsScene = way.reduce((sum, step, i) => sum + step * ((b[i] as number) - (f[i] as number)), 0);
  const apart = way.reduce((sum, step) => sum + step * step, 0);
  if (apart === 0) return [];
  return [{ numerator: towardsScene - face.noise, denominator: apart - face.noise - scene.noise }];
}

function summed(parts: readonly RatioPart[]): RatioPart {
  return {
    numerator: parts.reduce((sum, { numerator }) => sum + numerator, 0),
    denominator: parts.reduce((sum, { denominator }) => sum + denominator, 0),
  };
}

function reliance(parts: readonly RatioPart[]): number | null {
  const { numerator, denominator } = summed(parts);
  return denominator > 1e-9 ? withinScale(numerator / denominator) : null;
}

function withinScale(w: number): number {
  return Math.max(0, Math.min(1, w));
}

function halvesApart(images: readonly RatioPart[], seed: number): number | null {
  if (images.length < 4) return null;
  const random = createRandom(`${seed} halves`);
  const differences = Array.from({ length: SPLITS }, (): number[] => {
    const order = random.shuffled(images);
    const [a, b] = [reliance(order.slice(0, images.length >> 1)), reliance(order.slice(images.length >> 1))];
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
