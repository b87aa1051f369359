import { z } from "zod";
import { TimeWindow } from "./evidence.ts";

/** Something that somebody says. */
export const Utterance = z.strictObject({
  text: z.string().min(1),
  /** As the transcript names them; `null` where it names nobody. */
  speaker: z.string().min(1).nullable(),
  /** From when to when it is said, seconds from the start of the clip; `null` where nobody says, as beside an image. */
  time: TimeWindow.nullable(),
});
export type Utterance = z.infer<typeof Utterance>;
