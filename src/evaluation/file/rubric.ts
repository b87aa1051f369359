import { z } from "zod";

/** One thing that a judge model grades every answer by. */
export const Criterion = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, "a name is lower-case letters, digits and underscores"),
  rubric: z
    .string()
    .min(1)
    .describe("What an answer is graded by, in words; {{column}} stands for the sample's cell of that column"),
  levels: z
    .array(z.string().min(1))
    .min(2)
    .max(10)
    .default(["no", "yes"])
    .describe("What each grade means, from the lowest up, which is 0"),
});
export type Criterion = z.infer<typeof Criterion>;

/** Criteria that go by different names. */
export const Rubric = z
  .array(Criterion)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "names a criterion twice");
export type Rubric = z.infer<typeof Rubric>;
