import type PQueue from "p-queue";
import type { Journal } from "../../runs/journal.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { KeepFile, Solver, StimulusSource } from "../solver.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { CallRecord } from "./call-record.ts";
import { createProgressCounter, type RunProgress } from "./progress.ts";
import type { StopRule } from "./stop-rule.ts";

/** What a run needs. */
export interface RunSetting {
  readonly file: EvalFile;
  readonly solver: Solver;
  readonly stimuli: StimulusSource;
  /** By cell id. */
  readonly identities: ReadonlyMap<string, unknown>;
  readonly cache: AnswerCache;
  readonly journal: Journal;
  /** Writes what stimuli are made; plain files unless told. */
  readonly keep?: KeepFile;
  readonly doneBefore: number;
  /** Says when no more need be asked. */
  readonly stopRule?: StopRule | null;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Mean size of a call by the plan, for the budget until real ones are known. */
  readonly expected: { readonly tokens: number; readonly usd: number };
  /** No new calls from here on; those under way are awaited, as they are paid. */
  readonly stop?: AbortSignal;
}

/** How a run ended. */
export interface RunOutcome extends RunProgress {
  /** Why it stopped before its end, in words; `null` when everything was asked. */
  readonly stopped: string | null;
  /** What is known well enough for the run to end before everything was asked, in words; `null` where all was. */
  readonly enough: string | null;
}

/** The state that all calls of one run share. */
export interface Run {
  readonly setting: RunSetting;
  readonly signal: AbortSignal;
  readonly progress: ReturnType<typeof createProgressCounter>;
  stopped: string | null;
  enough: string | null;
  fatal: { readonly error: unknown } | undefined;
  /** Resolves when the run stops early. */
  readonly whenStopped: Promise<void>;
  stop(reason: string): void;
}

export function createRun(calls: number, setting: RunSetting, signal: AbortSignal): Run {
  const progress = createProgressCounter(calls + setting.doneBefore, setting.doneBefore);
  const { promise, resolve } = withResolvers();
  const run: Run = {
    setting,
    signal,
    progress,
    stopped: null,
    enough: null,
    fatal: undefined,
    whenStopped: promise,
    stop(reason) {
      run.stopped ??= reason;
      resolve();
    },
  };
  const interrupted = () => run.stop("it was interrupted");
  if (setting.stop?.aborted === true) interrupted();
  setting.stop?.addEventListener("abort", interrupted, { once: true });
  signal.addEventListener("abort", interrupted, { once: true });
  return run;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** One provider's calls under way. */
export interface Queue {
  readonly queue: PQueue;
  readonly concurrency: number;
  failuresInARow: number;
  readonly provider: string;
  /** Answers on their way to disk. Their calls have left the queue, so that the disk never keeps the model waiting. */
  readonly recordings: Set<Promise<void>>;
}

/** Errors that no other call would escape end the run. */
export async function guarded(run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    run.fatal ??= { error };
    run.stop("of an error");
  }
}

/** Makes a result safe, then counts it. */
export async function finish(run: Run, record: CallRecord): Promise<void> {
  await run.setting.journal.append(record);
  run.progress.finished(record);
  run.setting.onProgress?.(run.progress.now());
  run.enough ??= run.setting.stopRule?.note(record) ?? null;
  if (run.enough !== null) run.stop(run.enough);
}
