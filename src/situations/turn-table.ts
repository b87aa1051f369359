import { z } from "zod";
import { knowledgeFile } from "../facs/knowledge-file.ts";

const Share = z.number().min(0).max(1);
const Side = z.strictObject({ share: Share, into: z.record(z.string(), Share) }).nullable();
const Becomes = z.strictObject({ pleasant: Side, unpleasant: Side, other: Side });
const Phrases = z.array(z.string().min(1)).min(1);

const Turn = z.strictObject({
  id: z.string().min(1),
  says: z.string().min(1),
  words: Phrases,
  cues: z.enum(["opposite", "weaker", "same"]),
  becomes: Becomes,
});

/** What a sentence makes of an event, e.g. denies it, hopes for it, says that it is over. */
export type Turn = Omit<z.infer<typeof Turn>, "words">;

/** `models/situations/turns.json`. */
export const turnTable = knowledgeFile(
  ["situations", "turns.json"],
  z.strictObject({
    about: z.string(),
    clearFrom: Share,
    pleasant: z.array(z.string()),
    unpleasant: z.array(z.string()),
    turns: z.array(Turn).min(1),
    rivals: z.strictObject({
      about: z.string(),
      words: Phrases,
      becomes: Becomes,
      harms: z.strictObject({ words: Phrases, becomes: Becomes }),
    }),
    threats: z.strictObject({
      about: z.string(),
      kinds: z.array(z.strictObject({ words: Phrases, ends: Phrases })).min(1),
      becomes: Becomes,
    }),
    wrongs: z.strictObject({ about: z.string(), words: Phrases, becomes: Becomes }),
  }),
);

/** @throws {RangeError} if the table has no such turn. */
export function turnNamed(id: string): Turn {
  const found = turnTable().turns.find((turn) => turn.id === id);
  if (found === undefined) throw new RangeError(`models/situations/turns.json has no turn "${id}"`);
  return found;
}
