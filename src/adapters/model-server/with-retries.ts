import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "../../domain/errors.ts";

export interface RetryPolicy {
  /** Calls in all, the first included. */
  readonly tries: number;
  /** Wait before the second call; it doubles from call to call, with jitter. */
  readonly firstWaitMs: number;
  /** Longest wait, also of those that the server asks for: beyond it the error is thrown at once. */
  readonly longestWaitMs: number;
}

export const DEFAULT_RETRIES: RetryPolicy = { tries: 4, firstWaitMs: 1_000, longestWaitMs: 60_000 };

/**
 * Calls again while the error is a {@link ProviderError} that says it may pass: over the rate limit with or without a
 * `retry-after`, a failing server, a broken connection.
 */
export async function withRetries<T>(call: () => Promise<T>, policy: RetryPolicy, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      const waitMs = error instanceof ProviderError && error.retryable ? waitFor(error, attempt, policy) : undefined;
      if (waitMs === undefined) throw error;
      await sleep(waitMs, undefined, { signal });
    }
  }
}

/** `undefined` when it is not worth calling again. */
function waitFor(error: ProviderError, attempt: number, policy: RetryPolicy): number | undefined {
  if (attempt >= policy.tries) return undefined;
  if (error.retryAfterMs !== undefined)
    return error.retryAfterMs <= policy.longestWaitMs ? error.retryAfterMs : undefined;
  const doubled = policy.firstWaitMs * 2 ** (attempt - 1);
  return Math.min(policy.longestWaitMs, doubled * (0.75 + Math.random() / 2));
}

/** `Retry-After` in seconds or as a date, or OpenAI's `retry-after-ms`. */
export function retryAfterMs(headers: Headers): number | undefined {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms)) return ms;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const seconds = Number(after);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(after) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
