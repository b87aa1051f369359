import { readFile, rename, writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { VideoProgress } from "./video-tracker.ts";

/** Counts of a study so far. */
export const StudyCounts = z.strictObject({
  /** Images and frames that were measured, and the faces in them. */
  images: z.int().min(0),
  faces: z.int().min(0),
  failures: z.int().min(0),
});
export type StudyCounts = z.infer<typeof StudyCounts>;

export const NO_COUNTS: StudyCounts = { images: 0, faces: 0, failures: 0 };

/** What one commit makes final: everything in the study's files up to these lengths. */
export const JournalCommit = z.strictObject({
  /** Keys of the inputs that are done since the last commit. */
  done: z.array(z.string()),
  /** The video that is under way, and where to go on with it. */
  inProgress: z.strictObject({ key: z.string(), progress: VideoProgress }).nullable(),
  /** Length of each of the study's files. */
  bytes: z.record(z.string(), z.number()),
  counts: StudyCounts,
});
export type JournalCommit = z.infer<typeof JournalCommit>;

/** What a journal says: the keys of all inputs done, its last whole commit, and where that one ends. */
export interface Journal {
  readonly done: readonly string[];
  readonly last: JournalCommit | undefined;
  readonly bytes: number;
}

/**
 * Reads a study's journal. A power cut may leave a torn or empty end behind: from the first line that is not whole on,
 * nothing counts, and what it spoke of is measured again. No file is an empty journal.
 */
export async function readJournal(path: string): Promise<Journal> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const done: string[] = [];
  let last: JournalCommit | undefined;
  let bytes = 0;
  for (let start = 0, end = text.indexOf("\n"); end >= 0; start = end + 1, end = text.indexOf("\n", start)) {
    const line = text.slice(start, end);
    const commit = parseCommit(line);
    if (commit === undefined) break;
    for (const key of commit.done) done.push(key);
    last = commit;
    bytes += Buffer.byteLength(line) + 1;
  }
  return { done, last, bytes };
}

/** A commit as a line: a checksum, a space, JSON. */
export function commitLine(commit: JournalCommit): string {
  const json = JSON.stringify(commit);
  return `${checksum(json)} ${json}\n`;
}

function parseCommit(line: string): JournalCommit | undefined {
  const json = line.slice(CHECKSUM_DIGITS + 1);
  if (line.slice(0, CHECKSUM_DIGITS) !== checksum(json)) return undefined;
  return JournalCommit.parse(JSON.parse(json));
}

const CHECKSUM_DIGITS = 8;

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_DIGITS, "0");
}

/**
 * Writes the journal anew as one commit, once nothing is under way: it then holds no more of the people in videos than
 * the study's other files do.
 */
export async function compactJournal(path: string): Promise<void> {
  const { done, last } = await readJournal(path);
  if (last === undefined || last.inProgress !== null) return;
  const temporary = `${path}.new`;
  await writeFile(temporary, commitLine({ ...last, done: [...done] }), { flush: true });
  await rename(temporary, path);
}
