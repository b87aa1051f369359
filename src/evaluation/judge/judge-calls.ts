import { z } from "zod";
import type { AnswerShape } from "../../judging/answer-format.ts";
import type { CallRecord } from "../runner/call-record.ts";
import type { Sample } from "../sample.ts";
import type { Call } from "../solver.ts";

/**
 * The questions to the judge: one per answer that explains something and has a reference to be held against. They go
 * through the same runner as all calls, so they are bounded, cached, budgeted and resumed like them.
 */
export function judgeCalls(records: readonly CallRecord[], samples: readonly Sample[], model: string): Call[] {
  const bySample = new Map(samples.map((sample) => [sample.id, sample]));
  return records.flatMap((record) => {
    const sample = bySample.get(record.sample);
    if (sample === undefined || record.answer === null || sample.truth.explanation === null) return [];
    return [
      {
        id: judgeCallId(record.call),
        condition: {
          prompt: "eval-emer",
          model,
          shots: 0,
          evidence: "none" as const,
          arm: "full" as const,
          variant: "as chosen" as const,
        },
        sample: {
          ...sample,
          image: null,
          question: sample.truth.explanation,
          statement: record.answer.explanation,
          options: null,
          context: null,
        },
        seed: record.seed,
        repeat: record.repeat,
      },
    ];
  });
}

const PREFIX = "judged | ";

/** The id of the judge's call about an answer. */
function judgeCallId(call: string): string {
  return PREFIX + call;
}

/** The call that a judge's call is about. */
export function judgedCall(id: string): string {
  return id.slice(PREFIX.length);
}

const Rating = z.number().min(1).max(10);

/** A judge model's ratings of one explanation, 1 to 10 each. */
export const EmerRatings = z.object({ clueOverlap: Rating, labelOverlap: Rating, plausibility: Rating });
export type EmerRatings = z.infer<typeof EmerRatings>;

export const RATINGS_ANSWER: AnswerShape = {
  name: "ratings",
  description: "Ratings of the candidate, from 1 to 10.",
  schema: z.strictObject(EmerRatings.shape),
};

/** Reads the ratings out of a reply, or says what is wrong with it. */
export function readRatings(json: object | undefined): EmerRatings | { readonly problem: string } {
  if (json === undefined) return { problem: "there is no JSON object in it" };
  const parsed = EmerRatings.safeParse(json);
  if (parsed.success) return parsed.data;
  return { problem: `its ${parsed.error.issues[0]?.path.join(".") || "content"} is not a number from 1 to 10` };
}
