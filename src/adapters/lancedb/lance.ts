import { type RetryPolicy, retry } from "../../platform/retry.ts";

const POLICY: RetryPolicy = { tries: 10, firstWaitMs: 20, longestWaitMs: 640 };

/**
 * Runs a write again when another writer's commit came first. LanceDB retries appends itself, but gives up at once on
 * index and schema changes. `work` must look at the table anew each time.
 */
export function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, POLICY, { isWorthwhile: isConflict });
}

/** Whether an error says that another writer was quicker. */
export function isConflict(error: unknown): boolean {
  return /commit conflict|preempted by concurrent|too much write contention/i.test(String(error));
}

/**
 * LanceDB's native part, loaded when it is first needed: it takes a third of a second, and it logs every hybrid query
 * unless it is told not to before it is loaded.
 */
export async function loadLance(): Promise<typeof import("@lancedb/lancedb")> {
  process.env.LANCEDB_LOG ??= "error";
  return await import("@lancedb/lancedb");
}
