import type { ScoreTable } from "../../domain/score-table.ts";
import { holmAdjusted } from "../../domain/statistics/adjusted-p-values.ts";
import { bootstrapInterval, resamplesFor } from "../../domain/statistics/bootstrap.ts";
import {
  type DifferentialFunctioning,
  differentialFunctioning,
  functioningChiSquare,
  type ItemDecision,
} from "../../domain/statistics/differential-functioning.ts";
import { type Grouped, groupPermutationP } from "../../domain/statistics/group-permutation.ts";
import { meanStatistic, plainValue, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type Answer, topLabel } from "../answer.ts";
import type { Analysis } from "../file/analysis.ts";
import type { LabelReader } from "../label-reader.ts";
import type { CodedActionUnit } from "../sample.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";

/** What was coded and said of one sample, a label and action units, and its groups by the column that they are of. */
interface Judged {
  readonly truth: string | null;
  readonly predicted: string | null;
  readonly units: readonly { readonly au: string; readonly coded: number; readonly said: boolean }[];
  readonly groups: Readonly<Record<string, string>>;
}
type Rows = readonly ScoredRow<Judged>[];

/** Whether a model is as often right in every group, and says the same where the same was coded. */
export function createFairnessScorer(
  reader: LabelReader,
  { groupBy, reading, seed, level, resamples }: Omit<Analysis, "corrected" | "equivalence">,
) {
  const drawn = (n: number) => ({ seed, level, resamples: resamplesFor(n, resamples) });
  return defineScorer<Judged>({
    name: "fairness",
    description:
      "Right answers by group with permutation tests, and differential functioning of labels and action units",
    requires: [],
    score(answer, { truth, columns }) {
      const top = answer.choice ?? topLabel(answer[reading])?.label;
      const right = truth.label ?? truth.choice;
      const pair = { truth: right && reader.readOrKeep(right), predicted: top ? reader.readOrKeep(top) : null };
      const units = (truth.actionUnits ?? []).flatMap((coded) => unitOf(coded, answer));
      const isLabelled = pair.truth !== null && pair.predicted !== null;
      const hits = [
        ...(isLabelled ? [pair.truth === pair.predicted] : []),
        ...units.map(({ coded, said }) => coded > 0 === said),
      ];
      if (hits.length === 0) return unscored("no truth", "Nothing was both coded and said");
      const groups = Object.fromEntries(groupBy.flatMap((by) => (columns[by] ? [[by, columns[by]]] : [])));
      const share = hits.filter((hit) => hit).length / hits.length;
      return scored(share, { ...pair, units, groups }, `${hits.filter((hit) => hit).length} of ${hits.length} right`);
    },
    metrics: () =>
      groupBy.map((by) => ({ name: `gap_by_${by}`, better: "lower", statistic: (rows) => gapStatistic(rows, by) })),
    tables: (rows) =>
      groupBy.flatMap((by) => {
        const own = rows.filter(({ metadata }) => metadata.groups[by] !== undefined);
        return [gapTable(own, by, drawn(own.length)), functioningTable(itemsOf(own, by), by, { seed, level })];
      }),
  });
}

/** As for the scorer action-units: the first toolbox that is sure. A code counts as shown from any intensity on. */
function unitOf({ au, value }: CodedActionUnit, { measuredActionUnits }: Answer) {
  const found = measuredActionUnits.find((one) => one.au === au && one.presence !== "uncertain");
  return found === undefined ? [] : [{ au, coded: value, said: found.presence === "present" }];
}

function groupOf({ metadata }: ScoredRow<Judged>, by: string): string {
  return metadata.groups[by] as string;
}

function groupsOf(rows: Rows, by: string): readonly string[] {
  return [...new Set(rows.flatMap(({ metadata }) => metadata.groups[by] ?? []))].sort();
}

/** From the group with the fewest right answers to that with the most. */
function gapStatistic(rows: Rows, by: string): WeightedStatistic {
  const means = groupsOf(rows, by).map((group) => meanWhere(rows, (row) => row.metadata.groups[by] === group));
  return (weights) => {
    const values = means.map((mean) => mean(weights)).filter((value) => value !== null);
    return values.length < 2 ? null : Math.max(...values) - Math.min(...values);
  };
}

function meanWhere(rows: Rows, holds: (row: ScoredRow<Judged>) => boolean): WeightedStatistic {
  const is = Float64Array.from(rows, (row) => (holds(row) ? 1 : 0));
  const mean = meanStatistic(rows.map(({ value }) => value));
  return (weights) => mean(weights.map((weight, i) => weight * (is[i] as number)));
}

function groupedBy(rows: Rows, by: string): Grouped {
  return { groups: rows.map((row) => groupOf(row, by)), clusters: rows.map(({ cluster }) => cluster) };
}

/** Fewer rounds of very many rows, so that a report does not take minutes. */
function roundsFor(rows: number): number {
  return Math.max(200, Math.min(2000, Math.floor(4_000_000 / Math.max(1, rows))));
}

/** Each group against all others. */
function gapTable(
  rows: Rows,
  by: string,
  options: { readonly seed: number; readonly level: number; readonly resamples: number },
): ScoreTable {
  const grouped = groupedBy(rows, by);
  const found = groupsOf(rows, by).map((group) => {
    const [own, others] = [true, false].map((is) => meanWhere(rows, (row) => (groupOf(row, by) === group) === is)) as [
      WeightedStatistic,
      WeightedStatistic,
    ];
    const difference: WeightedStatistic = (weights) => {
      const [a, b] = [own(weights), others(weights)];
      return a === null || b === null ? null : a - b;
    };
    const p = groupPermutationP(grouped, (dealt) => distanceOf(rows, dealt, group), {
      seed: options.seed,
      rounds: roundsFor(rows.length),
    });
    return {
      ...{ group, p, n: grouped.groups.filter((one) => one === group).length },
      value: plainValue(own, rows.length),
      difference: plainValue(difference, rows.length),
      interval: bootstrapInterval(difference, rows.length, { ...options, clusters: grouped.clusters }),
    };
  });
  // Two groups are one test.
  const adjusted = found.length === 2 ? found.map(({ p }) => p) : holmAdjusted(found.map(({ p }) => p));
  return {
    type: "table",
    title: `Right answers by ${by}, each group against the others`,
    headers: ["group", "samples", "right", "difference", "from", "to", "p, permutation", "p, Holm"],
    rows: found.map(({ group, n, value, difference, interval, p }, i) => [
      ...[group, n, value, difference, interval?.low ?? null, interval?.high ?? null, p],
      adjusted[i] ?? null,
    ]),
  };
}

function distanceOf(rows: Rows, groups: readonly string[], group: string): number | null {
  let [own, others, nOwn, nOthers] = [0, 0, 0, 0];
  groups.forEach((one, i) => {
    const { value } = rows[i] as ScoredRow<Judged>;
    if (one === group) [own, nOwn] = [own + value, nOwn + 1];
    else [others, nOthers] = [others + value, nOthers + 1];
  });
  return nOwn === 0 || nOthers === 0 ? null : Math.abs(own / nOwn - others / nOthers);
}

interface Item {
  readonly name: string;
  readonly decisions: readonly (ItemDecision & { readonly cluster: string })[];
}

/** Every label and every action unit with the decisions about it. */
function itemsOf(rows: Rows, by: string): readonly Item[] {
  const labelled = rows.filter(({ metadata }) => metadata.truth !== null && metadata.predicted !== null);
  const labels = [...new Set(labelled.flatMap(({ metadata }) => metadata.truth ?? []))].sort();
  const units = [...new Set(rows.flatMap(({ metadata }) => metadata.units.map(({ au }) => au)))].sort();
  return [
    ...labels.map((name) => ({
      name,
      decisions: labelled.map((row) => ({
        ...{ coded: row.metadata.truth === name ? 1 : 0, said: row.metadata.predicted === name },
        ...{ group: groupOf(row, by), cluster: row.cluster },
      })),
    })),
    ...units.map((name) => ({
      name,
      decisions: rows.flatMap((row) =>
        row.metadata.units
          .filter(({ au }) => au === name)
          .map(({ coded, said }) => ({ coded, said, group: groupOf(row, by), cluster: row.cluster })),
      ),
    })),
  ];
}

function functioningTable(
  items: readonly Item[],
  by: string,
  { seed, level }: { readonly seed: number; readonly level: number },
): ScoreTable {
  const found = items.flatMap(({ name, decisions }) => {
    const own = differentialFunctioning(decisions);
    return own === null ? [] : [{ name, own, n: decisions.length, p: permutedP(decisions, seed) }];
  });
  const adjusted = holmAdjusted(found.map(({ p }) => p));
  return {
    type: "table",
    title: `The same code in another group: differential functioning by ${by}`,
    headers: ["item", "decisions", "chi-square", "df", "p, chi-square", "p, permutation", "p, Holm", "effect", "found"],
    rows: found.map(({ name, n, own, p }, i) => [
      ...[name, n, own.chiSquare, own.degrees, own.pValue, p, adjusted[i] ?? null, own.effect],
      (adjusted[i] ?? 1) <= 1 - level ? sizeOf(own) : "none",
    ]),
  };
}

function permutedP(decisions: Item["decisions"], seed: number): number | null {
  const grouped = { groups: decisions.map(({ group }) => group), clusters: decisions.map(({ cluster }) => cluster) };
  const chiSquareOf = (dealt: readonly string[]) =>
    functioningChiSquare(decisions.map((one, i) => ({ ...one, group: dealt[i] as string })));
  return groupPermutationP(grouped, chiSquareOf, { seed, rounds: roundsFor(4 * decisions.length) });
}

function sizeOf({ effect }: DifferentialFunctioning): string {
  if (effect < 0.035) return "negligible";
  return effect <= 0.07 ? "moderate" : "large";
}
