import { z } from "zod";

/** What every answer of an evaluation is asserted to be: one of `contains`, `regex`, or a value at a path. */
export const Assertion = z
  .strictObject({
    contains: z.string().min(1).optional().describe("Words of the answer, in any case"),
    regex: z.string().min(1).refine(isPattern, "is no regular expression").optional().describe("In any case"),
    path: z
      .string()
      .min(1)
      .optional()
      .describe("Place in the answer, e.g. integrated.distribution.0.label, faceOnly.valence, choice, confidence"),
    equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    not: z.boolean().optional().describe("true: the contrary is asserted"),
  })
  .refine(
    ({ contains, regex, path }) => [contains, regex, path].filter((one) => one !== undefined).length === 1,
    "takes one of contains, regex and path",
  )
  .refine(
    ({ path, equals, atLeast, atMost }) =>
      (path !== undefined) === [equals, atLeast, atMost].some((one) => one !== undefined),
    "a path goes with equals, atLeast or atMost",
  );
export type Assertion = z.infer<typeof Assertion>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "iu") instanceof RegExp;
  } catch {
    return false;
  }
}
