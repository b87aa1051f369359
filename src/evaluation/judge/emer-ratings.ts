import { z } from "zod";
import type { AnswerShape } from "../../judging/answer-format.ts";

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
