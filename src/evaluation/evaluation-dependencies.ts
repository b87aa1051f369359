import type { Price } from "../domain/price.ts";
import type { RunMode } from "../runs/run-folder.ts";
import type { ShardPart } from "../runs/shard.ts";
import type { FrameDrawer } from "./dataset/drawn-images.ts";
import type { EvalFile } from "./file/eval-file.ts";
import type { LoadedEvalFile } from "./file/read-eval-file.ts";
import type { AnswerCache } from "./runner/answer-cache.ts";
import type { RunPlan } from "./runner/plan-run.ts";
import type { RunProgress } from "./runner/progress.ts";
import type { RunHeader } from "./runner/stored-run.ts";
import type { Sample } from "./sample.ts";
import type { Call, Solver, StimulusSource } from "./solver.ts";

/** What evaluations need from outside; `compose.ts` picks it. */
export interface EvaluationDependencies {
  /** The solver for a file: it decides on question, labels and few-shot settings. */
  solverFor(file: EvalFile, labels: readonly string[]): Promise<Solver>;
  /** The solver that rates explanations for `emer`. */
  judgeFor(file: EvalFile): Promise<Solver>;
  stimuliFor(file: EvalFile, samples: readonly Sample[]): Promise<StimulusSource>;
  readonly cache: AnswerCache;
  readonly cacheFolder: string;
  /** How models are asked beside what the file says; a run that goes on asks as it began. */
  readonly modelOptions?: RunHeader["modelOptions"];
  /** Reads videos, whose frames are samples. */
  readonly frames: FrameDrawer;
  /** What the tokens of a model elsewhere cost, where the file does not say; `undefined` when nobody does. */
  priceOf?(model: string): Promise<Price | undefined>;
  /** @throws {ConfigurationError} for an unknown id. */
  taxonomyLabels(id: string): Promise<readonly string[]>;
  /** Kuleshov's version. */
  readonly version: string;
}

/** How a run is made. */
export interface RunOptions extends RunMode {
  /** Where results go. */
  readonly folder: string;
  readonly onProgress?: (progress: RunProgress) => void;
  /** No new calls from here on. */
  readonly stop?: AbortSignal;
}

/** An evaluation that is ready to run, with nothing asked yet. */
export interface PreparedEvaluation {
  readonly loaded: LoadedEvalFile;
  readonly samples: readonly Sample[];
  readonly labels: readonly string[];
  readonly skipped: readonly { readonly where: string; readonly reason: string }[];
  readonly calls: readonly Call[];
  /** Which of the images are asked about here, where the others are those of other shards. */
  readonly part?: ShardPart | undefined;
  readonly identities: ReadonlyMap<string, unknown>;
  readonly solver: Solver;
  readonly stimuli: StimulusSource;
  readonly plan: RunPlan;
  /** What the user should know before spending anything. */
  readonly notes: readonly string[];
}
