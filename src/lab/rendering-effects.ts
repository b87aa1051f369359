import { holmAdjusted } from "../domain/statistics/adjusted-p-values.ts";
import { alignDistributions } from "../domain/statistics/divergence.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { mean } from "../domain/statistics/summary.ts";
import type { ArmName } from "../evaluation/file/eval-file.ts";
import type { ArmReadings } from "./arm-readings.ts";
import { hit } from "./effect-kinds.ts";

/**
 * Renderings that are held against each other, made in the same way so that it is not the making that differs; dim light, which has no
 * counterpart, is held against the image as it is.
 */
const PAIRS: readonly (readonly [other: ArmName, first: ArmName, words: string])[] = [
  ["skin-darker", "skin-lighter", "darker skin rather than lighter"],
  ["light-right", "light-left", "light from the right rather than the left"],
  ["light-below", "light-above", "light from below rather than above"],
  ["light-cool", "light-warm", "cool light rather than warm"],
  ["light-dim", "full", "a quarter of the light"],
];

/** Whether an evaluation shows two renderings that are held against each other. */
export function hasRenderingPair(arms: readonly ArmName[]): boolean {
  return PAIRS.some(([other, first]) => arms.includes(other) && arms.includes(first));
}

/** What differs between two renderings of the same images. */
export interface RenderingDifference {
  readonly name: string;
  readonly meaning: string;
  readonly says: (found: string) => string;
  /** Of each image: the other less the first. */
  readonly differences: readonly { readonly value: number; readonly cluster: string }[];
  readonly pValue: number;
}

/** What of one image may differ: how probable each label is given to be, its valence, or whether the label is right. */
interface Measured {
  readonly what: "label" | "valence" | "right";
  /** Of each image that has both renderings: a row of one number for each column. */
  readonly rows: readonly { readonly values: readonly number[]; readonly cluster: string }[];
  readonly columns: readonly string[];
}

/**
 * All differences between renderings that some images have both of. Each is tested by exchanging both renderings of the images of a
 * person at random (sign flips; of labels the largest studentized difference, which corrects for having looked at all: Westfall &
 * Young 1993), and all of them together are corrected by Holm's procedure.
 */
export function renderingDifferences(samples: readonly ArmReadings[], seed: number): RenderingDifference[] {
  const found = PAIRS.flatMap(([other, first, words]) =>
    [labels(samples, other, first), valences(samples, other, first), rights(samples, other, first)].flatMap(
      (measured) => {
        const tested = signFlips(measured, createRandom(`${seed} ${other} ${measured.what}`));
        if (tested === null) return [];
        const differences = measured.rows.map(({ values, cluster }) => ({
          value: values[tested.column] as number,
          cluster,
        }));
        return [
          { ...wordsOf(measured, { other, first, words, column: tested.column }), differences, pValue: tested.pValue },
        ];
      },
    ),
  );
  const corrected = holmAdjusted(found.map(({ pValue }) => pValue));
  return found.map((one, i) => ({ ...one, pValue: corrected[i] as number }));
}

function labels(samples: readonly ArmReadings[], other: ArmName, first: ArmName): Measured {
  const both = samples.flatMap(({ arms, cluster }) => {
    const [a, b] = [arms[other]?.distribution, arms[first]?.distribution];
    return a?.length && b?.length ? [{ a, b, cluster }] : [];
  });
  const aligned = alignDistributions(both.flatMap(({ a, b }) => [a, b]));
  const rows = both.map(({ cluster }, i) => {
    const [a, b] = [aligned?.rows[2 * i], aligned?.rows[2 * i + 1]];
    return { cluster, values: Array.from(a ?? [], (value, label) => value - (b?.[label] as number)) };
  });
  return { what: "label", columns: aligned?.labels ?? [], rows };
}

function valences(samples: readonly ArmReadings[], other: ArmName, first: ArmName): Measured {
  return oneColumn("valence", samples, ({ arms }) => [arms[other]?.valence, arms[first]?.valence]);
}

function rights(samples: readonly ArmReadings[], other: ArmName, first: ArmName): Measured {
  return oneColumn("right", samples, ({ arms, faceLabel }) => [other, first].map((arm) => hit(arms[arm], faceLabel)));
}

function oneColumn(
  what: Measured["what"],
  samples: readonly ArmReadings[],
  pairOf: (sample: ArmReadings) => readonly (number | null | undefined)[],
): Measured {
  const rows = samples.flatMap((sample) => {
    const [a, b] = pairOf(sample);
    return a == null || b == null ? [] : [{ values: [a - b], cluster: sample.cluster }];
  });
  return { what, columns: [what], rows };
}

const ROUNDS = 4000;
/** So many as large by chance, and it is clear that p is not small (Besag & Clifford 1991). */
const ENOUGH_HITS = 200;

/** The column that differs most for its spread, and how often exchanged renderings differ as much in any; `null` without rows. */
function signFlips(
  { rows, columns }: Measured,
  random: ReturnType<typeof createRandom>,
): { readonly column: number; readonly pValue: number } | null {
  if (rows.length < 2 || columns.length === 0) return null;
  const people = new Map<string, number[]>();
  for (const { values, cluster } of rows) {
    const sums = people.get(cluster) ?? columns.map(() => 0);
    people.set(
      cluster,
      sums.map((sum, i) => sum + (values[i] as number)),
    );
  }
  const sums = [...people.values()];
  const spread = columns.map((_, i) => Math.sqrt(sums.reduce((total, one) => total + (one[i] as number) ** 2, 0)));
  const largest = (signs: readonly number[]) =>
    columns
      .map((_, i) => {
        const total = sums.reduce((sum, one, person) => sum + (signs[person] as number) * (one[i] as number), 0);
        return { i, size: spread[i] === 0 ? 0 : Math.abs(total) / (spread[i] as number) };
      })
      .reduce((best, one) => (one.size > best.size ? one : best));
  const found = largest(sums.map(() => 1));
  let hits = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (largest(sums.map(() => (random.real() < 0.5 ? -1 : 1))).size >= found.size - 1e-9) hits++;
    if (hits === ENOUGH_HITS) return { column: found.i, pValue: hits / (round + 1) };
  }
  return { column: found.i, pValue: (hits + 1) / (ROUNDS + 1) };
}

function wordsOf(
  { what, columns, rows }: Measured,
  { other, first, words, column }: { other: ArmName; first: ArmName; words: string; column: number },
): Pick<RenderingDifference, "name" | "meaning" | "says"> {
  const pair = `${other}_vs_${first}`;
  const label = columns[column] as string;
  const isMore = (mean(rows.map(({ values }) => values[column] as number)) ?? 0) >= 0;
  const test = `p by exchanging ${other} and ${first} within people, corrected for all comparisons of renderings`;
  switch (what) {
    case "label":
      return {
        name: `label_${pair}`,
        meaning: `Probability given to ${label} under ${other} less that under ${first}: of all labels the one that differs most; ${test}`,
        says: (found) =>
          `With ${words}, ${label} is given ${isMore ? "more" : "less"} probability: a difference of ${found}, the largest of ${columns.length} labels`,
      };
    case "valence":
      return {
        name: `valence_${pair}`,
        meaning: `Valence under ${other} less that under ${first}; ${test}`,
        says: (found) => `With ${words}, valence differs by ${found}`,
      };
    case "right":
      return {
        name: `right_${pair}`,
        meaning: `Share of right labels under ${other} less that under ${first}; ${test}`,
        says: (found) => `With ${words}, the share of right labels differs by ${found}`,
      };
  }
}
