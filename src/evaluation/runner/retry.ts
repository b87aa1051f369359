import { setTimeout as wait } from "node:timers/promises";
import { ProviderError } from "../../domain/errors.ts";

/** How often and how patiently a call is tried. */
export interface RetryPolicy {
  /** Tries, the first included. */
  readonly attempts: number;
  /** Wait before the second try; doubles each time up to a minute. */
  readonly firstWaitMs: number;
  readonly timeoutMs: number;
}

const LONGEST_WAIT_MS = 60_000;

/** What came of trying. */
export type Outcome<T> =
  | { readonly value: T; readonly attempts: number }
  | { readonly error: unknown; readonly attempts: number };

/** Tries until it works, fails for good, or the tries are used up. Only the caller's abort is thrown. */
export async function retry<T>(
  work: (signal: AbortSignal) => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  for (let attempt = 1; ; attempt++) {
    const timeout = AbortSignal.timeout(policy.timeoutMs);
    try {
      const either = AbortSignal.any([signal, timeout]);
      return { value: await work(either), attempts: attempt };
    } catch (error) {
      signal.throwIfAborted();
      const cause = timeout.aborted ? timeoutError(policy, error) : error;
      if (attempt >= policy.attempts || !isWorthRetrying(cause)) return { error: cause, attempts: attempt };
    }
    await wait(Math.min(LONGEST_WAIT_MS, policy.firstWaitMs * 2 ** (attempt - 1)), undefined, { signal });
  }
}

function isWorthRetrying(error: unknown): boolean {
  return error instanceof ProviderError && error.retryable;
}

function timeoutError({ timeoutMs }: RetryPolicy, cause: unknown): ProviderError {
  return new ProviderError(`No answer within ${timeoutMs / 1000} s`, { retryable: true }, { cause });
}
