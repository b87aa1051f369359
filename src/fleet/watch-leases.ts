import type { FleetPlan } from "../domain/fleet.ts";
import type { FleetQueue } from "../ports/fleet-queue.ts";

/** Looks within one lease; also how often a worker says that it is alive. */
const LOOKS = 6;

/**
 * Takes the jobs of dead workers back. A worker is dead when it was not heard of for the whole time of a lease *while this
 * one could have heard of it*: what is measured is this process's own time between two looks, so that clocks may differ, and a
 * database that went away ends no lease that is longer than a worker waits before it asks again.
 */
export function watchLeases(queue: FleetQueue, { name, leaseSeconds }: FleetPlan, notify: (notice: string) => void) {
  const leaseMs = leaseSeconds * 1_000;
  const everyMs = leaseMs / LOOKS;
  let heard = new Map<string, { readonly beats: number; readonly sinceMs: number }>();
  let lookedMs = Number.NEGATIVE_INFINITY;
  return {
    everyMs,
    async look(): Promise<void> {
      const leases = await queue.leases(name);
      const nowMs = performance.now();
      // Nobody was heard of while nobody listened.
      if (nowMs - lookedMs > leaseMs / 2) heard = new Map();
      lookedMs = nowMs;
      const before = heard;
      heard = new Map();
      for (const { worker, beats, ...job } of leases) {
        const last = before.get(job.lease);
        const sinceMs = last?.beats === beats ? last.sinceMs : nowMs;
        heard.set(job.lease, { beats, sinceMs });
        if (nowMs - sinceMs <= leaseMs) continue;
        const wasOurs = await queue.fail(job, `The worker ${worker} was not heard of for ${leaseSeconds} s`);
        if (!wasOurs) continue; // another was quicker
        notify(`The worker ${worker} was not heard of for ${leaseSeconds} s: its shard ${job.shard} is taken over.`);
      }
    },
  };
}
