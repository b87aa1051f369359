import type { FleetPlan, FleetStatus } from "../domain/fleet.ts";

/** A job that a worker has taken, for as long as its lease is not taken from it. */
export interface FleetJob {
  readonly id: string;
  readonly shard: number;
  /** Names the lease: whoever lost it can no longer end the job. */
  readonly lease: string;
}

/** A file of a result by its path in the folder of its shard, with slashes. */
export interface FleetFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Jobs of a run that many machines share. Every change is one transaction; times are those of the queue alone. */
export interface FleetQueue {
  /** Puts a job in for every shard. @throws {ConfigurationError} if there is a run of this name already. */
  plan(plan: FleetPlan): Promise<void>;
  /** Removes a run with its jobs and results. */
  drop(name: string): Promise<void>;
  /** @returns `undefined` if nobody planned such a run. */
  read(name: string): Promise<FleetPlan | undefined>;
  /** Lets a run go on, with the limits of this plan: jobs that were set aside are put back. @returns how many. */
  goOn(plan: FleetPlan): Promise<number>;
  /** Why nobody is to work on, in words; `null` while somebody may. */
  stopped(name: string): Promise<string | null>;
  /** @returns `undefined` if no job waits now. */
  take(name: string, worker: string): Promise<FleetJob | undefined>;
  /** Says that the worker is alive. @returns whether it has the job still. */
  beat(job: FleetJob): Promise<boolean>;
  /**
   * Stores the results of a job and completes it, in one transaction.
   *
   * @param settings of the run, in which all its shards are alike.
   * @returns `taken over` if the lease was lost; the settings of the first shard that was done if these are others.
   */
  finish(
    job: FleetJob,
    settings: FleetSettings,
    files: readonly FleetFile[],
  ): Promise<"done" | "taken over" | FleetSettings>;
  /** Ends a try: the job waits for the next, or is set aside with the reason of its third. @returns whether it was not over yet. */
  fail(job: FleetJob, reason: string): Promise<boolean>;
  /** Gives a job back that was not tried to its end, for no fault of its own. */
  giveBack(job: FleetJob): Promise<void>;
  /** All jobs that are being worked on, and how often their workers said that they are alive. */
  leases(name: string): Promise<readonly (FleetJob & { readonly worker: string; readonly beats: number })[]>;
  status(name: string): Promise<FleetStatus>;
  /** The files of one shard that is done. */
  results(name: string, shard: number): Promise<readonly FleetFile[]>;
  close(): Promise<void>;
}

type FleetSettings = Readonly<Record<string, unknown>>;
