import type { LabelProbability } from "../domain/labels.ts";
import type { ExpressionReading } from "../domain/measurement.ts";
import { isExpressionPool } from "../facs/expression-pool.ts";
import { BRIDGED_S } from "./curve.ts";

/** One sight of a person. */
export interface Sight {
  readonly timeS: number;
  /** Whether another shot began since the last sight. */
  readonly cut: boolean;
  readonly expressions: readonly ExpressionReading[];
}

/** A part of a clip in which somebody's expression is read as one and the same, with what is read on average. */
export interface Stretch {
  readonly fromS: number;
  readonly toS: number;
  readonly frames: number;
  readonly expressions: readonly ExpressionReading[];
}

/** A change that lasts less long is none. */
const LEAST_S = 0.5;

/**
 * Where somebody's expression changes: stretches with one first label each, by the pool of the networks where there is one,
 * else by the first of them. What is seen apart, in another shot or after a gap, is a stretch of its own.
 */
export function stretchesOf(sights: readonly Sight[]): Stretch[] {
  const read = sights.map((sight) => ({ ...sight, expressions: followed(sight.expressions) }));
  return runsOf(read).flatMap((run) => changesIn(run).map(meanOf));
}

/** Where networks were pooled, the pool alone: it is made of them. */
export function followed(readings: readonly ExpressionReading[]): readonly ExpressionReading[] {
  const pooled = readings.filter(({ source }) => isExpressionPool(source));
  return pooled.length > 0 ? pooled : readings;
}

function runsOf(sights: readonly Sight[]): Sight[][] {
  const runs: Sight[][] = [];
  for (const sight of sights) {
    const last = runs.at(-1);
    const before = last?.at(-1);
    if (last === undefined || before === undefined || sight.cut || sight.timeS - before.timeS > BRIDGED_S) {
      runs.push([sight]);
    } else last.push(sight);
  }
  return runs;
}

/** Short changes go to the part before them, or after them at the beginning; the longest parts are not touched. */
function changesIn(run: readonly Sight[]): Sight[][] {
  const parts: Sight[][] = [];
  for (const sight of run) {
    const last = parts.at(-1);
    if (last !== undefined && firstLabel(last[0]) === firstLabel(sight)) last.push(sight);
    else parts.push([sight]);
  }
  const isShort = (part: readonly Sight[]) => (part.at(-1)?.timeS ?? 0) - (part[0]?.timeS ?? 0) < LEAST_S - 1e-6;
  for (;;) {
    const shortest = parts.filter(isShort).sort((a, b) => a.length - b.length)[0];
    if (shortest === undefined || parts.length === 1) return parts;
    const at = parts.indexOf(shortest);
    const [before, after] = [parts[at - 1], parts[at + 1]];
    if (before !== undefined) before.push(...shortest);
    else after?.unshift(...shortest);
    parts.splice(at, 1);
    mergeAlike(parts, at);
  }
}

/** The parts on both sides of one that went may be of one label. */
function mergeAlike(parts: Sight[][], at: number): void {
  const [before, after] = [parts[at - 1], parts[at]];
  if (before === undefined || after === undefined || commonLabel(before) !== commonLabel(after)) return;
  before.push(...after);
  parts.splice(at, 1);
}

function firstLabel(sight: Sight | undefined): string | undefined {
  return topOf(sight?.expressions[0]?.distribution ?? []);
}

function commonLabel(part: readonly Sight[]): string | undefined {
  return topOf(meanOf(part).expressions[0]?.distribution ?? []);
}

function topOf(distribution: readonly LabelProbability[]): string | undefined {
  return [...distribution].sort((a, b) => b.probability - a.probability)[0]?.label;
}

function meanOf(part: readonly Sight[]): Stretch {
  const sums = new Map<string, Map<string, number>>();
  for (const { source, distribution } of part.flatMap(({ expressions }) => expressions)) {
    const sum = sums.get(source) ?? new Map<string, number>();
    for (const { label, probability } of distribution) sum.set(label, (sum.get(label) ?? 0) + probability);
    sums.set(source, sum);
  }
  const expressions = [...sums].map(([source, sum]): ExpressionReading => {
    const total = [...sum.values()].reduce((all, one) => all + one, 0);
    return { source, distribution: [...sum].map(([label, value]) => ({ label, probability: value / total })) };
  });
  return { fromS: part[0]?.timeS ?? 0, toS: part.at(-1)?.timeS ?? 0, frames: part.length, expressions };
}
