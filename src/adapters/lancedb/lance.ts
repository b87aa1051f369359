import { setTimeout as pause } from "node:timers/promises";

const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 10;

/**
 * Runs a write again when another writer's commit came first. LanceDB retries appends itself, but gives up at once on
 * index and schema changes. `work` must look at the table anew each time.
 */
export async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      // Uneven pauses, so that two writers do not meet again and again.
      await pause(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 6) * (0.5 + Math.random()));
    }
  }
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
