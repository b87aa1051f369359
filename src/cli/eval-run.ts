import { basename, join } from "node:path";
import { type OpenedEvaluation, openEvaluation } from "../compose/evaluation.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { prepareEvaluation, resumeEvaluation, startEvaluation } from "../evaluation/evaluation.ts";
import type { PreparedEvaluation } from "../evaluation/evaluation-dependencies.ts";
import { evaluationPath } from "../evaluation/list-evaluations.ts";
import { replayBundle } from "../evaluation/report/bundle.ts";
import { planText, summaryText } from "../evaluation/report/run-text.ts";
import { scoreRun, writeReport } from "../evaluation/report/write-report.ts";
import { createFolderAnswerCache } from "../evaluation/runner/answer-cache.ts";
import type { RunOutcome } from "../evaluation/runner/run-calls.ts";
import { openRun } from "../evaluation/runner/run-folder.ts";
import { showProgress } from "./eval-progress.ts";
import { EXIT } from "./exit-codes.ts";
import { note, print } from "./output.ts";

interface RunFileOptions {
  readonly out?: string;
  readonly dryRun?: true;
  readonly cache: boolean;
  readonly json?: true;
}

/** Plans an evaluation and, unless it is a dry run, runs it and writes its report. */
export async function runFile(file: string | undefined, options: RunFileOptions, stop: AbortSignal): Promise<void> {
  if (file === undefined) throw new ConfigurationError("Which evaluation? Name a file, or one that `eval list` shows");
  const path = await evaluationPath(file);
  const folder = options.out ?? join("eval-results", `${basename(path, ".eval.yaml")}-${timestamp()}`);
  const opened = openEvaluation({ evalFilePath: path, stimuliFolder: join(folder, "stimuli"), notify: note });
  try {
    const prepared = await prepareEvaluation(path, opened.dependencies);
    await showPlan(prepared, options);
    if (options.dryRun) return;
    const progress = showProgress(prepared.plan.calls);
    const outcome = await startEvaluation(prepared, opened.dependencies, {
      folder,
      reuse: options.cache,
      onProgress: progress.update,
      stop,
    }).finally(progress.end);
    await finish(folder, outcome, { json: options.json === true, stop });
  } finally {
    await opened.close();
  }
}

async function showPlan(prepared: PreparedEvaluation, options: RunFileOptions): Promise<void> {
  for (const warning of prepared.notes) note(warning);
  if (!options.dryRun) return note(planText(prepared.plan).split("\n").at(-1) ?? "");
  await print(options.json ? `${JSON.stringify(prepared.plan, null, 2)}\n` : `${planText(prepared.plan)}\n`);
}

/** Goes on with a stopped run. */
export async function resumeRun(folder: string, options: { readonly json?: true }, stop: AbortSignal): Promise<void> {
  const { header } = await openRun(folder);
  const opened: OpenedEvaluation = openEvaluation({
    evalFilePath: header.evalFilePath,
    stimuliFolder: join(folder, "stimuli"),
    answersFolder: header.cacheFolder,
    notify: note,
  });
  try {
    const progress = showProgress(null);
    const outcome = await resumeEvaluation(opened.dependencies, { folder, onProgress: progress.update, stop }).finally(
      progress.end,
    );
    await finish(folder, outcome, { json: options.json === true, stop });
  } finally {
    await opened.close();
  }
}

/** Replays a bundle and says whether its numbers came out the same. */
export async function replay(bundle: string, options: { readonly out?: string; readonly json?: true }): Promise<void> {
  const folder = options.out ?? join("eval-results", `replay-${timestamp()}`);
  const { metrics, differing } = await replayBundle(bundle, folder);
  if (options.json) await print(`${JSON.stringify({ folder, metrics, differing }, null, 2)}\n`);
  else await print(`${metrics} metrics computed again in ${folder}, ${differing.length} of them differ\n`);
  for (const one of differing) note(one);
  if (differing.length > 0) process.exitCode = EXIT.doneWithFailures;
}

async function finish(
  folder: string,
  outcome: RunOutcome,
  { json, stop }: { readonly json: boolean; readonly stop: AbortSignal },
): Promise<void> {
  const scored = await scoreRun(folder);
  const path = await writeReport(scored, createFolderAnswerCache(scored.run.header.cacheFolder));
  if (json) await print(`${JSON.stringify({ folder, report: path, ...outcome }, null, 2)}\n`);
  else await print(`${summaryText(scored.summary)}\n`);
  note(
    `${outcome.done} of ${outcome.total} calls done, ${outcome.cached} of them from the cache, ${outcome.failed} failed`,
  );
  if (outcome.stopped !== null) note(`Stopped as ${outcome.stopped}; go on with: kuleshov eval resume ${folder}`);
  note(`Report: ${path}`);
  if (stop.aborted) process.exitCode = EXIT.interrupted;
  else if (outcome.failed > 0 || outcome.stopped !== null) process.exitCode = EXIT.doneWithFailures;
}

function timestamp(): string {
  return new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}
