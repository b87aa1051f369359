import { readFile } from "node:fs/promises";
import { z } from "zod";
import { KuleshovError } from "../domain/errors.ts";

/** One picture that is recorded, and how long each of the study's files was after it. */
export const JournalEntry = z.strictObject({ path: z.string(), bytes: z.record(z.string(), z.number()) });
export type JournalEntry = z.infer<typeof JournalEntry>;

/** What a journal says: the recorded paths, its last whole entry, and where that entry ends. */
export interface Journal {
  readonly paths: readonly string[];
  readonly last: JournalEntry | undefined;
  readonly bytes: number;
}

/** Reads a study's journal. A half-written last line is not an entry. No file is an empty journal. */
export async function readJournal(path: string): Promise<Journal> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  const lastLine = lines.at(-1);
  return {
    paths: lines.map((line) => pathOf(line, path)),
    last: lastLine === undefined ? undefined : JournalEntry.parse(JSON.parse(lastLine)),
    bytes: Buffer.byteLength(whole),
  };
}

function pathOf(line: string, journalPath: string): string {
  try {
    return (JSON.parse(line) as JournalEntry).path;
  } catch (error) {
    throw new KuleshovError(
      `Cannot resume study as its journal is damaged; start it again with --force: \`${journalPath}\``,
      {
        cause: error,
      },
    );
  }
}
