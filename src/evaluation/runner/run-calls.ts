import PQueue from "p-queue";
import type { Call } from "../solver.ts";
import { callKey } from "./answer-cache.ts";
import { askCall } from "./ask-call.ts";
import { answeredRecord, unansweredRecord } from "./call-record.ts";
import { cellId } from "./plan.ts";
import { createRun, finish, guarded, type Queue, type Run, type RunOutcome, type RunSetting } from "./run-state.ts";

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
  const enough = unfinished ? run.enough : null;
  return { ...run.progress.now(), stopped: unfinished && enough === null ? run.stopped : null, enough };
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
    await finish(run, unansweredRecord(call, "", { attempts: 0, error }));
    return;
  }
  const known = await setting.cache.get(key);
  if (known !== undefined) {
    await finish(run, answeredRecord(call, key, { solution: known, cached: true, attempts: 0, costUsd: 0 }));
    return;
  }
  await Promise.race([queue.queue.onSizeLessThan(queue.concurrency), run.whenStopped]);
  if (run.stopped !== null) return;
  void queue.queue.add(() => guarded(run, () => askCall(call, run, { queue, key })));
}
