import type { LabelProbability } from "../../domain/labels.ts";
import { alignDistributions } from "../../domain/statistics/divergence.ts";
import { mean, sampleVariance } from "../../domain/statistics/summary.ts";
import type { ArmReadings } from "../../lab/arm-readings.ts";
import { labelOf } from "../../lab/effect-kinds.ts";
import { type ContextEffect, contextEffects } from "../../lab/effects.ts";
import { partnersOf } from "../../lab/swap-partners.ts";
import type { AnsweredReading, ReadingName } from "../answer.ts";
import type { ArmName, EvalFile } from "../file/eval-file.ts";
import type { LabelReader } from "../label-reader.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { cellsOf } from "../runner/plan.ts";
import { clusterOfSample, type Sample } from "../sample.ts";

/** Context effects of one combination of model, prompt, shots and evidence. */
export interface ContextEffectsOf {
  readonly condition: string;
  /** What was made of each sample in each arm, by the sample's id. */
  readonly readings: ReadonlyMap<string, ArmReadings["arms"]>;
  readonly effects: readonly ContextEffect[];
}

/** Puts the arms of each sample together and measures what context did; empty without several arms. */
export function contextEffectsOf(
  records: readonly CallRecord[],
  samples: readonly Sample[],
  { file, reader }: { readonly file: EvalFile; readonly reader: LabelReader },
): ContextEffectsOf[] {
  if (file.matrix.arms.length < 2) return [];
  const partners = partnersOf(samples, file.stimuli.seed);
  const byCall = groupByCellAndSample(records);
  const conditions = new Map<string, Map<ArmName, string>>();
  // Without the audit: exemplars as chosen only.
  for (const { id, condition } of cellsOf(file.matrix)) {
    const name = id.slice(0, id.lastIndexOf(" | "));
    const arms = conditions.get(name) ?? new Map<ArmName, string>();
    arms.set(condition.arm, id);
    conditions.set(name, arms);
  }
  return [...conditions].map(([condition, arms]) => {
    const readings = samples.map((sample): ArmReadings => {
      const own = Object.fromEntries(
        [...arms].map(([arm, cell]) => [
          arm,
          averaged(byCall.get(cell)?.get(sample.id) ?? [], { reading: file.analysis.reading, reader }),
        ]),
      );
      const noise = Object.fromEntries(
        [...arms].flatMap(([arm, cell]) => {
          const known = noiseOf(byCall.get(cell)?.get(sample.id) ?? [], { reading: file.analysis.reading, reader });
          return known === null ? [] : [[arm, known]];
        }),
      );
      const partner = partners.get(sample.id);
      const trueLabel = (of: Sample | undefined) =>
        of === undefined || of.truth.label === null ? null : reader.readOrKeep(of.truth.label);
      return {
        cluster: clusterOfSample(sample),
        arms: own,
        noise,
        faceLabel: trueLabel(sample),
        contextLabel: trueLabel(partner),
      };
    });
    return {
      condition,
      readings: new Map(samples.map(({ id }, i) => [id, readings[i]?.arms ?? {}])),
      effects: contextEffects(withPartners(readings, samples, partners), file.analysis),
    };
  });
}

function groupByCellAndSample(records: readonly CallRecord[]): Map<string, Map<string, CallRecord[]>> {
  const grouped = new Map<string, Map<string, CallRecord[]>>();
  for (const record of records) {
    const cell = grouped.get(record.cell) ?? new Map<string, CallRecord[]>();
    grouped.set(record.cell, cell);
    cell.set(record.sample, [...(cell.get(record.sample) ?? []), record]);
  }
  return grouped;
}

/** The variance of the mean distribution, summed over labels, by how far repeats differ; `null` where there is one answer only. */
function noiseOf(
  records: readonly CallRecord[],
  { reading, reader }: { readonly reading: ReadingName; readonly reader: LabelReader },
): number | null {
  const distributions = records.flatMap(({ answer }) => {
    const distribution = answer?.[reading].distribution;
    return distribution ? [distribution.map((entry) => ({ ...entry, label: reader.readOrKeep(entry.label) }))] : [];
  });
  const aligned = alignDistributions(distributions);
  if (aligned === null || aligned.rows.length < 2) return null;
  const variances = aligned.labels.map((_, i) => sampleVariance(aligned.rows.map((row) => row[i] as number)) ?? 0);
  return variances.reduce((sum, one) => sum + one, 0) / aligned.rows.length;
}

/** Mean of the readings of repeats and seeds; `null` when none has a distribution. */
function averaged(
  records: readonly CallRecord[],
  { reading, reader }: { readonly reading: ReadingName; readonly reader: LabelReader },
): AnsweredReading | null {
  const readings = records.flatMap(({ answer }) => (answer === null ? [] : [answer[reading]]));
  const distributions = readings.flatMap(({ distribution }) =>
    distribution === null ? [] : [distribution.map((entry) => ({ ...entry, label: reader.readOrKeep(entry.label) }))],
  );
  const aligned = alignDistributions(distributions);
  if (aligned === null || aligned.rows.length === 0) return null;
  const distribution = aligned.labels.map(
    (label, i): LabelProbability => ({
      label,
      probability: aligned.rows.reduce((sum, row) => sum + (row[i] as number), 0) / aligned.rows.length,
    }),
  );
  return {
    distribution,
    valence: mean(readings.flatMap(({ valence }) => valence ?? [])),
    arousal: mean(readings.flatMap(({ arousal }) => arousal ?? [])),
  };
}

/** What is read in the scene that a face is set into. Where the dataset has no labels, the model's own face-only and context-only answers say what the two cues are. */
function withPartners(
  readings: readonly ArmReadings[],
  samples: readonly Sample[],
  partners: ReadonlyMap<string, Sample>,
): ArmReadings[] {
  const place = new Map(samples.map((sample, i) => [sample.id, i]));
  return readings.map((own, i) => {
    const partner = partners.get(samples[i]?.id ?? "");
    const partnerReading = partner === undefined ? undefined : readings[place.get(partner.id) ?? -1];
    const scene = {
      reading: partnerReading?.arms["context-only"],
      noise: partnerReading?.noise?.["context-only"] ?? 0,
    };
    return {
      ...own,
      ...(partnerReading !== undefined && { partnerScene: scene }),
      faceLabel: own.faceLabel ?? labelOf(own.arms["face-only"]),
      contextLabel: own.contextLabel ?? labelOf(partnerReading?.arms["context-only"]),
    };
  });
}
