import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KuleshovError } from "../domain/errors.ts";
import type { FleetPlan } from "../domain/fleet.ts";
import { errorSentence } from "../platform/system-error.ts";
import type { FleetJob, FleetQueue } from "../ports/fleet-queue.ts";
import { settingsThatDiffer } from "../runs/run-folder.ts";
import { shardFolder } from "../runs/shard.ts";
import type { runShard, ShardOutcome } from "./run-shard.ts";
import type { watchLeases } from "./watch-leases.ts";

interface Working {
  readonly plan: FleetPlan;
  readonly queue: FleetQueue;
  readonly database: string;
  readonly run: typeof runShard;
  readonly place: string;
  readonly watch: ReturnType<typeof watchLeases>;
}

type JobOutcome =
  | { readonly state: "done" | "taken over" | "interrupted" }
  /** `isOurs`: this machine works otherwise than the others. */
  | { readonly state: "failed"; readonly reason: string; readonly isOurs: boolean };

/** Runs a job's shard, says meanwhile that this worker is alive, and brings what came of it into the queue. */
export async function workOn(
  job: FleetJob,
  { plan, queue, database, run, place, watch }: Working,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const lost = new AbortController();
  const over = new AbortController();
  const beating = (async () => {
    while (!over.signal.aborted) {
      await sleep(watch.everyMs, undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) return;
      if (!(await queue.beat(job))) lost.abort();
      await watch.look();
    }
  })().catch((error: unknown) => lost.abort(error));
  const shard = { number: job.shard, of: plan.shards };
  const folder = join(place, shardFolder(shard));
  let outcome: ShardOutcome;
  try {
    const about = { name: plan.name, shard: job.shard, lease: job.lease, database, budgetUsd: plan.budgetUsd };
    outcome = await run({ words: plan.words, shard, place, job: about }, AbortSignal.any([signal, lost.signal]));
  } catch (error) {
    outcome = { finished: false, reason: errorSentence(error) };
  } finally {
    over.abort();
    await beating;
  }
  if (lost.signal.reason instanceof KuleshovError) throw lost.signal.reason;
  if (lost.signal.aborted) return { state: "taken over" };
  if ((await queue.stopped(plan.name)) !== null) {
    // What had no room is not to pass for done; what was replied is kept, and costs nothing again.
    await rm(folder, { recursive: true, force: true });
    await queue.giveBack(job);
    return { state: "interrupted" };
  }
  if (!outcome.finished) {
    if (signal.aborted) {
      await queue.giveBack(job);
      return { state: "interrupted" };
    }
    await queue.fail(job, outcome.reason);
    return { state: "failed", reason: outcome.reason, isOurs: false };
  }
  const stored = await queue.finish(job, outcome.settings, outcome.files);
  await rm(folder, { recursive: true, force: true });
  if (typeof stored === "string") return { state: stored };
  const differences = settingsThatDiffer(stored, outcome.settings).join(", ");
  return {
    state: "failed",
    reason: `this machine works with other settings than the first did (${differences})`,
    isOurs: true,
  };
}
