import { type Estimate, estimate, withExactLimits } from "../domain/statistics/estimate.ts";
import { pairedEffectSize } from "../domain/statistics/summary.ts";
import { meanStatistic, type WeightedStatistic } from "../domain/statistics/weighted-statistic.ts";
import { number } from "../pages/markup.ts";
import type { ArmReadings } from "./arm-readings.ts";
import { EFFECTS, type Effect } from "./effect-kinds.ts";
import { contextReliance } from "./reliance.ts";
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
  const { halvesApart, fromMixture, isNoiseKnown } = found;
  const reliance = told(found.estimate, found.people, false);
  const halves =
    halvesApart === null
      ? ""
      : `; two halves of the images give scores that lie ${halvesApart.toFixed(2)} apart on average`;
  const asked = isNoiseKnown
    ? ""
    : " Everything was asked once: if answers waver, this is drawn to the middle (three repeats tell by how much).";
  const bits =
    fromMixture === null
      ? ""
      : ` From such a mixture the judgments of the whole images are ${fromMixture.toFixed(2)} bits away.`;
  return [
    {
      name: "context_reliance",
      meaning:
        "w of the mixture (1 - w) face + w scene that fits the judgments of face and scene together best (least squares, noise of the single cues taken off): 0 reads the face only, 1 the scene only",
      sentence: `On a scale from the face alone (0) to the scene alone (1), the judgments lie at ${foundText(reliance, false)}, n = ${reliance.n}${halves}.${asked}${bits}`,
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
  const text = (found: number | null) => (isShare ? `${Math.round(100 * (found ?? 0))} %` : number(found, 2));
  const interval =
    low === null || high === null
      ? "too few for an interval"
      : low === high
        ? "the same for every image"
        : `${Math.round(100 * level)} % interval ${text(low)} to ${text(high)}`;
  return `${text(value)} (${interval})`;
}
