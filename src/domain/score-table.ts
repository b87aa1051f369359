import { z } from "zod";

const Texts = z.array(z.string()).readonly();

/** Something a report shows beside the numbers. */
export const ScoreTable = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.literal("confusion"),
      title: z.string(),
      labels: Texts,
      counts: z.array(z.array(z.number()).readonly()).readonly(),
    })
    .readonly(),
  z
    .strictObject({
      type: z.literal("reliability"),
      title: z.string(),
      bins: z
        .array(
          z
            .strictObject({
              from: z.number(),
              to: z.number(),
              n: z.number(),
              meanConfidence: z.number().nullable(),
              accuracy: z.number().nullable(),
            })
            .readonly(),
        )
        .readonly(),
    })
    .readonly(),
  z
    .strictObject({
      type: z.literal("table"),
      title: z.string(),
      headers: Texts,
      rows: z.array(z.array(z.union([z.string(), z.number()]).nullable()).readonly()).readonly(),
    })
    .readonly(),
]);
export type ScoreTable = z.infer<typeof ScoreTable>;
