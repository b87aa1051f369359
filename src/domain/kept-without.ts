import { z } from "zod";
import { Report } from "./report.ts";

/** What an object does to a judgment: what was judged once it was taken out of image and evidence. */
export const KeptWithout = z.strictObject({
  /** As the scene's network calls it. */
  object: z.string(),
  /** Ids of the evidence that was taken away with it. */
  removed: z.array(z.string()),
  /** What that changed, for each person and the scene. */
  changes: z.array(z.strictObject({ faceId: z.string().nullable(), words: z.string() })),
  /** The judgment without it. */
  report: Report,
});
export type KeptWithout = z.infer<typeof KeptWithout>;
