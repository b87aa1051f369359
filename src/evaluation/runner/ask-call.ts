import { ConfigurationError, ModelFileError, ProviderError } from "../../domain/errors.ts";
import { FREE } from "../../domain/price.ts";
import { exhaustedLimit } from "../../runs/budget.ts";
import { type Call, costOfUsage, StimulusUnavailable } from "../solver.ts";
import { answeredRecord, unansweredRecord } from "./call-record.ts";
import { finish, guarded, type Queue, type Run } from "./run-state.ts";

/**
 * Asks one call: within the budget and its time, its answer in the cache before its line in the journal. A failure is
 * recorded; one that no other call would escape is thrown.
 */
export async function askCall(
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
    const price = setting.solver.isFree(call.condition) ? FREE : setting.file.prices[call.condition.model];
    const outcome = await solved((signal) => setting.solver.solve(call, stimulus, signal), run);
    if ("error" in outcome) {
      noteFailure(outcome.error, run, queue);
      const record = unansweredRecord(call, key, { attempts: 1, error: outcome.error });
      await finish(run, record.usage === null ? record : { ...record, costUsd: costOfUsage(record.usage, price) });
      return;
    }
    queue.failuresInARow = 0;
    const { value: solution } = outcome;
    const costUsd = costOfUsage(solution.usage, price);
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
    await finish(run, unansweredRecord(call, key, { attempts: 0, error }));
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
  const { answersPerCall = 1 } = setting.solver;
  const seconds = answersPerCall * timeoutSeconds;
  const timeout = new AbortController();
  // The reason travels down to whoever asks and comes back with what was spent till then.
  const late = new ProviderError(`No answer within ${seconds} s`, { retryable: true });
  const timer = setTimeout(() => timeout.abort(late), seconds * 1000);
  try {
    return { value: await work(AbortSignal.any([signal, timeout.signal])) };
  } catch (error) {
    signal.throwIfAborted();
    return { error: timeout.signal.aborted ? late : error };
  } finally {
    clearTimeout(timer);
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
  // Whoever declines is there.
  if (!(error instanceof ProviderError) || error.refused) return;
  queue.failuresInARow++;
  if (queue.failuresInARow < run.setting.file.execution.stopAfterFailures) return;
  run.stop(`${queue.provider} failed ${queue.failuresInARow} times in a row (${error.message})`);
}

/** An image that cannot be read or shown in an arm is one sample's trouble. */
function isOfThisSampleOnly(error: unknown): boolean {
  return error instanceof StimulusUnavailable || (error as Error | null)?.name === "ImageDecodeError";
}
