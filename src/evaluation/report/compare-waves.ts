import { ConfigurationError } from "../../domain/errors.ts";
import { groupBy } from "../../domain/group-by.ts";
import { holmAdjusted } from "../../domain/statistics/adjusted-p-values.ts";
import { type ChangePoint, changePoint } from "../../domain/statistics/change-point.ts";
import { mean } from "../../domain/statistics/summary.ts";
import { pText } from "../../pages/markup.ts";
import { sideOf } from "../results/compare.ts";
import { type ScoredAnswers, scoreAnswers } from "./write-report.ts";

/** One alarm in so many waves without a change. */
const FALSE_ALARM = 0.02;

/** One condition as one scorer scored it in every wave. */
export interface Drift {
  readonly scorer: string;
  readonly condition: string;
  readonly samples: number;
  /** Mean score of each wave, in the order of time. */
  readonly means: readonly (number | null)[];
  /** `null` where no sample was scored in several waves. */
  readonly change: (ChangePoint & { readonly adjustedPValue: number }) | null;
}

/** What runs of one evaluation, made again and again, say of whether its models are still the same. */
export interface Waves {
  /** Folders and when each was begun, the earliest first. */
  readonly waves: readonly { readonly folder: string; readonly createdAt: string }[];
  readonly drifts: readonly Drift[];
  readonly notes: readonly string[];
}

/**
 * Takes runs for waves of the same evaluation and tests whether any of the latest three is scored otherwise than those before.
 *
 * @throws {ConfigurationError} if there is one run only, or they share no condition and scorer.
 */
export async function compareWaves(folders: readonly string[]): Promise<Waves> {
  if (folders.length < 2) throw new ConfigurationError("One wave is compared with nothing: name two runs or more");
  const runs: ScoredAnswers[] = [];
  for (const folder of folders) runs.push(await scoreAnswers(folder));
  runs.sort((a, b) => a.run.header.createdAt.localeCompare(b.run.header.createdAt));
  const [first] = runs as [ScoredAnswers];
  const found = first.summary.cells.flatMap(({ cell, scorers }) =>
    scorers.map(({ scorer }) => driftOf(runs, { condition: cell.id, scorer, seed: first.file.analysis.seed })),
  );
  const drifts = found.filter((one) => one !== null);
  if (drifts.length === 0) throw new ConfigurationError("The runs share no condition and scorer: nothing is compared");
  const adjusted = holmAdjusted(drifts.map(({ change }) => change?.pValue ?? null));
  return {
    waves: runs.map(({ run }) => ({ folder: run.folder, createdAt: run.header.createdAt })),
    drifts: drifts.map(({ change, ...one }, i) => ({
      ...one,
      change: change && { ...change, adjustedPValue: adjusted[i] as number },
    })),
    notes: [...cacheNotes(runs), ...versionNotes(runs)],
  };
}

function driftOf(
  runs: readonly ScoredAnswers[],
  { condition, scorer, seed }: { readonly condition: string; readonly scorer: string; readonly seed: number },
) {
  const waves = runs.map(({ summary }) => {
    const same = summary.cells.find(({ cell }) => cell.id === condition);
    const calls = same === undefined ? [] : sideOf(same, scorer).calls;
    const bySample = groupBy(calls, ({ sample }) => sample.id);
    return new Map(
      [...bySample].map(([id, own]) => [id, mean(own.flatMap(({ score }) => score.value ?? []))] as const),
    );
  });
  if (waves.some(({ size }) => size === 0)) return null;
  const ids = [...new Set(waves.flatMap((wave) => [...wave.keys()]))];
  const scores = ids.map((id) => waves.map((wave) => wave.get(id) ?? null));
  return {
    ...{ scorer, condition, samples: ids.length },
    means: waves.map((wave) => mean([...wave.values()].filter((value) => value !== null))),
    change: changePoint(scores, { seed }),
  };
}

/** An answer from before says nothing of the model as it is now. */
function cacheNotes(runs: readonly ScoredAnswers[]): string[] {
  return runs.slice(1).flatMap(({ run, records }) => {
    const kept = records.filter(({ cached }) => cached).length;
    return kept === 0
      ? []
      : [`${kept} of ${records.length} answers of ${run.folder} came from the cache: run waves with --no-cache`];
  });
}

/** Servers that say which version of a model they ran. */
function versionNotes(runs: readonly ScoredAnswers[]): string[] {
  const named = runs.map(({ records }) => [...new Set(records.flatMap(({ fingerprint }) => fingerprint ?? []))].sort());
  return named.flatMap((own, i) => {
    const before = named[i - 1];
    const isOther = before !== undefined && own.length > 0 && own.join() !== before.join();
    return isOther ? [`From wave ${i + 1} on its server says that it ran ${own.join(", ")}`] : [];
  });
}

/** Whether a condition has changed for certain. */
export function hasChanged({ change }: Drift): boolean {
  return change !== null && change.adjustedPValue <= FALSE_ALARM;
}

/** A line for each condition and scorer, those that changed first. */
export function wavesText({ waves, drifts, notes }: Waves): string {
  const dayOf = (wave: number) => waves[wave]?.createdAt.slice(0, 10) ?? "";
  const line = (one: Drift) => {
    const [mark, p] = [hasChanged(one) ? "changed  " : "no change", pText(one.change?.adjustedPValue ?? null)];
    const means = one.means.map((value) => value?.toFixed(3) ?? "–").join(" ");
    const { wave, difference } = (hasChanged(one) ? one.change : null) ?? {};
    const by = difference === undefined ? "" : ` by ${difference > 0 ? "+" : ""}${difference.toFixed(3)}`;
    const since = wave === undefined ? "" : `, likeliest since wave ${wave + 1} (${dayOf(wave)})`;
    return `${mark} ${one.scorer} of "${one.condition}"${by}${since}, Holm p ${p}; ${one.samples} samples, waves ${means}\n`;
  };
  const changed = drifts.filter(hasChanged);
  const head = `${changed.length} of ${drifts.length} changed over ${waves.length} waves from ${dayOf(0)} to ${dayOf(waves.length - 1)}\n`;
  const rest = drifts.filter((one) => !hasChanged(one));
  return `${head}${[...changed, ...rest].map(line).join("")}${notes.map((note) => `note: ${note}\n`).join("")}`;
}
