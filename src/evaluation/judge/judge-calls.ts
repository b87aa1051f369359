import { z } from "zod";
import type { AnswerShape } from "../../judging/answer-format.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { CallRecord } from "../runner/call-record.ts";
import type { Sample } from "../sample.ts";
import type { Call } from "../solver.ts";
import { rubricVariables } from "./rubric-calls.ts";

/** What each scorer that asks a judge model asks by, and what the ids of its calls begin with. */
export const JUDGED = {
  emer: { prompt: "eval-emer", prefix: "judged | " },
  rubric: { prompt: "eval-rubric", prefix: "graded | " },
} as const;
type JudgedScorer = keyof typeof JUDGED;

/** Those of a file's scorers that ask a judge model. */
export function judgedScorers({ scorers }: Pick<EvalFile, "scorers">): readonly JudgedScorer[] {
  return (Object.keys(JUDGED) as JudgedScorer[]).filter((name) => scorers.some((scorer) => scorer === name));
}

/** Under which condition a judge is asked. */
export function judgeCondition(scorer: JudgedScorer, model: string): Call["condition"] {
  return {
    prompt: JUDGED[scorer].prompt,
    model,
    shots: 0,
    evidence: "none",
    arm: "full",
    variant: "as chosen",
  };
}

/**
 * The questions to the judge: of `rubric` one per answer, of `emer` one per answer that has a reference to be held against.
 * They go through the same runner as all calls, so they are bounded, cached, budgeted and resumed like them.
 */
export function judgeCalls(records: readonly CallRecord[], samples: readonly Sample[], file: EvalFile): Call[] {
  const bySample = new Map(samples.map((sample) => [sample.id, sample]));
  return judgedScorers(file).flatMap((scorer) =>
    records.flatMap((record) => {
      const sample = bySample.get(record.sample);
      if (sample === undefined || record.answer === null) return [];
      const asked =
        scorer === "emer" ? emerQuestion(record.answer, sample) : rubricQuestion(record.answer, sample, file);
      if (asked === null) return [];
      return [
        {
          id: JUDGED[scorer].prefix + record.call,
          condition: judgeCondition(scorer, file.judge?.model ?? ""),
          ...asked,
          seed: record.seed,
          repeat: record.repeat,
        },
      ];
    }),
  );
}

type Answered = NonNullable<CallRecord["answer"]>;
const WITHOUT_IMAGE = { image: null, options: null, context: null } as const;

function emerQuestion({ explanation }: Answered, sample: Sample): Pick<Call, "sample"> | null {
  const reference = sample.truth.explanation;
  if (reference === null) return null;
  return { sample: { ...sample, ...WITHOUT_IMAGE, question: reference, statement: explanation } };
}

function rubricQuestion(answer: Answered, sample: Sample, file: EvalFile): Pick<Call, "sample" | "variables"> {
  return {
    sample: { ...sample, ...WITHOUT_IMAGE, region: null, question: null, statement: null },
    variables: rubricVariables(answer, sample, file),
  };
}

/** Which scorer a judge's call is for, and the call that it is about. */
export function judgedCall(id: string): { readonly scorer: string; readonly call: string } {
  const [scorer, { prefix }] = Object.entries(JUDGED).find(([, one]) => id.startsWith(one.prefix)) ?? [
    "",
    { prefix: "" },
  ];
  return { scorer, call: id.slice(prefix.length) };
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
