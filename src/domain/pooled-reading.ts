import { z } from "zod";
import { groupBy } from "./group-by.ts";
import { type CoreAffect, type Judgment, READING_NAMES, type Reading, type ReadingName } from "./judgment.ts";
import { labelledJensenShannon } from "./statistics/divergence.ts";
import { mean, sampleVariance } from "./statistics/summary.ts";

/** A mean with its standard deviation (n - 1) over several answers; `null` under two. */
const Spread = z.strictObject({ mean: z.number(), sd: z.number().nullable() });

/** One reading of several answers, each of which counts the same: a linear opinion pool. */
export const PooledReading = z.strictObject({
  /** How many answers give a distribution; the mean is over these. */
  given: z.int(),
  abstained: z.int(),
  /** Most probable first. A label that an answer leaves out has 0 in it. Empty where all abstained. */
  distribution: z.array(Spread.extend({ label: z.string(), novel: z.boolean() })),
  valence: Spread.nullable(),
  arousal: Spread.nullable(),
});
export type PooledReading = z.infer<typeof PooledReading>;

export const PooledSubject = z.strictObject({
  faceId: z.string().nullable(),
  faceOnly: PooledReading,
  contextOnly: PooledReading,
  integrated: PooledReading,
});
export type PooledSubject = z.infer<typeof PooledSubject>;

/** e.g. `2 of 5 abstained`. */
export function abstainedInWords({ given, abstained }: Pick<PooledReading, "given" | "abstained">): string {
  return `${abstained} of ${given + abstained} abstained`;
}

/** The readings of several judgments of one image, face by face, each reading by itself. */
export function poolSubjects(judgments: readonly Judgment[]): PooledSubject[] {
  const faceIds = new Set(judgments.flatMap(({ subjects }) => subjects.map(({ faceId }) => faceId)));
  return [...faceIds].map((faceId) => {
    const pooled = (name: ReadingName) => poolReadings(readingsOf(judgments, faceId, name));
    return {
      faceId,
      faceOnly: pooled("faceOnly"),
      contextOnly: pooled("contextOnly"),
      integrated: pooled("integrated"),
    };
  });
}

export function readingsOf(judgments: readonly Judgment[], faceId: string | null, name: ReadingName): Reading[] {
  return judgments.flatMap(({ subjects }) => subjects.find((subject) => subject.faceId === faceId)?.[name] ?? []);
}

function poolReadings(readings: readonly Reading[]): PooledReading {
  const given = readings.filter(({ distribution }) => distribution.length > 0);
  const byLabel = groupBy(
    given.flatMap(({ distribution }) => distribution),
    ({ label }) => labelKey(label),
  );
  const distribution = [...byLabel].flatMap(([key, [first]]) => {
    if (first === undefined) return [];
    const { label, novel } = first;
    return [{ label, novel, ...spreadOf(given.map((one) => probabilityOf(one, key))) }];
  });
  return {
    given: given.length,
    abstained: readings.length - given.length,
    distribution: distribution.sort((a, b) => b.mean - a.mean),
    valence: affectSpread(given.flatMap(({ valence }) => valence ?? [])),
    arousal: affectSpread(given.flatMap(({ arousal }) => arousal ?? [])),
  };
}

function labelKey(label: string): string {
  return label.trim().toLowerCase();
}

function probabilityOf({ distribution }: Reading, key: string): number {
  return distribution.reduce((sum, { label, probability }) => sum + (labelKey(label) === key ? probability : 0), 0);
}

function affectSpread(estimates: readonly CoreAffect[]) {
  return estimates.length === 0 ? null : spreadOf(estimates.map(({ value }) => value));
}

function spreadOf(values: readonly number[]) {
  const variance = sampleVariance(values);
  return { mean: mean(values) ?? 0, sd: variance === null ? null : Math.sqrt(variance) };
}

/** How far an answer that abstains is from one that does not: as far as two that share no label. */
const APART = 1;

/**
 * The place of the judgment whose readings are nearest to the mean: by the Jensen-Shannon divergences of all its readings
 * together, the first of equals.
 */
export function nearestToPool(judgments: readonly Judgment[], pooled: readonly PooledSubject[]): number {
  const distances = judgments.map((judgment) =>
    pooled
      .flatMap((subject) => READING_NAMES.map((name) => ({ subject, name })))
      .reduce((sum, { subject, name }) => {
        const [own] = readingsOf([judgment], subject.faceId, name);
        return sum + distanceTo(subject[name], own);
      }, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function distanceTo({ distribution }: PooledReading, own: Reading | undefined): number {
  if (distribution.length === 0) return 0;
  const middle = distribution.map(({ label, mean: probability }) => ({ label: labelKey(label), probability }));
  const given = (own?.distribution ?? []).map(({ label, probability }) => ({ label: labelKey(label), probability }));
  return labelledJensenShannon(given, middle) ?? APART;
}

/**
 * A judgment whose readings are replaced by the pooled ones. Where more than half of the answers abstain, so does the
 * reading: a mean of the few would hide them.
 *
 * @param who what the answers are, e.g. `samples`.
 */
export function withPooledReadings(
  judgment: Judgment,
  judgments: readonly Judgment[],
  { pooled, who }: { readonly pooled: readonly PooledSubject[]; readonly who: string },
): Judgment {
  return {
    ...judgment,
    subjects: judgment.subjects.map((subject) => {
      const own = pooled.find(({ faceId }) => faceId === subject.faceId);
      if (own === undefined) return subject;
      const reading = (name: ReadingName) =>
        readingOfPool(own[name], { readings: readingsOf(judgments, subject.faceId, name), who });
      return {
        ...subject,
        faceOnly: reading("faceOnly"),
        contextOnly: reading("contextOnly"),
        integrated: reading("integrated"),
      };
    }),
  };
}

function readingOfPool(
  pooled: PooledReading,
  { readings, who }: { readonly readings: readonly Reading[]; readonly who: string },
): Reading {
  const { given, abstained, distribution } = pooled;
  if (abstained > given || given === 0) {
    const reasons = readings.flatMap(({ abstention }) => abstention ?? []);
    const abstention = `${abstained} of ${given + abstained} ${who} abstained: ${reasons[0] ?? "no reason was given"}`;
    return { distribution: [], valence: null, arousal: null, abstention };
  }
  return {
    distribution: distribution.map(({ label, mean: probability, novel }) => ({ label, probability, novel })),
    valence: meanAffect(readings.flatMap(({ valence }) => valence ?? [])),
    arousal: meanAffect(readings.flatMap(({ arousal }) => arousal ?? [])),
    abstention: null,
  };
}

/** The mean estimate between the mean ends of the intervals. */
function meanAffect(estimates: readonly CoreAffect[]): CoreAffect | null {
  const of = (key: keyof CoreAffect) => mean(estimates.map((estimate) => estimate[key]));
  const [value, low, high] = [of("value"), of("low"), of("high")];
  return value === null || low === null || high === null ? null : { value, low, high };
}
