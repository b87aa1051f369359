import { join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { readText } from "../platform/read-file.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";

/**
 * What a person says of a report. Notes stand in a file of their own beside it and change nothing in it; the file is the
 * person's, so starting the run anew leaves it.
 */
export const Note = z.strictObject({
  at: z.iso.datetime(),
  kind: z.enum(["not a face", "wrong object", "disagree"]),
  /** The face it is about, `null` for the whole. */
  faceId: z.string().max(20).nullable(),
  /** The evidence it is about, where it is about one item. */
  evidenceId: z.string().max(20).nullable(),
  text: z.string().trim().max(4000),
});
export type Note = z.infer<typeof Note>;

export const NOTES = "notes.jsonl";

/** @throws {ConfigurationError} if somebody wrote something else into the file. */
export async function readNotes(folder: string): Promise<readonly Note[]> {
  const path = join(folder, NOTES);
  const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    try {
      return [Note.parse(JSON.parse(line))];
    } catch (cause) {
      throw new ConfigurationError(`Cannot read notes as line ${at + 1} is none: \`${path}\``, { cause });
    }
  });
}

export async function keepNote(folder: string, note: Note): Promise<void> {
  const notes = [...(await readNotes(folder)), note];
  await writeFileAtomic(join(folder, NOTES), notes.map((each) => `${JSON.stringify(each)}\n`).join(""));
}
