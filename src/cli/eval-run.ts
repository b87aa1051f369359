import { basename, join, resolve } from "node:path";
import { type OpenedEvaluation, openEvaluation } from "../compose/evaluation.ts";
import { withTemplatesAt } from "../compose/model-entries.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { flagSettings, modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { loadScorers } from "../compose/own-scorers.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { commonest } from "../domain/group-by.ts";
import { type Evaluated, evaluate, rescoreRun, resumeEvaluation } from "../evaluate.ts";
import type { PreparedEvaluation } from "../evaluation/evaluation-dependencies.ts";
import { evaluationPath, timestamp } from "../evaluation/list-evaluations.ts";
import { replayBundle } from "../evaluation/report/bundle.ts";
import { checkJunitPlace, checksOf, writeJunit } from "../evaluation/report/junit.ts";
import type { ScoredRun } from "../evaluation/report/write-report.ts";
import type { RunSummary } from "../evaluation/results/summarise.ts";
import { thresholdSentence } from "../evaluation/results/thresholds.ts";
import { failuresInWords } from "../evaluation/runner/call-record.ts";
import type { RunPlan } from "../evaluation/runner/plan-run.ts";
import type { RunProgress } from "../evaluation/runner/progress.ts";
import { openRun } from "../evaluation/runner/stored-run.ts";
import { readable } from "../pages/evaluation-view.ts";
import { number } from "../pages/markup.ts";
import type { RunMode } from "../runs/run-folder.ts";
import { chosenChanges, type SampleChoices } from "./eval-choices.ts";
import { EXIT } from "./exit.ts";
import { note, print } from "./output.ts";
import { showProgress } from "./progress.ts";

export interface RunFileOptions extends RunMode, ModelFlags, SampleChoices {
  readonly out?: string;
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
  const folder = options.out ?? join("eval-results", `${basename(file, ".eval.yaml")}-${timestamp()}`);
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
    const done = await evaluate(query, opened.dependencies, stop).finally(() => progress?.end());
    if (done === null) return;
    await tell(folder, done, { json: options.json === true, stop });
    if (options.junit !== undefined) await writeJunit(options.junit, done.scored);
  } finally {
    await opened.close();
  }
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
    json ? `${JSON.stringify({ folder, report, conditions: metrics }, null, 2)}\n` : `${summaryText(scored.summary)}\n`,
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
  else await print(`${summaryText(scored.summary)}\n`);
  note(
    `${outcome.done} of ${outcome.total} calls done, ${outcome.cached} of them from the cache, ${outcome.failed} failed`,
  );
  if (outcome.enough !== null) note(`Asked no more, as ${outcome.enough}`);
  if (outcome.stopped !== null) note(`Stopped as ${outcome.stopped}; go on with: kuleshov eval resume ${folder}`);
  tellScores(scored, report);
  process.exitCode = exitCodeOf(scored, stop);
  if (outcome.stopped !== null && process.exitCode === EXIT.done) process.exitCode = EXIT.doneWithFailures;
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

/** The plan as a person reads it before spending anything; the last line sums up. */
function planText({ cells, ...total }: RunPlan): string {
  const lines = cells.map(
    ({ cell, calls, cached, inputTokens, outputTokens, usd }) =>
      `${cell}: ${calls} calls (${cached} cached), about ${thousands(inputTokens)} tokens in and ${thousands(outputTokens)} out, ${moneyText(usd)}`,
  );
  const unknown = total.unpricedModels.length === 0 ? "" : `, and what ${total.unpricedModels.join(", ")} costs`;
  return [
    ...lines,
    `${total.calls} calls, ${total.cached} of them cached; about ${thousands(total.inputTokens)} tokens in and ${thousands(total.outputTokens)} out; ${moneyText(total.usd)}${unknown}`,
  ].join("\n");
}

/** The main numbers of each condition. */
function summaryText({ cells }: RunSummary): string {
  return cells
    .map(({ cell, scorers, rates }) => {
      const scored = scorers.flatMap((scorer) => scorer.metrics).filter(({ estimate }) => estimate.n > 0);
      const metrics = [...scored, ...rates.filter(({ estimate }) => (estimate.value ?? 0) > 0)];
      if (scored.length === 0) return `${cell.id}\n  nothing could be scored${commonestReason(scorers)}`;
      const lines = metrics.map(({ metric, estimate: { value, low, high, n, unscored } }) => {
        const interval = low === null || high === null ? "" : ` [${number(low)}, ${number(high)}]`;
        return `  ${readable(metric).padEnd(36)} ${number(value)}${interval}  n = ${n}${unscored > 0 ? `, ${unscored} unscored` : ""}`;
      });
      const notes = scorers.flatMap((scorer) => scorer.notes.map((note) => `  ${note}`));
      return [cell.id, ...lines, ...notes].join("\n");
    })
    .join("\n");
}

/** Why scores are missing, in the words that most of the calls have for it. */
function commonestReason(scorers: RunSummary["cells"][number]["scorers"]): string {
  const calls = scorers[0]?.calls ?? [];
  const reasons = calls.flatMap(({ score }) => (score.value === null ? [score.explanation] : []));
  const most = commonest(reasons);
  return most === undefined ? ": no call was finished" : `; ${most.count} of ${calls.length} calls: ${most.item}`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function moneyText(usd: number | null): string {
  if (usd === null) return "cost unknown (add its price under prices)";
  return usd === 0 ? "free" : `about ${usd.toFixed(usd < 1 ? 4 : 2)} USD`;
}
