import PQueue from "p-queue";
import { ConfigurationError, ModelFileError, ProviderError } from "../../domain/errors.ts";
import { exhaustedLimit } from "../../runs/budget.ts";
import type { Journal } from "../../runs/journal.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { type Call, type KeepFile, type Solver, type StimulusSource, StimulusUnavailable } from "../solver.ts";
import { type AnswerCache, callKey } from "./answer-cache.ts";
import { answeredRecord, type CallRecord, failedRecord } from "./call-record.ts";
import { cellId } from "./plan.ts";
import { costOf } from "./plan-run.ts";
import { createProgressCounter, type RunProgress } from "./progress.ts";

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
}

/** Cached answers looked up at once, per provider. */
const LOOKUPS = 8;

/**
 * Asks all calls, bounded per provider, and records each answer before it counts as done: first the whole answer in the
 * cache, then its line in the journal, each synced, so that a process killed at any moment loses and repeats no answer
 * that had arrived. Failures are recorded; an exhausted budget, a dead provider or `stop` end the run cleanly.
 * @throws what the journal or cache throws (full disk), or a {ConfigurationError}, after the calls under way.
 */
export async function runCalls(
  calls: readonly Call[],
  setting: RunSetting,
  signal: AbortSignal = new AbortController().signal,
): Promise<RunOutcome> {
  const run = createRun(calls.length, setting, signal);
  const providers = new Set(calls.map((call) => setting.solver.provider(call.condition)));
  await Promise.all(
    [...providers].map((provider) =>
      feed(
        calls.filter((call) => setting.solver.provider(call.condition) === provider),
        run,
        provider,
      ),
    ),
  );
  signal.throwIfAborted();
  if (run.fatal !== undefined) throw run.fatal.error;
  const unfinished = run.stopped !== null && run.progress.now().done < calls.length + setting.doneBefore;
  return { ...run.progress.now(), stopped: unfinished ? run.stopped : null };
}

/** The state that all calls of one run share. */
interface Run {
  readonly setting: RunSetting;
  readonly signal: AbortSignal;
  readonly progress: ReturnType<typeof createProgressCounter>;
  stopped: string | null;
  fatal: { readonly error: unknown } | undefined;
  /** Resolves when the run stops early. */
  readonly whenStopped: Promise<void>;
  stop(reason: string): void;
}

function createRun(calls: number, setting: RunSetting, signal: AbortSignal): Run {
  const progress = createProgressCounter(calls + setting.doneBefore, setting.doneBefore);
  const { promise, resolve } = withResolvers();
  const run: Run = {
    setting,
    signal,
    progress,
    stopped: null,
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
interface Queue {
  readonly queue: PQueue;
  readonly concurrency: number;
  failuresInARow: number;
  readonly provider: string;
  /** Answers on their way to disk. Their calls have left the queue, so that the disk never keeps the model waiting. */
  readonly recordings: Set<Promise<void>>;
}

async function feed(calls: readonly Call[], run: Run, provider: string): Promise<void> {
  const { execution } = run.setting.file;
  const limit = execution.providers[provider];
  const concurrency = limit?.concurrency ?? execution.concurrency;
  const perMinute = limit?.requestsPerMinute;
  const rate =
    perMinute === undefined ? {} : { interval: 60_000 / perMinute, intervalCap: 1, carryoverIntervalCount: true };
  const queue: Queue = {
    queue: new PQueue({ concurrency, ...rate }),
    concurrency,
    failuresInARow: 0,
    provider,
    recordings: new Set(),
  };
  const lookups = new PQueue({ concurrency: LOOKUPS });
  for (const call of calls) {
    if (run.stopped !== null || run.signal.aborted) break;
    await lookups.onSizeLessThan(LOOKUPS);
    void lookups.add(() => guarded(run, () => lookUp(call, run, queue)));
  }
  // A rate limit may hold queued calls back for minutes that a stopped run need not wait.
  void run.whenStopped.then(() => queue.queue.clear());
  await lookups.onIdle();
  await Promise.race([queue.queue.onIdle(), run.whenStopped]);
  await queue.queue.onPendingZero();
  await Promise.all(queue.recordings);
}

/** Errors that no other call would escape end the run. */
async function guarded(run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    run.fatal ??= { error };
    run.stop("of an error");
  }
}

/** Takes the answer from the cache, or queues the call. */
async function lookUp(call: Call, run: Run, queue: Queue): Promise<void> {
  if (run.stopped !== null) return;
  const { setting } = run;
  let key: string;
  try {
    const identity = setting.identities.get(cellId(call.condition));
    key = callKey(call, identity, await setting.stimuli.identify(call.sample, call.condition.arm));
  } catch (error) {
    run.progress.started();
    await finish(run, failedRecord(call, "", { attempts: 0, error }));
    return;
  }
  const known = await setting.cache.get(key);
  if (known !== undefined) {
    await finish(run, answeredRecord(call, key, { solution: known, cached: true, attempts: 0, costUsd: 0 }));
    return;
  }
  await Promise.race([queue.queue.onSizeLessThan(queue.concurrency), run.whenStopped]);
  if (run.stopped !== null) return;
  void queue.queue.add(() => guarded(run, () => ask(call, run, { queue, key })));
}

async function ask(
  call: Call,
  run: Run,
  { queue, key }: { readonly queue: Queue; readonly key: string },
): Promise<void> {
  const limit = limitReached(run);
  if (limit !== null) run.stop(limit);
  if (run.stopped !== null || run.signal.aborted) return;
  const { setting, progress } = run;
  progress.started();
  try {
    const stimulus = await setting.stimuli.prepare(call.sample, call.condition.arm, run.signal, setting.keep);
    const price = setting.file.prices[call.condition.model];
    const isFree = setting.solver.isFree(call.condition);
    const outcome = await solved((signal) => setting.solver.solve(call, stimulus, signal), run);
    if ("error" in outcome) {
      noteFailure(outcome.error, run, queue);
      const record = failedRecord(call, key, { attempts: 1, error: outcome.error });
      await finish(run, record.usage === null ? record : { ...record, costUsd: costOf(record.usage, price, isFree) });
      return;
    }
    queue.failuresInARow = 0;
    const { value: solution } = outcome;
    const costUsd = costOf(solution.usage, price, isFree);
    const record = answeredRecord(call, key, { solution, cached: false, attempts: 1, costUsd });
    await recordBeside(queue, () =>
      guarded(run, async () => {
        await setting.cache.put(key, solution);
        await finish(run, record);
      }),
    );
  } catch (error) {
    if (run.signal.aborted) return progress.abandoned();
    if (!isOfThisSampleOnly(error)) throw error;
    await finish(run, failedRecord(call, key, { attempts: 0, error }));
  }
}

/**
 * One call, within its time. It is not begun again: requests that may pass are tried again by whoever makes them, so that
 * those of the same call which were answered, and paid, are not.
 *
 * @throws only the run's abort.
 */
async function solved<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { setting, signal }: Run,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  const { timeoutSeconds } = setting.file.execution;
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    return { value: await work(AbortSignal.any([signal, timeout])) };
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted) return { error };
    return { error: new ProviderError(`No answer within ${timeoutSeconds} s`, { retryable: true }, { cause: error }) };
  }
}

/** Starts a recording, once fewer are under way than calls may be. */
async function recordBeside({ recordings, concurrency }: Queue, record: () => Promise<void>): Promise<void> {
  while (recordings.size >= concurrency) await Promise.race(recordings);
  const recording = record().finally(() => recordings.delete(recording));
  recordings.add(recording);
}

function limitReached({ setting, progress }: Run): string | null {
  const { finished, underWay } = progress.asked();
  const { tokens, usd } = progress.now();
  const spent = { calls: finished, tokens, usd, minutes: progress.elapsedMs() / 60_000 };
  return exhaustedLimit(setting.file.budget, spent, {
    calls: underWay,
    expectedTokens: finished === 0 ? setting.expected.tokens : tokens / finished,
    expectedUsd: finished === 0 ? setting.expected.usd : usd / finished,
  });
}

/** A provider that fails again and again is dead: asking on would only burn the list of calls. */
function noteFailure(error: unknown, run: Run, queue: Queue): void {
  if (error instanceof ConfigurationError || error instanceof ModelFileError) throw error;
  if (!(error instanceof ProviderError)) return;
  queue.failuresInARow++;
  if (queue.failuresInARow < run.setting.file.execution.stopAfterFailures) return;
  run.stop(`${queue.provider} failed ${queue.failuresInARow} times in a row (${error.message})`);
}

/** An image that cannot be read or shown in an arm is one sample's trouble. */
function isOfThisSampleOnly(error: unknown): boolean {
  return error instanceof StimulusUnavailable || (error as Error | null)?.name === "ImageDecodeError";
}

/** Makes a result safe, then counts it. */
async function finish(run: Run, record: CallRecord): Promise<void> {
  await run.setting.journal.append(record);
  run.progress.finished(record);
  run.setting.onProgress?.(run.progress.now());
}
