import { resolve } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { groupBy } from "../../domain/group-by.ts";
import { holmAdjusted } from "../../domain/statistics/adjusted-p-values.ts";
import { type ChangePoint, changePoint } from "../../domain/statistics/change-point.ts";
import { mean } from "../../domain/statistics/summary.ts";
import { pText } from "../../pages/markup.ts";
import { RATE_NAMES } from "../file/eval-file.ts";
import { sideOf } from "../results/compare.ts";
import { countsTowards } from "../results/score-cell.ts";
import type { CellResult } from "../results/summarise.ts";
import { type ScoredAnswers, scoreAnswers } from "./write-report.ts";

/** One alarm in so many waves without a change. */
const FALSE_ALARM = 0.02;

/** Permutations for each series, as p values are multiplied by the number of tests: with fewer, many tests could never raise an alarm. */
const ROUNDS_EACH = 100;
const FEWEST_ROUNDS = 2000;

/** One condition in every wave: as one scorer scored it, or how often its calls failed, were refused or abstained. */
interface Drift {
  /** A scorer, or a rate such as `refusal_rate`. */
  readonly series: string;
  readonly condition: string;
  readonly samples: number;
  /** Mean of each wave, in the order of time. */
  readonly means: readonly (number | null)[];
  /** `null` where nothing could be tested, as with a rate that was 0 throughout. */
  readonly change: (ChangePoint & { readonly adjustedPValue: number }) | null;
}

/** What runs of one evaluation, made again and again, say of whether its models are still the same. */
interface Waves {
  /** Folders and when each was begun, the earliest first. */
  readonly waves: readonly { readonly folder: string; readonly createdAt: string }[];
  readonly drifts: readonly Drift[];
  /** What was tested and how, for a methods section. */
  readonly methods: string;
  readonly notes: readonly string[];
}

/**
 * Takes runs for waves of the same evaluation and tests whether any of the latest three is scored otherwise than those before.
 *
 * @throws {ConfigurationError} if there is one run only, or they share no condition and scorer.
 */
export async function compareWaves(named: readonly string[]): Promise<Waves> {
  const folders = [...new Set(named.map((folder) => resolve(folder)))];
  if (folders.length < 2) throw new ConfigurationError("One wave is compared with nothing: name two runs or more");
  const runs: ScoredAnswers[] = [];
  for (const folder of folders) runs.push(await scoreAnswers(folder));
  runs.sort((a, b) => a.run.header.createdAt.localeCompare(b.run.header.createdAt));
  const [first] = runs as [ScoredAnswers];
  const found = first.summary.cells.flatMap((cell) =>
    seriesOf(cell).flatMap((series) => scoresOver(runs, series) ?? []),
  );
  if (found.length === 0) throw new ConfigurationError("The runs share no condition and scorer: nothing is compared");
  const rounds = Math.max(FEWEST_ROUNDS, ROUNDS_EACH * found.length);
  const { seed } = first.file.analysis;
  const changes = found.map(({ scores }) => changePoint(scores, { seed, rounds }));
  const adjusted = holmAdjusted(changes.map((change) => change?.pValue ?? null));
  return {
    waves: runs.map(({ run }) => ({ folder: run.folder, createdAt: run.header.createdAt })),
    drifts: found.map(({ series, condition, scores }, i) => ({
      ...{ series, condition, samples: scores.length },
      means: runs.map((_run, wave) => mean(scores.flatMap((own) => own[wave] ?? []))),
      change: changes[i] ? { ...changes[i], adjustedPValue: adjusted[i] as number } : null,
    })),
    methods: `Over ${runs.length} waves of the same evaluation, the mean of each scorer and the rates of failures, refusals and abstentions under each condition were tested for a change in one of the latest three waves, by the largest standardised difference between waves before and after, with each sample's values permuted among its waves (${rounds} permutations, seed ${seed}); p values of the ${changes.filter((change) => change !== null).length} series that varied were Holm-corrected together, and an alarm is a p of ${FALSE_ALARM} or less.`,
    notes: [...cacheNotes(runs), ...versionNotes(runs), ...sizeNotes(runs)],
  };
}

/** What is followed over the waves: a score of each call, or whether it counts towards a rate. */
interface Series {
  readonly series: string;
  readonly condition: string;
  readonly callsIn: (cell: CellResult, run: ScoredAnswers) => readonly SampleScore[];
}

interface SampleScore {
  readonly sample: string;
  readonly score: number | null;
}

/** Scores of a condition see no call that is refused: that a model refuses more often is a series of its own. */
function seriesOf({ cell: { id: condition }, scorers }: CellResult): Series[] {
  return [
    ...scorers.map(({ scorer }) => ({
      ...{ series: scorer, condition },
      callsIn: (cell: CellResult) =>
        sideOf(cell, scorer).calls.map(({ sample, score }) => ({ sample: sample.id, score: score.value })),
    })),
    ...RATE_NAMES.map((rate) => ({
      ...{ series: rate, condition },
      callsIn: (cell: CellResult, { file }: ScoredAnswers) =>
        (cell.scorers[0]?.calls ?? []).map(({ sample, record }) => {
          const counts = countsTowards(rate, record, file);
          return { sample: sample.id, score: counts === null ? null : Number(counts) };
        }),
    })),
  ];
}

/** Each sample's mean in each wave; `null` where a wave knows nothing of the series. */
function scoresOver(runs: readonly ScoredAnswers[], { series, condition, callsIn }: Series) {
  const waves = runs.map((run) => {
    const cell = run.summary.cells.find((one) => one.cell.id === condition);
    const bySample = groupBy(cell === undefined ? [] : callsIn(cell, run), ({ sample }) => sample);
    return new Map([...bySample].map(([id, own]) => [id, mean(own.flatMap(({ score }) => score ?? []))] as const));
  });
  if (waves.some(({ size }) => size === 0)) return null;
  const ids = [...new Set(waves.flatMap((wave) => [...wave.keys()]))];
  return { series, condition, scores: ids.map((id) => waves.map((wave) => wave.get(id) ?? null)) };
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

/** From so many answers a wave on, a loss of 5 points is found within three waves in 98 % of simulated series (bench/change-point.mjs). */
const ENOUGH_ANSWERS = 500;

/** That nothing has changed is said of few samples, too. */
function sizeNotes(runs: readonly ScoredAnswers[]): string[] {
  const asked = runs.flatMap(({ summary }) =>
    summary.cells.flatMap(({ scorers: [first] }) => first?.calls.length || []),
  );
  const fewest = Math.min(...asked);
  if (fewest >= ENOUGH_ANSWERS) return [];
  return [
    `With ${fewest} ${fewest === 1 ? "answer" : "answers"} a wave and condition a smaller change stays unseen: a loss of 5 points is found within three waves with about ${ENOUGH_ANSWERS} samples, or fewer that are asked about several times (repeats)`,
  ];
}

/** Whether a condition has changed for certain. */
export function hasChanged({ change }: Drift): boolean {
  return change !== null && change.adjustedPValue <= FALSE_ALARM;
}

/** A line for each series, those that changed first. */
export function wavesText({ waves, drifts, methods, notes }: Waves): string {
  const dayOf = (wave: number) => waves[wave]?.createdAt.slice(0, 10) ?? "";
  const line = (one: Drift) => {
    const means = one.means.map((value) => value?.toFixed(3) ?? "–").join(" ");
    const end = `${one.samples} samples, waves ${means}\n`;
    const what = `${one.series} of "${one.condition}"`;
    if (one.change === null) return `steady    ${what}; ${end}`;
    const { wave, difference, adjustedPValue } = one.change;
    const p = `Holm p ${pText(adjustedPValue)}`;
    if (!hasChanged(one)) return `no change ${what}, ${p}; ${end}`;
    const by = `by ${difference > 0 ? "+" : ""}${difference.toFixed(3)}`;
    return `changed   ${what} ${by}, likeliest since wave ${wave + 1} (${dayOf(wave)}), ${p}; ${end}`;
  };
  const [changed, rest] = [drifts.filter(hasChanged), drifts.filter((one) => !hasChanged(one))];
  const tests = drifts.filter(({ change }) => change !== null).length;
  const multiplicity = `${tests} ${tests === 1 ? "test" : "tests"}, Holm-corrected together${tests < drifts.length ? "; the others never varied" : ""}`;
  const days = `over ${waves.length} waves from ${dayOf(0)} to ${dayOf(waves.length - 1)}`;
  const head = `${changed.length} of ${drifts.length} series changed ${days} (${tests === 0 ? "none ever varied" : multiplicity})\n`;
  return `${head}${[...changed, ...rest].map(line).join("")}${notes.map((note) => `note: ${note}\n`).join("")}methods: ${methods}\n`;
}
