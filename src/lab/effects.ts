import { smoothedKl } from "../domain/statistics/divergence.ts";
import { type Estimate, estimate, withExactLimits } from "../domain/statistics/estimate.ts";
import { pairedEffectSize } from "../domain/statistics/summary.ts";
import { meanStatistic, type WeightedStatistic } from "../domain/statistics/weighted-statistic.ts";
import { type AnsweredReading, topLabel } from "../evaluation/answer.ts";
import { integrateReadings } from "../facs/cue-integration.ts";
import type { ArmReadings } from "./arm-readings.ts";
import { contextReliance, KL_FLOOR } from "./reliance.ts";
import { type RenderingDifference, renderingDifferences } from "./rendering-effects.ts";

/** One effect over all samples that have what it needs. */
export interface ContextEffect {
  readonly name: string;
  /** One sentence: what it is and how to read it. */
  readonly meaning: string;
  /** What was found, with its interval and the number of images it rests on. */
  readonly sentence: string;
  readonly estimate: Estimate;
  /** Cohen's d_z where the effect is a paired difference. */
  readonly effectSize: number | null;
  /** Of a difference between two renderings, corrected for all of them; `null` where nothing is tested. */
  readonly pValue: number | null;
}

interface Effect {
  readonly name: string;
  readonly meaning: string;
  /** A sentence around the value and its interval. */
  readonly says: (found: string) => string;
  /** Whether the value is a share, said in percent. */
  readonly share?: true;
  /** `null` where the sample lacks an arm or an answer. */
  readonly value: (sample: ArmReadings) => number | null;
  readonly paired?: true;
}

const EFFECTS: readonly Effect[] = [
  {
    name: "distance_to_bayesian_cue_integration",
    meaning:
      "KL in bits of the full reading from p(e|face) p(e|context) / p(e) with uniform p(e): 0 integrates optimally",
    says: (found) => `From Bayesian integration of both cues they are ${found} bits away`,
    value: ({ arms }) => distanceToIntegration(arms.full, arms["face-only"], arms["context-only"]),
  },
  ...(["swapped-context", "face-swap"] as const).flatMap(swapEffects),
  {
    name: "kuleshov_valence_shift",
    meaning: "How far the valence of one identical neutral face moves towards the valence of its context (-1..1 scale)",
    says: (found) =>
      `One and the same neutral face moved towards the valence of its scene by ${found} (of a scale of -1 to 1)`,
    value: ({ arms }) => valenceShift(arms["neutral-in-context"], arms["neutral-alone"], arms["context-only"]),
    paired: true,
  },
  ...(["blurred-background", "grayscale", "re-encoded", "hole-elsewhere"] as const).flatMap((arm): Effect[] => [
    {
      name: `label_flips_${arm}`,
      meaning: `Share of answers whose label changes under ${arm}, which is no evidence`,
      says: (found) => `Under ${arm}, which is no evidence, the label changed in ${found}`,
      share: true,
      value: ({ arms }) => flip(arms.full, arms[arm]),
    },
    {
      name: `valence_change_${arm}`,
      meaning: `Mean absolute change of valence under ${arm}`,
      says: (found) => `Under ${arm} the valence changed by ${found} on average`,
      value: ({ arms }) => {
        const change = difference(arms.full?.valence, arms[arm]?.valence);
        return change === null ? null : Math.abs(change);
      },
    },
  ]),
];

/** What of a judgment went with which cue where a face is shown in another's scene: the whole person, or the face alone. */
function swapEffects(arm: "swapped-context" | "face-swap"): Effect[] {
  const [suffix, shown] =
    arm === "face-swap" ? ["_of_face_swaps", "face set onto another's head"] : ["", "person set into another scene"];
  return [
    {
      name: `context_capture${suffix}`,
      meaning: `Share of the stimuli with a ${shown}, of those whose face and scene have different labels, in which the scene's label is given a higher probability than the face's; ties are left out`,
      says: (found) => `With the ${shown}, the judgment went with the scene in ${found}`,
      share: true,
      value: (sample) => sided(sample, arm)?.scene ?? null,
    },
    {
      name: `face_dominance${suffix}`,
      meaning: "The rest of these stimuli: the face's label is given the higher probability",
      says: (found) => `It stayed with the face in ${found}`,
      share: true,
      value: (sample) => sided(sample, arm)?.face ?? null,
    },
    {
      name: `congruency_effect${suffix}`,
      meaning: `How much oftener the face's label is given in its own scene than with the ${shown}, which has another label`,
      says: (found) => `The face's own label was given oftener in its own scene than with the ${shown} by ${found}`,
      value: ({ arms, faceLabel, contextLabel }) =>
        faceLabel === contextLabel ? null : difference(hit(arms.full, faceLabel), hit(arms[arm], faceLabel)),
      paired: true,
    },
  ];
}

/** All effects that some sample has the arms for, each with an interval over subjects or images. */
export function contextEffects(
  samples: readonly ArmReadings[],
  options: { readonly seed: number; readonly resamples: number; readonly level: number },
): ContextEffect[] {
  return [
    ...relianceEffect(samples, options),
    ...EFFECTS.flatMap((effect) => effectOf(effect, samples, options)),
    ...renderingDifferences(samples, options.seed).map((one) => renderingEffect(one, samples.length, options)),
  ];
}

/** Reliance comes first: it is the one number that models are compared by. */
function relianceEffect(
  samples: readonly ArmReadings[],
  options: Parameters<typeof contextReliance>[1],
): ContextEffect[] {
  const found = contextReliance(samples, options);
  if (found === null) return [];
  const { halvesApart, fromMixture } = found;
  const reliance = told(found.estimate, found.people, false);
  const halves = halvesApart === null ? "" : `; two halves of the images lie ${halvesApart.toFixed(2)} apart`;
  const bits =
    fromMixture === null
      ? ""
      : ` From such a mixture the judgments of the whole images are ${fromMixture.toFixed(2)} bits away.`;
  return [
    {
      name: "context_reliance",
      meaning:
        "w of the mixture (1 - w) face + w scene that fits the judgments of face and scene together best (least squares, noise of the single cues taken off): 0 reads the face only, 1 the scene only",
      sentence: `On a scale from the face alone (0) to the scene alone (1), the judgments rely on the scene by ${foundText(reliance, false)}, n = ${reliance.n}${halves}.${bits}`,
      estimate: reliance,
      effectSize: null,
      pValue: null,
    },
  ];
}

function effectOf(
  { name, meaning, says, share, value, paired }: Effect,
  samples: readonly ArmReadings[],
  options: { readonly seed: number; readonly resamples: number; readonly level: number },
): ContextEffect[] {
  const scored = samples.flatMap((sample) => {
    const one = value(sample);
    return one === null ? [] : [{ value: one, cluster: sample.cluster }];
  });
  if (scored.length === 0) return [];
  const values = scored.map((one) => one.value);
  const statistic: WeightedStatistic = meanStatistic(values);
  const clusters = scored.map(({ cluster }) => cluster);
  const unscored = samples.length - scored.length;
  const drawn = estimate(statistic, scored.length, { ...options, clusters, unscored });
  const found = told(drawn, new Set(clusters).size, share === true);
  return [
    {
      name,
      meaning,
      sentence: `${says(foundText(found, share === true))}, n = ${found.n}.`,
      estimate: found,
      effectSize: paired === true ? pairedEffectSize(values) : null,
      pValue: null,
    },
  ];
}

function renderingEffect(
  { name, meaning, says, differences, pValue }: RenderingDifference,
  samples: number,
  options: { readonly seed: number; readonly resamples: number; readonly level: number },
): ContextEffect {
  const values = differences.map(({ value }) => value);
  const clusters = differences.map(({ cluster }) => cluster);
  const unscored = samples - values.length;
  const drawn = estimate(meanStatistic(values), values.length, { ...options, clusters, unscored });
  const found = told(drawn, new Set(clusters).size, false);
  const p = pValue < 0.001 ? "p < .001" : `p = ${pValue.toFixed(3).replace(/^0/, "")}`;
  return {
    ...{ name, meaning, pValue },
    sentence: `${says(foundText(found, false))}, n = ${found.n}, ${p}.`,
    estimate: found,
    effectSize: pairedEffectSize(values),
  };
}

/** With fewer people (or images) than this, drawing them again says little of others. */
const FEWEST_FOR_INTERVAL = 5;

/** With the interval that may be told: none of too few people, and the exact one of a share that is 0 or 1. */
function told(found: Estimate, people: number, isShare: boolean): Estimate {
  if (people < FEWEST_FOR_INTERVAL) return { ...found, low: null, high: null };
  return isShare ? withExactLimits(found, people) : found;
}

function foundText({ value, low, high, level }: Estimate, isShare: boolean): string {
  const text = (number: number | null) => (isShare ? `${Math.round(100 * (number ?? 0))} %` : (number ?? 0).toFixed(2));
  const interval =
    low === null || high === null
      ? "too few for an interval"
      : low === high
        ? "the same for every image"
        : `${Math.round(100 * level)} % interval ${text(low)} to ${text(high)}`;
  return `${text(value)} (${interval})`;
}

type MaybeReading = AnsweredReading | null | undefined;

/** What a reading says first. */
export function labelOf(reading: MaybeReading): string | null {
  return reading ? (topLabel(reading)?.label ?? null) : null;
}

/** With which of two different labels a swapped scene's answer agrees; `null` where it favours neither. */
function sided(
  { arms, faceLabel, contextLabel }: ArmReadings,
  arm: "swapped-context" | "face-swap",
): { readonly face: 0 | 1; readonly scene: 0 | 1 } | null {
  const distribution = arms[arm]?.distribution;
  if (!distribution || faceLabel === null || contextLabel === null || faceLabel === contextLabel) return null;
  const given = (label: string) => distribution.find((one) => one.label === label)?.probability ?? 0;
  const lead = given(contextLabel) - given(faceLabel);
  if (lead === 0) return null;
  return lead > 0 ? { face: 0, scene: 1 } : { face: 1, scene: 0 };
}

function hit(reading: MaybeReading, label: string | null): number | null {
  const given = labelOf(reading);
  return given === null || label === null ? null : given === label ? 1 : 0;
}

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : a - b;
}

function flip(before: MaybeReading, after: MaybeReading): number | null {
  const [a, b] = [labelOf(before), labelOf(after)];
  return a === null || b === null ? null : a === b ? 0 : 1;
}

function valenceShift(inContext: MaybeReading, alone: MaybeReading, context: MaybeReading): number | null {
  const shift = difference(inContext?.valence, alone?.valence);
  const direction = context?.valence;
  if (shift === null || direction === null || direction === undefined || direction === 0) return null;
  return shift * Math.sign(direction);
}

function distanceToIntegration(full: MaybeReading, face: MaybeReading, context: MaybeReading): number | null {
  const [fc, f, c] = [full?.distribution, face?.distribution, context?.distribution];
  if (!fc || !f || !c) return null;
  const labels = [...new Set([...f, ...c].map(({ label }) => label))];
  const uniform = labels.map((label) => ({ label, probability: 1 / labels.length }));
  const predicted = integrateReadings(f, c, uniform);
  return predicted === null ? null : smoothedKl(fc, predicted, { floor: KL_FLOOR });
}
