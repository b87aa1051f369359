import { ConfigurationError } from "../domain/errors.ts";
import { readDataset } from "./dataset/read-dataset.ts";
import type { EvalFile } from "./file/eval-file.ts";
import { type LoadedEvalFile, parseEvalFile, readEvalFile } from "./file/read-eval-file.ts";
import { judgeCalls } from "./judge/judge-calls.ts";
import { createLabelReader } from "./label-reader.ts";
import { loadLemmas, loadWheels } from "./load-wheels.ts";
import { checkRequirements } from "./requirements.ts";
import { answeredCalls, readResults } from "./results/read-results.ts";
import type { AnswerCache } from "./runner/answer-cache.ts";
import { canonicalJson } from "./runner/call-key.ts";
import { openJournal } from "./runner/journal.ts";
import { callsOf } from "./runner/plan.ts";
import { identitiesOf, planRun, type RunPlan } from "./runner/plan-run.ts";
import type { RunProgress } from "./runner/progress.ts";
import { type RunOutcome, type RunSetting, runCalls } from "./runner/run-calls.ts";
import { createRun, judgmentsPath, lockRun, openRun, resultsPath, type StoredRun } from "./runner/run-folder.ts";
import type { Sample } from "./sample.ts";
import type { Scorer } from "./score.ts";
import { createEmerScorer } from "./scorers/emer.ts";
import { createScorer, SCORER_NAMES, type ScorerName } from "./scorers/registry.ts";
import type { Call, Solver, StimulusSource } from "./solver.ts";

/** What evaluations need from outside; `compose.ts` picks it. */
export interface EvaluationParts {
  /** The solver for a file: it decides on question, labels and few-shot settings. */
  solverFor(file: EvalFile, labels: readonly string[]): Promise<Solver>;
  /** The solver that rates explanations for `emer`. */
  judgeFor(file: EvalFile): Promise<Solver>;
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
  if (file.scorers.includes("emer") && file.judge === undefined) {
    throw new ConfigurationError('Cannot score "emer" as no judge is named: set judge.model');
  }
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

/** The scorers a file names. */
export async function scorersOf(file: EvalFile, labels: readonly string[]): Promise<Scorer[]> {
  const lemmas = await loadLemmas();
  const wheels = await loadWheels();
  const context = { reader: createLabelReader(labels, lemmas), reading: file.analysis.reading, wheels, lemmas };
  const isPlain = (name: string): name is ScorerName => SCORER_NAMES.some((known) => known === name);
  return file.scorers.map((name) => (isPlain(name) ? createScorer(name, context) : createEmerScorer()));
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
  const calls = callsOf(samples, file.matrix, file.fewShot?.audit);
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
  const toAsk = Math.max(1, plan.calls - plan.cached);
  const expected = { tokens: (plan.inputTokens + plan.outputTokens) / toAsk, usd: plan.usd / toAsk };
  try {
    const place = { folder: run.folder, journalPath: resultsPath(run.folder) };
    const outcome = await askInto(place, calls, { file, ...work, parts, options, expected });
    if (file.judge === undefined || !file.scorers.includes("emer") || outcome.stopped !== null) return outcome;
    return await judgeAll(run, file, { parts, options, outcome });
  } finally {
    await unlock();
  }
}

/** Has the judge rate what was answered. What it costs counts with the rest. */
async function judgeAll(
  run: StoredRun,
  file: EvalFile,
  {
    parts,
    options,
    outcome,
  }: { readonly parts: EvaluationParts; readonly options: RunOptions; readonly outcome: RunOutcome },
): Promise<RunOutcome> {
  const solver = await parts.judgeFor(file);
  const calls = judgeCalls(await readResults(run.folder), run.samples, file.judge?.model ?? "");
  const identities = await identitiesOf(calls, solver);
  const place = { folder: run.folder, journalPath: judgmentsPath(run.folder) };
  const stimuli: StimulusSource = { identify: async () => null, prepare: async () => null };
  const budget = remainingBudget(file.budget, outcome);
  const judged = await askInto(place, calls, {
    file: { ...file, budget },
    solver,
    stimuli,
    identities,
    parts,
    options,
    expected: { tokens: 0, usd: 0 },
  });
  return {
    ...outcome,
    total: outcome.total + judged.total,
    done: outcome.done + judged.done,
    cached: outcome.cached + judged.cached,
    failed: outcome.failed + judged.failed,
    tokens: outcome.tokens + judged.tokens,
    usd: outcome.usd + judged.usd,
    unpriced: outcome.unpriced + judged.unpriced,
    stopped: judged.stopped,
  };
}

/** What is left for the judge. A limit that is used up leaves next to nothing rather than no limit. */
function remainingBudget({ calls, tokens, usd, minutes }: EvalFile["budget"], spent: RunOutcome): EvalFile["budget"] {
  const left = (limit: number | undefined, used: number) =>
    limit === undefined ? undefined : Math.max(Number.EPSILON, limit - used);
  return {
    calls: left(calls, spent.done - spent.cached),
    tokens: left(tokens, spent.tokens),
    usd: left(usd, spent.usd),
    minutes,
  };
}

async function askInto(
  { folder, journalPath }: { readonly folder: string; readonly journalPath: string },
  calls: readonly Call[],
  {
    parts,
    options,
    ...setting
  }: Pick<RunSetting, "file" | "solver" | "stimuli" | "identities" | "expected"> & {
    readonly parts: EvaluationParts;
    readonly options: RunOptions;
  },
): Promise<RunOutcome> {
  const answered = await answeredCalls(folder, journalPath);
  const journal = await openJournal(journalPath);
  try {
    return await runCalls(
      calls.filter(({ id }) => !answered.has(id)),
      {
        ...setting,
        cache: parts.cache,
        reuse: options.reuse ?? true,
        journal,
        doneBefore: answered.size,
        onProgress: options.onProgress,
        stop: options.stop,
        firstRetryWaitMs: options.firstRetryWaitMs,
      },
    );
  } finally {
    await journal.close();
  }
}
