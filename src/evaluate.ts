import { ConfigurationError } from "./domain/errors.ts";
import { checkCorrected, checkFairness, checkRequirements } from "./evaluation/check-evaluation.ts";
import { continueEvaluation, prepareEvaluation, startEvaluation } from "./evaluation/evaluation.ts";
import type { EvaluationDependencies, PreparedEvaluation } from "./evaluation/evaluation-dependencies.ts";
import { type EvalFileChanges, parseEvalFile } from "./evaluation/file/read-eval-file.ts";
import { judgedScorers } from "./evaluation/judge/judge-calls.ts";
import { writeCalibration } from "./evaluation/report/calibration-file.ts";
import { type ScoredRun, scoreRun, writeReport } from "./evaluation/report/write-report.ts";
import { keepScoring } from "./evaluation/results/scoring.ts";
import { createAnswerCache } from "./evaluation/runner/answer-cache.ts";
import type { RunProgress } from "./evaluation/runner/progress.ts";
import type { RunOutcome } from "./evaluation/runner/run-state.ts";
import type { Scorer } from "./evaluation/score.ts";
import { scorersOf } from "./evaluation/scorers/scorers-of.ts";
import { createContentStore } from "./platform/content-store.ts";
import type { RunMode } from "./runs/run-folder.ts";
import type { Shard } from "./runs/shard.ts";

/** An evaluation file to be run into a folder. */
export interface EvaluateQuery extends RunMode {
  /** Path of the evaluation file. */
  readonly file: string;
  readonly folder: string;
  /** What goes before the file for this run. */
  readonly instead?: EvalFileChanges | undefined;
  /** Told what the run will take before anything is asked. `false` ends it there. */
  readonly onPlan?: ((prepared: PreparedEvaluation) => Promise<boolean>) | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Scorers of the caller's own, after those that the file names. */
  readonly scorers?: readonly Scorer[] | undefined;
}

/** How a run ended, with everything that is computed from it. */
export interface Evaluated {
  readonly outcome: RunOutcome;
  readonly scored: ScoredRun;
  /** Path of report.html. */
  readonly report: string;
}

/**
 * One evaluation from its file to its report: samples read, calls planned, each asked once, answers scored and compared.
 * A killed run goes on where it stopped, and asks nothing that was answered again.
 *
 * @returns `null` when the plan was refused.
 * @throws {ConfigurationError} if the file, its data set or the folder cannot be used.
 */
export async function evaluate(
  query: EvaluateQuery,
  dependencies: EvaluationDependencies,
  stop?: AbortSignal,
): Promise<Evaluated | null> {
  const outcome = await answered(query, dependencies, stop);
  return outcome && { outcome, ...(await reportOn(query.folder, query.scorers)) };
}

/**
 * Asks about one shard of an evaluation's images, as {@link evaluate} does about all. What is made of all of them together,
 * scores and report, is made by `merge`.
 *
 * @returns `null` when the plan was refused. @throws {ConfigurationError} as {@link evaluate}.
 */
export function evaluateShard(
  query: EvaluateQuery & { readonly shard: Shard },
  dependencies: EvaluationDependencies,
  stop?: AbortSignal,
): Promise<RunOutcome | null> {
  return answered(query, dependencies, stop);
}

async function answered(
  query: EvaluateQuery & { readonly shard?: Shard },
  dependencies: EvaluationDependencies,
  stop: AbortSignal | undefined,
): Promise<RunOutcome | null> {
  const { file, instead, folder, resume, force, onPlan, onProgress, scorers, shard } = query;
  const prepared = await prepareEvaluation(file, dependencies, instead, { scorers, shard });
  if (onPlan !== undefined && !(await onPlan(prepared))) return null;
  return startEvaluation(prepared, dependencies, {
    ...{ folder, resume, force },
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(stop === undefined ? {} : { stop }),
  });
}

/** Goes on with the evaluation in a folder as it was begun, and tries its failures again. */
export async function resumeEvaluation(
  query: Pick<EvaluateQuery, "folder" | "onProgress" | "scorers">,
  dependencies: EvaluationDependencies,
  stop?: AbortSignal,
): Promise<Evaluated> {
  const { folder, onProgress, scorers } = query;
  const outcome = await continueEvaluation(dependencies, {
    folder,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(stop === undefined ? {} : { stop }),
  });
  return { outcome, ...(await reportOn(folder, scorers)) };
}

/**
 * Scores the answers of a run by the scorers, analysis and thresholds of an evaluation file, the run's own as it is now
 * unless another is named, and writes its report. Nothing is asked.
 *
 * @throws {ConfigurationError} if the run cannot be scored so.
 */
export async function rescoreRun(
  folder: string,
  file?: string,
  own?: readonly Scorer[],
): Promise<Omit<Evaluated, "outcome">> {
  await keepScoring(folder, file, async (scoring, { header, samples }) => {
    const { scorers, rubric } = scoring;
    checkCorrected(scoring, samples);
    checkFairness(scoring, samples);
    const began = parseEvalFile(header.evalFileText, header.evalFilePath);
    const asking = judgedScorers({ scorers }).find((scorer) => !began.scorers.includes(scorer));
    if (asking !== undefined) {
      throw new ConfigurationError(`Cannot rescore by "${asking}" as it asks a model: run the evaluation with it`);
    }
    if (scorers.includes("rubric") && JSON.stringify(rubric) !== JSON.stringify(began.rubric)) {
      throw new ConfigurationError("Cannot rescore by another rubric as it asks a model: run the evaluation with it");
    }
    checkRequirements(await scorersOf({ ...began, scorers }, header.labels, own), samples, began.matrix);
  });
  return reportOn(folder, own);
}

/** Scores the run in a folder, as far as it is, and writes its report. */
export async function reportOn(folder: string, own?: readonly Scorer[]): Promise<Omit<Evaluated, "outcome">> {
  const scored = await scoreRun(folder, own);
  await writeCalibration(scored);
  const answers = createAnswerCache(createContentStore(scored.run.header.cacheFolder));
  return { scored, report: await writeReport(scored, answers) };
}
