import { z } from "zod";
import { Answer } from "../answer.ts";

/** Why a call has no answer. */
export const CallFailure = z.strictObject({
  /** Name of the error: ProviderError, JudgmentError, StimulusUnavailable, ... */
  kind: z.string(),
  message: z.string(),
});
export type CallFailure = z.infer<typeof CallFailure>;

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
  usage: z
    .strictObject({
      inputTokens: z.number().nullable(),
      outputTokens: z.number().nullable(),
      latencyMs: z.number(),
    })
    .nullable(),
  /** What was paid for this line: 0 when cached, `null` when the price or the tokens are unknown. */
  costUsd: z.number().nullable(),
  fingerprint: z.string().nullable(),
  at: z.string(),
});
export type CallRecord = z.infer<typeof CallRecord>;
