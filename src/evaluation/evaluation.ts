import { ConfigurationError } from "../domain/errors.ts";
import { readDataset } from "./dataset/read-dataset.ts";
import type { EvalFile } from "./file/eval-file.ts";
import { type LoadedEvalFile, parseEvalFile, readEvalFile } from "./file/read-eval-file.ts";
import { createLabelReader } from "./label-reader.ts";
import { loadLemmas, loadWheels } from "./load-wheels.ts";
import { checkRequirements } from "./requirements.ts";
import { answeredCalls } from "./results/read-results.ts";
import type { AnswerCache } from "./runner/answer-cache.ts";
import { canonicalJson } from "./runner/call-key.ts";
import { openJournal } from "./runner/journal.ts";
import { callsOf } from "./runner/plan.ts";
import { identitiesOf, planRun, type RunPlan } from "./runner/plan-run.ts";
import type { RunProgress } from "./runner/progress.ts";
import { type RunOutcome, runCalls } from "./runner/run-calls.ts";
import { createRun, lockRun, openRun, resultsPath, type StoredRun } from "./runner/run-folder.ts";
import type { Sample } from "./sample.ts";
import type { Scorer } from "./score.ts";
import { createScorer, SCORER_NAMES, type ScorerName } from "./scorers/registry.ts";
import type { Call, Solver, StimulusSource } from "./solver.ts";

/** What evaluations need from outside; `compose.ts` picks it. */
export interface EvaluationParts {
  /** The solver for a file: it decides on question, labels and few-shot settings. */
  solverFor(file: EvalFile, labels: readonly string[]): Promise<Solver>;
  stimuliFor(file: EvalFile, samples: readonly Sample[]): Promise<StimulusSource>;
  readonly cache: AnswerCache;
  readonly cacheFolder: string;
  /** @throws {ConfigurationError} for an unknown id. */
  taxonomyLabels(id: string): Promise<readonly string[]>;
  /** Kuleshov's version. */
  readonly version: string;
}

/** How a run is made. */
export interface RunOptions {
  /** Where results go. */
  readonly folder: string;
  /** Whether cached answers are taken; true unless told. */
  readonly reuse?: boolean;
  readonly onProgress?: (progress: RunProgress) => void;
  /** No new calls from here on. */
  readonly stop?: AbortSignal;
  readonly firstRetryWaitMs?: number;
}

/** An evaluation that is ready to run, with nothing asked yet. */
export interface PreparedEvaluation {
  readonly loaded: LoadedEvalFile;
  readonly samples: readonly Sample[];
  readonly labels: readonly string[];
  readonly skipped: readonly { readonly where: string; readonly reason: string }[];
  readonly calls: readonly Call[];
  readonly identities: ReadonlyMap<string, unknown>;
  readonly solver: Solver;
  readonly stimuli: StimulusSource;
  readonly plan: RunPlan;
  /** What the user should know before spending anything. */
  readonly notes: readonly string[];
}

/** Reads and checks an evaluation file with its dataset, and plans its calls. @throws {ConfigurationError} */
export async function prepareEvaluation(path: string, parts: EvaluationParts): Promise<PreparedEvaluation> {
  const loaded = await readEvalFile(path);
  const { file } = loaded;
  const lemmas = await loadLemmas();
  const { samples, skipped, labels } = await readDataset(file.dataset, { evalFilePath: path, lemmas, ...parts });
  const scorers = await scorersOf(file, labels);
  const notes = checkRequirements(scorers, samples, file.matrix);
  if (skipped.length > 0) notes.push(`${skipped.length} rows of the dataset were left out`);
  const work = await workOf(file, { samples, labels, parts });
  const plan = await planRun(work.calls, { file, cache: parts.cache, ...work });
  if (file.budget.usd !== undefined && plan.unpricedModels.length > 0) {
    const models = plan.unpricedModels.join(", ");
    throw new ConfigurationError(
      `Cannot keep the budget in USD as the price of ${models} is unknown: add it under prices`,
    );
  }
  return { loaded, samples, labels, skipped, plan, notes, ...work };
}

/** Runs a prepared evaluation into a new folder. @throws {ConfigurationError} if a run is there already. */
export async function startEvaluation(
  prepared: PreparedEvaluation,
  parts: EvaluationParts,
  options: RunOptions,
): Promise<RunOutcome> {
  const { loaded, samples, labels, skipped, identities } = prepared;
  const run = await createRun(
    options.folder,
    {
      kuleshovVersion: parts.version,
      nodeVersion: process.version,
      platform: `${process.platform} ${process.arch}`,
      name: loaded.file.name,
      createdAt: new Date().toISOString(),
      evalFilePath: loaded.path,
      evalFileText: loaded.text,
      labels: [...labels],
      skippedRows: skipped.map(({ where, reason }) => ({ where, reason })),
      identities: Object.fromEntries(identities),
      cacheFolder: parts.cacheFolder,
    },
    samples,
  );
  return askAll(run, loaded.file, { ...prepared, parts, options });
}

/**
 * Goes on with a run: calls that were answered are not asked again, those that failed are.
 * @throws {ConfigurationError} if there is no run, or what determines its answers has changed since.
 */
export async function resumeEvaluation(parts: EvaluationParts, options: RunOptions): Promise<RunOutcome> {
  const run = await openRun(options.folder);
  const file = parseEvalFile(run.header.evalFileText, run.header.evalFilePath);
  const work = await workOf(file, { samples: run.samples, labels: run.header.labels, parts });
  for (const [cell, identity] of work.identities) {
    if (canonicalJson(run.header.identities[cell]) === canonicalJson(identity)) continue;
    throw new ConfigurationError(
      `Cannot resume run as prompt, model or toolboxes of "${cell}" changed since it began: start a new one (\`${options.folder}\`)`,
    );
  }
  const plan = await planRun([], { file, cache: parts.cache, ...work });
  return askAll(run, file, { ...work, plan, parts, options });
}

/** The scorers a file names that need no judge. */
export async function scorersOf(file: EvalFile, labels: readonly string[]): Promise<Scorer[]> {
  const lemmas = await loadLemmas();
  const wheels = await loadWheels();
  const context = { reader: createLabelReader(labels, lemmas), reading: file.analysis.reading, wheels, lemmas };
  const isPlain = (name: string): name is ScorerName => SCORER_NAMES.some((known) => known === name);
  return file.scorers.filter(isPlain).map((name) => createScorer(name, context));
}

async function workOf(
  file: EvalFile,
  {
    samples,
    labels,
    parts,
  }: {
    readonly samples: readonly Sample[];
    readonly labels: readonly string[];
    readonly parts: EvaluationParts;
  },
) {
  const solver = await parts.solverFor(file, labels);
  const stimuli = await parts.stimuliFor(file, samples);
  const calls = callsOf(samples, file.matrix);
  return { solver, stimuli, calls, identities: await identitiesOf(calls, solver) };
}

async function askAll(
  run: StoredRun,
  file: EvalFile,
  {
    calls,
    plan,
    parts,
    options,
    ...work
  }: Pick<PreparedEvaluation, "calls" | "solver" | "stimuli" | "identities" | "plan"> & {
    readonly parts: EvaluationParts;
    readonly options: RunOptions;
  },
): Promise<RunOutcome> {
  const unlock = await lockRun(run.folder);
  try {
    const answered = await answeredCalls(run.folder);
    const journal = await openJournal(resultsPath(run.folder));
    const toAsk = Math.max(1, plan.calls - plan.cached);
    try {
      return await runCalls(
        calls.filter(({ id }) => !answered.has(id)),
        {
          file,
          ...work,
          cache: parts.cache,
          reuse: options.reuse ?? true,
          journal,
          doneBefore: answered.size,
          expected: { tokens: (plan.inputTokens + plan.outputTokens) / toAsk, usd: plan.usd / toAsk },
          onProgress: options.onProgress,
          stop: options.stop,
          firstRetryWaitMs: options.firstRetryWaitMs,
        },
      );
    } finally {
      await journal.close();
    }
  } finally {
    await unlock();
  }
}
