import { join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { readText } from "../platform/read-file.ts";
import { isInside } from "../platform/root-folder.ts";
import { inWordsIfDiskFull } from "../platform/system-error.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { journalLine, wholeRecords } from "./journal.ts";
import { RowCommit } from "./run-rows.ts";

/** The journal of a run, line by line: what began it, which files are ours, which rows are done, how it ended. */
export const JOURNAL_FILE = "journal.jsonl";
/** Raised when the journal changes its meaning. */
export const JOURNAL_FORMAT = 1;

const Began = z.strictObject({
  began: z.strictObject({
    format: z.literal(JOURNAL_FORMAT),
    command: z.string(),
    version: z.string(),
    createdAt: z.string(),
    /** What relative paths in it are relative to. */
    workingFolder: z.string(),
    settings: z.record(z.string(), z.unknown()),
  }),
});
/** Name of a file that lies in the folder of its run, whoever wrote the name. */
export const FileOfRun = z.string().refine((name) => isInside("run", join("run", name)));
/** A file of ours; `null` for one that is not written at once. */
const Wrote = z.strictObject({ file: FileOfRun, sha256: z.string().nullable() });
const Ended = z.strictObject({ state: z.enum(["interrupted", "finished"]) });
const RunRecord = z.union([Began, Wrote, Ended, RowCommit]);

/** What the journal of a run says. */
export interface RunHistory {
  readonly began: z.infer<typeof Began>["began"];
  /** Hashes that were written under each name; none for tables and the like. */
  readonly written: ReadonlyMap<string, ReadonlySet<string>>;
  /** The last thing that is recorded of the rows; `undefined` where none was made final. */
  readonly last: Omit<RowCommit, "done"> | undefined;
  /** Keys of the inputs that are done, read from the journal again, since there may be millions of them. */
  done(): AsyncGenerator<string>;
  readonly finished: boolean;
}

/** What a run's journal says; `undefined` when the folder holds no run. @throws {ConfigurationError} if it is not ours. */
export async function readRunHistory(folder: string): Promise<RunHistory | undefined> {
  let began: RunHistory["began"] | undefined;
  const written = new Map<string, Set<string>>();
  let last: RunHistory["last"];
  let finished = false;
  let lines = 0;
  for await (const line of wholeRecords(join(folder, JOURNAL_FILE))) {
    lines += 1;
    const record = RunRecord.safeParse(line).data;
    if (record === undefined) break;
    if ("began" in record) began = record.began;
    else if ("file" in record) noteFile(written, record);
    else if ("state" in record) finished = record.state === "finished";
    else last = { inProgress: record.inProgress, bytes: record.bytes, counts: record.counts };
    if (began === undefined) break;
  }
  if (began !== undefined) return { began, written, last, done: () => doneKeys(folder), finished };
  if (lines === 0 && (await wasCutShort(join(folder, JOURNAL_FILE)))) return undefined;
  throw new ConfigurationError(
    `Cannot go on with the run in the folder as an earlier Kuleshov, or something else, wrote its ${JOURNAL_FILE}: name another folder (\`${folder}\`)`,
  );
}

async function* doneKeys(folder: string): AsyncGenerator<string> {
  for await (const line of wholeRecords(join(folder, JOURNAL_FILE))) {
    const record = RunRecord.safeParse(line).data;
    if (record === undefined) return;
    if ("done" in record) yield* record.done;
  }
}

/** Keys in one record of a journal that is written anew: so many are in memory at once. */
const KEYS_PER_RECORD = 4096;

/** What of a run's rows is final as records of a journal that is written anew. */
export async function* rowRecords(
  keys: AsyncIterable<string>,
  last: Omit<RowCommit, "done">,
): AsyncGenerator<RowCommit> {
  let done: string[] = [];
  for await (const key of keys) {
    if (done.push(key) < KEYS_PER_RECORD) continue;
    yield { done, ...last };
    done = [];
  }
  yield { done, ...last };
}

/** Whether a journal is missing, or so short that the power went before its first record was on disk. */
async function wasCutShort(path: string): Promise<boolean> {
  const text = await readText(path).catch(() => "");
  const start = text.replaceAll("\0", "").slice(0, FIRST_WORD.length);
  return FIRST_WORD.startsWith(start);
}

const FIRST_WORD = '{"began":';

export function noteFile(written: Map<string, Set<string>>, { file, sha256: hash }: z.infer<typeof Wrote>): void {
  const known = written.get(file) ?? new Set<string>();
  written.set(file, known);
  if (hash !== null) known.add(hash);
}

/**
 * Writes the journal of a finished run anew, shorter, once nothing is under way: it then holds no more of the people in
 * videos than the other files do.
 */
export async function compactJournal(folder: string): Promise<void> {
  const history = await readRunHistory(folder);
  if (history?.last === undefined || history.last.inProgress !== null) return;
  const { began, done, last } = history;
  const files = [...history.written].flatMap(([file, hashes]) =>
    (hashes.size === 0 ? [null] : [...hashes]).map((hash) => ({ file, sha256: hash })),
  );
  async function* lines(): AsyncGenerator<string> {
    yield journalLine({ began });
    for (const file of files) yield journalLine(file);
    for await (const record of rowRecords(done(), last)) yield journalLine(record);
    yield journalLine({ state: "finished" });
  }
  const path = join(folder, JOURNAL_FILE);
  await writeFileAtomic(path, lines()).catch((error: unknown) => {
    throw inWordsIfDiskFull(error, path);
  });
}
