import { z } from "zod";
import { KuleshovError, ProviderError } from "../../domain/errors.ts";
import { groupBy } from "../../domain/group-by.ts";
import { Answer } from "../answer.ts";
import { ArmNotPossible, type Call, type Solution, Usage, usageOf } from "../solver.ts";
import { armOf, cellId } from "./plan.ts";

const REFUSAL = "refusal";

/** Why a call has no answer. */
const CallFailure = z.strictObject({
  /** Name of the error, or `refusal`: ProviderError, JudgmentError, StimulusUnavailable, ... */
  kind: z.string(),
  message: z.string(),
});

/** One line of `results.jsonl`. */
export const CallRecord = z.strictObject({
  call: z.string(),
  cell: z.string(),
  sample: z.string(),
  seed: z.number().int(),
  repeat: z.number().int(),
  /** Hash of everything that determined the answer: where the whole report is in the cache. */
  key: z.string(),
  /** Whether the answer was there already and nothing was asked. */
  cached: z.boolean(),
  /** 1 when it was asked, 0 when it came from the cache or could not be shown. */
  attempts: z.number().int(),
  answer: Answer.nullable(),
  failure: CallFailure.nullable(),
  /** Why the image does not allow the arm that was to be shown: nothing was asked, and nothing failed. */
  notShown: z.string().optional(),
  usage: Usage.nullable(),
  /** What was paid for this line: 0 when cached, `null` when the price or the tokens are unknown. */
  costUsd: z.number().nullable(),
  fingerprint: z.string().nullable(),
  at: z.string(),
});
export type CallRecord = z.infer<typeof CallRecord>;

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
 * The line of a call that has none, as it failed or could not be shown. What was answered before it failed is paid for and counts; where nothing was counted
 * its cost is unknown.
 */
export function unansweredRecord(
  call: Call,
  key: string,
  { attempts, error }: { readonly attempts: number; readonly error: unknown },
): CallRecord {
  if (error instanceof ArmNotPossible) return { ...blankRecord(call, key), costUsd: 0, notShown: error.message };
  const isDeclined = error instanceof ProviderError && error.refused;
  const kind = isDeclined ? REFUSAL : error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  const spent = error instanceof KuleshovError ? error.spent : null;
  const usage = spent === null ? null : usageOf(spent, 0);
  return { ...blankRecord(call, key), attempts, usage, costUsd: attempts === 0 ? 0 : null, failure: { kind, message } };
}

/** Whether the model, or a filter before it, declined. */
export function isRefusal({ failure }: Pick<CallRecord, "failure">): boolean {
  return failure?.kind === REFUSAL;
}

/** What could not be shown, and why calls failed: an example of the commonest kind, and how many are of it. Empty where all were answered. */
export function failuresInWords(
  records: readonly Pick<CallRecord, "cell" | "failure" | "notShown">[],
): readonly string[] {
  const reasons = groupBy(
    records.flatMap(({ cell, notShown }) => (notShown === undefined ? [] : `${armOf(cell)}: ${notShown}`)),
    (reason) => reason,
  );
  const notShown = [...reasons].map(([reason, { length }]) => `${reason} (${length} of ${records.length})`);
  const failures = records.flatMap(({ failure }) => failure ?? []);
  const kinds = [...groupBy(failures, ({ kind }) => kind).values()].sort((one, other) => other.length - one.length);
  const example = kinds[0]?.[0];
  if (example === undefined) return notShown;
  const which =
    failures.length === records.length ? `All ${failures.length}` : `${failures.length} of ${records.length}`;
  return [...notShown, `${which} calls failed, ${kinds[0]?.length} of them like this: ${example.message}`];
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
