import type { CallRecord } from "./call-record.ts";

/** How far a run is. */
export interface RunProgress {
  readonly total: number;
  readonly done: number;
  readonly cached: number;
  readonly failed: number;
  readonly underWay: number;
  /** Of the calls whose server counted them. */
  readonly tokens: number;
  /** What was paid so far, of the calls whose price is known. */
  readonly usd: number;
  /** Calls whose price or tokens are unknown. */
  readonly unpriced: number;
  /** `null` until something was asked. */
  readonly remainingMs: number | null;
}

/** Counts a run. */
interface ProgressCounter {
  started(): void;
  finished(record: Pick<CallRecord, "cached" | "failure" | "usage" | "costUsd">): void;
  /** A call that was started and given up without a result. */
  abandoned(): void;
  now(): RunProgress;
  /** Calls really asked, finished or under way. */
  asked(): { readonly finished: number; readonly underWay: number };
  elapsedMs(): number;
}

export function createProgressCounter(total: number, doneBefore: number): ProgressCounter {
  const startedAt = performance.now();
  let [done, cached, failed, underWay, tokens, usd, unpriced, asked] = [doneBefore, 0, 0, 0, 0, 0, 0, 0];
  const elapsedMs = () => performance.now() - startedAt;
  return {
    started: () => {
      underWay++;
    },
    abandoned: () => {
      underWay--;
    },
    finished({ cached: fromCache, failure, usage, costUsd }) {
      done++;
      if (fromCache) {
        cached++;
        return;
      }
      underWay--;
      asked++;
      if (failure !== null) failed++;
      tokens += (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
      if (costUsd === null) unpriced++;
      else usd += costUsd;
    },
    now() {
      // Cached answers come at once and would promise a pace that real calls do not keep.
      const remainingMs = asked === 0 ? null : (elapsedMs() / asked) * (total - done);
      return { total, done, cached, failed, underWay, tokens, usd, unpriced, remainingMs };
    },
    asked: () => ({ finished: asked, underWay }),
    elapsedMs,
  };
}
