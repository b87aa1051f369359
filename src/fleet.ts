import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError } from "./domain/errors.ts";
import { FleetPlan, type FleetStatus } from "./domain/fleet.ts";
import { runShard } from "./fleet/run-shard.ts";
import { watchLeases } from "./fleet/watch-leases.ts";
import { workOn } from "./fleet/work-on-shard.ts";
import { type MergeDependencies, type Merged, type MergeQuery, merge } from "./merge.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { isInside } from "./platform/root-folder.ts";
import type { FleetQueue } from "./ports/fleet-queue.ts";
import { settingsThatDiffer } from "./runs/run-folder.ts";
import { MOST_SHARDS, shardFolder } from "./runs/shard.ts";

/** A command to be worked on by many machines. */
export interface FleetQuery extends Pick<FleetPlan, "name" | "words" | "shards" | "leaseSeconds"> {
  /** Limits of all workers together, from the beginning of the run on. */
  readonly budgetUsd?: number | undefined;
  readonly budgetTokens?: number | undefined;
  readonly callsPerMinute?: number | undefined;
  /** Tries again what was set aside. */
  readonly resume?: boolean | undefined;
  /** Removes the run of this name with all its results first. */
  readonly force?: boolean | undefined;
}

/**
 * Puts a job in for every shard of a command.
 *
 * @returns how many wait now that did not before.
 * @throws {ConfigurationError} if there is a run of this name already, or, to go on with it, another command.
 */
export async function planFleet({ resume, force, ...query }: FleetQuery, queue: FleetQueue): Promise<number> {
  const { budgetUsd = null, budgetTokens = null, callsPerMinute = null } = query;
  const { success, data } = FleetPlan.safeParse({
    ...query,
    ...{ budgetUsd, budgetTokens, callsPerMinute },
    ...{ id: randomUUID(), version: packageVersion(), createdAt: new Date().toISOString() },
  });
  if (!success) throw new ConfigurationError("The name of a run has small letters, digits and hyphens, as in study-1");
  if (data.shards > MOST_SHARDS)
    throw new ConfigurationError(`Cannot plan so many shards: ${MOST_SHARDS} are the most`);
  const before = await queue.read(data.name);
  if (before !== undefined && resume) {
    const differ = settingsThatDiffer(
      { command: before.words, shards: before.shards },
      { command: data.words, shards: data.shards },
    );
    if (differ.length === 0)
      return queue.goOn({ ...data, id: before.id, version: before.version, createdAt: before.createdAt });
    throw new ConfigurationError(`Cannot go on with ${data.name} as it is of another command (${differ.join(", ")})`);
  }
  if (before !== undefined && force) await queue.drop(data.name);
  await queue.plan(data);
  return data.shards;
}

interface FleetWork {
  readonly name: string;
  /** Where shards are worked on; the system's own place for temporary files when left out. */
  readonly scratch?: string | undefined;
  readonly notify: (notice: string) => void;
}

export interface FleetDependencies {
  readonly queue: FleetQueue;
  /** The address of the queue's database, for the models of its shards. */
  readonly database: string;
  /** Runs one shard; as a process of its own when left out. */
  readonly run?: typeof runShard;
}

/** What a worker did, and why it ended before the run was over; `null` when it did not. */
interface FleetWorked {
  readonly done: number;
  readonly failed: number;
  readonly gaveUp: string | null;
}

/** As many tries that fail one after another are the machine's fault, or everybody's. */
const MOST_FAILURES = 3;

/**
 * Works on one job after another until none is left, those that other workers died over included.
 *
 * @throws {ConfigurationError} if nobody planned such a run, or another Kuleshov did.
 */
export async function workForFleet(
  { name, scratch = tmpdir(), notify }: FleetWork,
  { queue, database, run = runShard }: FleetDependencies,
  signal: AbortSignal,
): Promise<FleetWorked> {
  let [done, failed, inARow] = [0, 0, 0];
  const plan = await planOf(name, queue);
  const worker = `${hostname()}:${process.pid}`;
  const watch = watchLeases(queue, plan, notify);
  const place = join(scratch, `kuleshov-fleet-${plan.id}`);
  while (!signal.aborted) {
    await planOf(name, queue, plan);
    const stopped = await queue.stopped(name);
    if (stopped !== null) return { done, failed, gaveUp: stopped };
    const job = await queue.take(name, worker);
    if (job === undefined) {
      const { jobs } = await queue.status(name);
      if (jobs.waiting + jobs.working === 0) {
        await rm(place, { recursive: true, force: true });
        return { done, failed, gaveUp: null };
      }
      await watch.look();
      await sleep(watch.everyMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const outcome = await workOn(job, { plan, queue, database, run, place, watch }, signal);
    if (outcome.state === "done") {
      [done, inARow] = [done + 1, 0];
      notify(`Shard ${job.shard}/${plan.shards} is done.`);
    } else if (outcome.state === "taken over") {
      notify(
        `Shard ${job.shard}/${plan.shards} was taken over by another worker, as this one was silent for too long.`,
      );
    } else if (outcome.state === "failed") {
      [failed, inARow] = [failed + 1, inARow + 1];
      notify(`Shard ${job.shard}/${plan.shards} failed: ${outcome.reason}`);
      if (outcome.isOurs || inARow === MOST_FAILURES) return { done, failed, gaveUp: outcome.reason };
    }
  }
  return { done, failed, gaveUp: null };
}

/** @throws {ConfigurationError} if there is none, another Kuleshov planned it, or it was planned anew meanwhile. */
async function planOf(name: string, queue: FleetQueue, before?: FleetPlan): Promise<FleetPlan> {
  const plan = await queue.read(name);
  if (plan === undefined) throw noSuchRun(name);
  if (plan.version !== packageVersion()) {
    throw new ConfigurationError(
      `Cannot work on ${name} as it was planned by Kuleshov ${plan.version} and this is ${packageVersion()}: install that version here, or plan it anew`,
    );
  }
  if (before === undefined || before.id === plan.id) return plan;
  throw new ConfigurationError(`The run was planned anew: start this worker again (${name})`);
}

/**
 * Brings the results of all shards together into what one machine would have written.
 *
 * @throws {ConfigurationError} if some are not done.
 */
export async function mergeFleet(
  name: string,
  query: Omit<MergeQuery, "shards">,
  { queue, ...dependencies }: MergeDependencies & { readonly queue: FleetQueue },
  signal?: AbortSignal,
): Promise<Merged> {
  const { shards } = await planOf(name, queue);
  const { jobs } = await queue.status(name);
  if (jobs.done < shards) {
    throw new ConfigurationError(
      `Cannot merge as ${jobs.done} of ${shards} shards are done, ${jobs.working + jobs.waiting} are to come and ${jobs.setAside} were set aside: kuleshov fleet status says why (${name})`,
    );
  }
  const place = await mkdtemp(join(tmpdir(), "kuleshov-fleet-"));
  try {
    const folders: string[] = [];
    for (let number = 1; number <= shards; number += 1) {
      signal?.throwIfAborted();
      const folder = join(place, shardFolder({ number, of: shards }));
      folders.push(folder);
      for (const { path, bytes } of await queue.results(name, number)) {
        const file = join(folder, path);
        if (!isInside(folder, file))
          throw new ConfigurationError(`Cannot merge as a result has a name that leads elsewhere: ${path}`);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, bytes);
      }
    }
    return await merge({ ...query, shards: folders }, dependencies, signal);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** How far a run is. @throws {ConfigurationError} if nobody planned it. */
export async function fleetState(name: string, queue: FleetQueue): Promise<FleetStatus> {
  if ((await queue.read(name)) === undefined) throw noSuchRun(name);
  return queue.status(name);
}

function noSuchRun(name: string): ConfigurationError {
  return new ConfigurationError(
    `There is no run of this name in the database: kuleshov fleet plan makes one (${name})`,
  );
}
