import { basename, join, resolve } from "node:path";
import { type OpenedEvaluation, openEvaluation } from "../compose/evaluation.ts";
import { withTemplatesAt } from "../compose/model-entries.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { flagSettings, modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { loadScorers } from "../compose/own-scorers.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type Evaluated, evaluate, evaluateShard, rescoreRun, resumeEvaluation } from "../evaluate.ts";
import type { PreparedEvaluation } from "../evaluation/evaluation-dependencies.ts";
import { evaluationPath, timestamp } from "../evaluation/list-evaluations.ts";
import { replayBundle } from "../evaluation/report/bundle.ts";
import { checkJunitPlace, checksOf, writeJunit } from "../evaluation/report/junit.ts";
import type { ScoredRun } from "../evaluation/report/write-report.ts";
import { thresholdSentence } from "../evaluation/results/thresholds.ts";
import { failuresInWords } from "../evaluation/runner/call-record.ts";
import type { RunProgress } from "../evaluation/runner/progress.ts";
import type { RunOutcome } from "../evaluation/runner/run-state.ts";
import { openRun } from "../evaluation/runner/stored-run.ts";
import type { RunMode } from "../runs/run-folder.ts";
import type { Shard } from "../runs/shard.ts";
import { chosenChanges, type SampleChoices } from "./eval-choices.ts";
import { callsInWords, findingsText, planText, summaryText } from "./eval-text.ts";
import { EXIT } from "./exit.ts";
import { note, print } from "./output.ts";
import { showProgress } from "./progress.ts";
import { shardOutOf } from "./run-options.ts";

export interface RunFileOptions extends RunMode, ModelFlags, SampleChoices {
  readonly out?: string;
  readonly shard?: Shard;
  readonly dryRun?: true;
  readonly cache: boolean;
  readonly json?: true;
  readonly baseline?: string;
  readonly junit?: string;
  readonly scorer?: readonly string[];
}

/** Plans an evaluation and, unless it is a dry run, runs it and writes its report. */
export async function runFile(named: string | undefined, options: RunFileOptions, stop: AbortSignal): Promise<void> {
  if (named === undefined) throw new ConfigurationError("Which evaluation? Name a file, or one that `eval list` shows");
  const file = await evaluationPath(named);
  if (options.junit !== undefined) await checkJunitPlace(options.junit);
  const scorers = await loadScorers(options.scorer ?? []);
  const folder = folderOf(file, options);
  // Model, seed and time limit are the file's: only a flag, which is meant for this run, goes before it.
  const { model: single, panel, seed, timeout, samples } = flagSettings(options);
  const asTyped = panel?.join(",") ?? single;
  // What is typed lies where it is typed, what a file names beside the file.
  const model = asTyped && withTemplatesAt(asTyped, (path) => resolve(path));
  if (panel !== undefined && single !== undefined) {
    throw new ConfigurationError("A model and a panel are named: name one of them");
  }
  const settings = await modelSettings(options, { named: true });
  const { baseUrl, temperature, maxTokens, allowRemote, localOnly } = settings;
  const asked = defined({ baseUrl, temperature, maxTokens, allowRemote, localOnly, timeout });
  const opened = openEvaluation({
    ...modelOptionsOf(asked),
    ...defined({ samples }),
    evalFilePath: file,
    stimuliFolder: join(folder, "stimuli"),
    cache: options.cache,
    notify: note,
  });
  let progress: ReturnType<typeof showProgress> | undefined;
  const onPlan = async (prepared: PreparedEvaluation) => {
    await showPlan(prepared, options);
    if (options.dryRun) return false;
    progress = showProgress(prepared.plan.calls);
    return true;
  };
  try {
    const { resume, force } = options;
    const onProgress = (now: RunProgress) => progress?.update(now);
    const baseline = options.baseline === undefined ? undefined : resolve(options.baseline);
    const instead = {
      ...defined({ model, seed, timeoutSeconds: timeout, baseline }),
      ...(await chosenChanges(options)),
    };
    const query = { file, instead, folder, resume, force, onPlan, onProgress, scorers };
    if (options.shard !== undefined) {
      const shard = { ...query, shard: options.shard };
      const outcome = await evaluateShard(shard, opened.dependencies, stop).finally(() => progress?.end());
      if (outcome !== null) await tellShard(folder, outcome, { json: options.json === true, stop });
      return;
    }
    const done = await evaluate(query, opened.dependencies, stop).finally(() => progress?.end());
    if (done === null) return;
    await tell(folder, done, { json: options.json === true, stop });
    if (options.junit !== undefined) await writeJunit(options.junit, done.scored);
  } finally {
    await opened.close();
  }
}

/** @throws {ConfigurationError} if what is asked for can be had of a whole evaluation alone. */
function folderOf(file: string, { out, shard, junit }: RunFileOptions): string {
  if (shard !== undefined && out === undefined) {
    throw new ConfigurationError("--shard needs --out with the folder that holds all shards");
  }
  if (shard !== undefined && junit !== undefined) {
    throw new ConfigurationError("--junit is of a whole evaluation: leave it out of the shards");
  }
  return shardOutOf(out ?? join("eval-results", `${basename(file, ".eval.yaml")}-${timestamp()}`), shard);
}

async function showPlan(prepared: PreparedEvaluation, options: RunFileOptions): Promise<void> {
  for (const warning of prepared.notes) note(warning);
  if (!options.dryRun) return note(planText(prepared.plan).split("\n").at(-1) ?? "");
  await print(options.json ? `${JSON.stringify(prepared.plan, null, 2)}\n` : `${planText(prepared.plan)}\n`);
}

/** Goes on with a stopped run, and asks as it did unless a flag says otherwise. */
export async function resumeRun(
  folder: string,
  options: ModelFlags & { readonly json?: true; readonly scorer?: readonly string[] },
  stop: AbortSignal,
): Promise<void> {
  const scorers = await loadScorers(options.scorer ?? []);
  const { model, seed, ...flags } = flagSettings(options);
  if (model !== undefined || seed !== undefined) {
    throw new ConfigurationError("A run keeps its models and seeds: start another with `kuleshov eval run`");
  }
  const { allowRemote, localOnly } = await modelSettings(options, { named: true });
  const asked = defined({ ...flags, allowRemote, localOnly });
  const { header } = await openRun(folder);
  const opened: OpenedEvaluation = openEvaluation({
    ...header.modelOptions,
    ...modelOptionsOf(asked),
    evalFilePath: header.evalFilePath,
    stimuliFolder: join(folder, "stimuli"),
    answersFolder: header.cacheFolder,
    cache: header.reuse,
    notify: note,
  });
  const progress = showProgress(null);
  try {
    const query = { folder, onProgress: progress.update, scorers };
    const done = await resumeEvaluation(query, opened.dependencies, stop).finally(progress.end);
    await tell(folder, done, { json: options.json === true, stop });
  } finally {
    await opened.close();
  }
}

/** Replays a bundle and says whether its numbers came out the same. */
export async function replay(
  bundle: string,
  options: RunMode & { readonly out?: string; readonly json?: true },
): Promise<void> {
  const folder = options.out ?? join("eval-results", `replay-${timestamp()}`);
  const { metrics, differing } = await replayBundle(bundle, { folder, resume: options.resume, force: options.force });
  if (options.json) await print(`${JSON.stringify({ folder, metrics, differing }, null, 2)}\n`);
  else await print(`${metrics} metrics computed again in ${folder}, ${differing.length} of them differ\n`);
  for (const one of differing) note(one);
  if (differing.length > 0) process.exitCode = EXIT.doneWithFailures;
}

/** Scores a run anew and says what came of it. */
export async function rescore(
  folder: string,
  file: string | undefined,
  { json, scorer = [] }: { readonly json?: true; readonly scorer?: readonly string[] },
): Promise<void> {
  const from = file === undefined ? undefined : await evaluationPath(file);
  const { scored, report } = await rescoreRun(folder, from, await loadScorers(scorer));
  const metrics = scored.summary.cells.map(({ cell, scorers, rates }) => ({
    cell: cell.id,
    metrics: [...scorers.flatMap((one) => one.metrics), ...rates],
  }));
  await print(
    json
      ? `${JSON.stringify({ folder, report, conditions: metrics }, null, 2)}\n`
      : `${summaryText(scored.summary)}\n${findingsText(scored)}`,
  );
  tellScores(scored, report);
  process.exitCode = exitCodeOf(scored);
}

async function tell(
  folder: string,
  { outcome, scored, report }: Evaluated,
  { json, stop }: { readonly json: boolean; readonly stop: AbortSignal },
): Promise<void> {
  if (json) await print(`${JSON.stringify({ folder, report, ...outcome }, null, 2)}\n`);
  else await print(`${summaryText(scored.summary)}\n${findingsText(scored)}`);
  note(callsInWords(outcome));
  if (outcome.enough !== null) note(`Asked no more, as ${outcome.enough}`);
  if (outcome.stopped !== null) note(`Stopped as ${outcome.stopped}; go on with: kuleshov eval resume ${folder}`);
  tellScores(scored, report);
  process.exitCode = exitCodeOf(scored, stop);
  if (outcome.stopped !== null && process.exitCode === EXIT.done) process.exitCode = EXIT.doneWithFailures;
}

async function tellShard(
  folder: string,
  outcome: RunOutcome,
  { json, stop }: { readonly json: boolean; readonly stop: AbortSignal },
): Promise<void> {
  if (json) await print(`${JSON.stringify({ folder, ...outcome }, null, 2)}\n`);
  else await print(`${callsInWords(outcome)}. \`${folder}\`\n`);
  if (outcome.stopped !== null) note(`Stopped as ${outcome.stopped}; the same command goes on`);
  if (stop.aborted) process.exitCode = EXIT.interrupted;
  else if (outcome.stopped !== null || outcome.failed > 0) process.exitCode = EXIT.doneWithFailures;
}

function tellScores(scored: ScoredRun, path: string): void {
  for (const sentence of scored.fixed) note(sentence);
  const missed = scored.thresholds.filter(({ state }) => state !== "passed");
  note(...missed.map(thresholdSentence));
  note(`Report: ${path}`);
  note(...failuresInWords(scored.records));
}

function defined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** Of a scored run: one in which no call was answered has given nothing. */
export function exitCodeOf(scored: ScoredRun, stop?: AbortSignal): number {
  if (stop?.aborted) return EXIT.interrupted;
  const { records } = scored;
  if (records.length > 0 && records.every(({ failure }) => failure !== null)) return EXIT.nothingDone;
  return checksOf(scored).some(({ problem }) => problem !== null) ? EXIT.doneWithFailures : EXIT.done;
}
