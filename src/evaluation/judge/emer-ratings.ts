import { z } from "zod";

const Rating = z.number().min(1).max(10);

/** A judge model's ratings of one explanation, 1 to 10 each. */
export const EmerRatings = z.object({ clueOverlap: Rating, labelOverlap: Rating, plausibility: Rating });
export type EmerRatings = z.infer<typeof EmerRatings>;

/** Reads the ratings out of a reply, or says what is wrong with it. */
export function readRatings(text: string): EmerRatings | { readonly problem: string } {
  const json = /\{[\s\S]*\}/.exec(text)?.[0];
  if (json === undefined) return { problem: "there is no JSON object in it" };
  try {
    const parsed = EmerRatings.safeParse(JSON.parse(json));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    return { problem: `its ${issue?.path.join(".") || "content"} is not a number from 1 to 10` };
  } catch {
    return { problem: "its JSON is malformed" };
  }
}
