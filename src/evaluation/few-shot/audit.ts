import { labelledJensenShannon } from "../../domain/statistics/divergence.ts";
import { type Estimate, estimate } from "../../domain/statistics/estimate.ts";
import { mean } from "../../domain/statistics/summary.ts";
import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { topLabel } from "../answer.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { LabelReader } from "../label-reader.ts";
import { agreementOfRepeats } from "../metrics/total-agreement.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { type Cell, cellsOf } from "../runner/plan.ts";
import { clusterOfSample, type Sample } from "../sample.ts";

/** What leaving one exemplar out did to the answers it had been shown for. */
interface ExemplarInfluence {
  readonly exemplar: string;
  readonly answers: number;
  /** Mean Jensen-Shannon divergence in bits between the answers with and without it. */
  readonly divergence: number | null;
  /** Share of answers whose label changed. */
  readonly flips: number;
}

/** How much the answers of one condition depend on which exemplars are shown, and in which order. */
export interface FewShotAudit {
  readonly condition: string;
  /** 1 - mean pairwise agreement of the labels over Latin-square orders; `null` when orders were not varied. */
  readonly orderSensitivity: Estimate | null;
  /** Most influential first. */
  readonly influences: readonly ExemplarInfluence[];
}

/** Audits every condition that was run with varied exemplars. */
export function auditFewShot(
  records: readonly CallRecord[],
  samples: readonly Sample[],
  { file, reader }: { readonly file: EvalFile; readonly reader: LabelReader },
): FewShotAudit[] {
  const cells = cellsOf(file.matrix, file.fewShot?.audit);
  if (cells.every(({ condition }) => condition.variant === "as chosen")) return [];
  const byCell = new Map<string, Map<string, CallRecord>>();
  for (const record of records) {
    const own = byCell.get(record.cell) ?? new Map<string, CallRecord>();
    byCell.set(record.cell, own);
    own.set(JSON.stringify([record.sample, record.seed, record.repeat]), record);
  }
  return cells
    .filter(({ condition }) => condition.variant === "as chosen")
    .flatMap((base) => {
      const variants = cells.filter((cell) => cell.id.startsWith(`${base.id} | `));
      if (variants.length === 0) return [];
      const answersOf = (cell: Cell) => byCell.get(cell.id) ?? new Map<string, CallRecord>();
      return [
        {
          condition: base.id,
          orderSensitivity: orderSensitivity(
            variants.filter(({ condition }) => condition.variant.startsWith("order")).map(answersOf),
            samples,
            { file, reader },
          ),
          influences: influencesOf(
            answersOf(base),
            variants
              .filter(({ condition }) => condition.variant.startsWith("without"))
              .map((cell) => [cell, answersOf(cell)]),
            { file, reader },
          ),
        },
      ];
    });
}

interface Reading {
  readonly file: EvalFile;
  readonly reader: LabelReader;
}

function labelOf(record: CallRecord | undefined, { file, reader }: Reading): string | null {
  const top = record?.answer ? topLabel(record.answer[file.analysis.reading]) : null;
  return top === null ? null : reader.readOrKeep(top.label);
}

function orderSensitivity(
  orders: readonly ReadonlyMap<string, CallRecord>[],
  samples: readonly Sample[],
  reading: Reading,
): Estimate | null {
  if (orders.length < 2) return null;
  const bySample = new Map(samples.map((sample) => [sample.id, sample]));
  const rows = [...(orders[0]?.entries() ?? [])].map(([key, { sample }]) => {
    const labels = orders.map((order) => labelOf(order.get(key), reading)).filter((label) => label !== null);
    const agreement = agreementOfRepeats(labels);
    const known = bySample.get(sample);
    return { cluster: known === undefined ? sample : clusterOfSample(known), agreement };
  });
  const scored = rows.flatMap(({ cluster, agreement }) =>
    agreement === null ? [] : [{ cluster, value: 1 - agreement.pairwise }],
  );
  const { seed, level, resamples } = reading.file.analysis;
  return estimate(meanStatistic(scored.map(({ value }) => value)), scored.length, {
    clusters: scored.map(({ cluster }) => cluster),
    unscored: rows.length - scored.length,
    seed,
    level,
    resamples,
  });
}

function influencesOf(
  base: ReadonlyMap<string, CallRecord>,
  without: readonly (readonly [Cell, ReadonlyMap<string, CallRecord>])[],
  reading: Reading,
): ExemplarInfluence[] {
  const changes = new Map<string, { divergences: number[]; flips: number[] }>();
  for (const [{ condition }, answers] of without) {
    const place = Number(condition.variant.split(" ")[1]) - 1;
    for (const [key, after] of answers) {
      const before = base.get(key);
      const exemplar = before?.answer?.exemplars[place];
      const [labelBefore, labelAfter] = [labelOf(before, reading), labelOf(after, reading)];
      if (exemplar === undefined || labelBefore === null || labelAfter === null) continue;
      const known = changes.get(exemplar) ?? { divergences: [], flips: [] };
      changes.set(exemplar, known);
      known.flips.push(labelBefore === labelAfter ? 0 : 1);
      const name = reading.file.analysis.reading;
      const [p, q] = [before?.answer?.[name].distribution, after.answer?.[name].distribution];
      const divergence = p && q ? labelledJensenShannon(p, q) : null;
      if (divergence !== null) known.divergences.push(divergence);
    }
  }
  return [...changes]
    .map(([exemplar, { divergences, flips }]) => ({
      exemplar,
      answers: flips.length,
      divergence: mean(divergences),
      flips: mean(flips) as number,
    }))
    .sort((a, b) => (b.divergence ?? -1) - (a.divergence ?? -1));
}
