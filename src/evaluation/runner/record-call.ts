import { KuleshovError } from "../../domain/errors.ts";
import type { Call, Solution } from "../solver.ts";
import type { CallRecord } from "./call-record.ts";
import { cellId } from "./plan.ts";

/** The line of a call that has an answer. */
export function answeredRecord(
  call: Call,
  key: string,
  done: {
    readonly solution: Solution;
    readonly cached: boolean;
    readonly attempts: number;
    readonly costUsd: number | null;
  },
): CallRecord {
  const { answer, usage, fingerprint } = done.solution;
  const { cached, attempts, costUsd } = done;
  return { ...blankRecord(call, key), cached, attempts, costUsd, answer, usage, fingerprint };
}

/**
 * The line of a call that has none. What was answered before it failed is paid for and counts; where nothing was counted
 * its cost is unknown.
 */
export function failedRecord(
  call: Call,
  key: string,
  { attempts, error }: { readonly attempts: number; readonly error: unknown },
): CallRecord {
  const kind = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  const spent = error instanceof KuleshovError ? error.spent : null;
  const usage = spent === null ? null : { inputTokens: spent.input, outputTokens: spent.output, latencyMs: 0 };
  return { ...blankRecord(call, key), attempts, usage, costUsd: attempts === 0 ? 0 : null, failure: { kind, message } };
}

function blankRecord({ id, condition, sample, seed, repeat }: Call, key: string): CallRecord {
  return {
    call: id,
    cell: cellId(condition),
    sample: sample.id,
    seed,
    repeat,
    key,
    cached: false,
    attempts: 0,
    answer: null,
    failure: null,
    usage: null,
    costUsd: null,
    fingerprint: null,
    at: new Date().toISOString(),
  };
}
