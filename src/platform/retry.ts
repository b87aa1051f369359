import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "../domain/errors.ts";

/** How often and how patiently something is tried. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly tries: number;
  /** Wait before the second try; it doubles from try to try, with jitter. */
  readonly firstWaitMs: number;
  /** Longest wait, also of those that a server asks for: beyond it the error is thrown at once. */
  readonly longestWaitMs: number;
  /** No try begins later than this after the first; no limit when not given. */
  readonly deadlineMs?: number;
}

/** For calls of a server over the network. */
export const DEFAULT_RETRIES: RetryPolicy = { tries: 4, firstWaitMs: 1_000, longestWaitMs: 60_000 };

/** Whether the same call may succeed later: a {@link ProviderError} that says so. */
export function mayPass(error: unknown): boolean {
  return error instanceof ProviderError && error.retryable;
}

/**
 * Tries again while an error may pass. It belongs around one request, never around several: a request that was answered
 * is paid for and is not asked again. A wait that a server asked for (`Retry-After`) goes before our own.
 *
 * @throws the last error, or the signal's reason.
 */
export async function retry<T>(
  work: () => Promise<T>,
  policy: RetryPolicy = DEFAULT_RETRIES,
  {
    isWorthwhile = mayPass,
    signal,
  }: { isWorthwhile?: (error: unknown) => boolean; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const waitMs = attempt < policy.tries && isWorthwhile(error) ? waitFor(error, attempt, policy) : undefined;
      if (waitMs === undefined) throw error;
      const { deadlineMs = Number.POSITIVE_INFINITY } = policy;
      if (performance.now() - startedAt + waitMs > deadlineMs) throw error;
      await sleep(waitMs, undefined, { signal });
    }
  }
}

/** `undefined` when the server wants more patience than there is. */
function waitFor(error: unknown, attempt: number, policy: RetryPolicy): number | undefined {
  const asked = error instanceof ProviderError ? error.retryAfterMs : undefined;
  if (asked !== undefined) return asked <= policy.longestWaitMs ? asked : undefined;
  const doubled = policy.firstWaitMs * 2 ** (attempt - 1);
  return Math.min(policy.longestWaitMs, doubled * (0.5 + Math.random()));
}
