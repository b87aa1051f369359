import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { KuleshovError } from "../domain/errors.ts";
import { type JournalEntry, readJournal } from "./study-journal.ts";

/** The text that one picture adds to each of the study's files. */
export interface StudyRecord {
  readonly path: string;
  /** Lines by file name, each with its line end; a file that gets nothing is left out. */
  readonly text: ReadonlyMap<string, string>;
}

/** Append-only files of a study that lose nothing and repeat nothing, whenever the process ends. */
export interface StudyFiles {
  /** Paths that are recorded already, in order. */
  readonly recorded: ReadonlySet<string>;
  append(record: StudyRecord): Promise<void>;
  /** Makes everything appended so far safe against power loss, then records it as done. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const RECORDS_PER_FLUSH = 64;

/**
 * Opens the files in `folder`, with `headers` as first lines of new ones. Data is written and synced first and the
 * journal afterwards, so on a resume whatever stands behind the journal's last entry is cut off and measured again.
 */
export async function openStudyFiles(folder: string, headers: ReadonlyMap<string, string>): Promise<StudyFiles> {
  const journal = await readJournal(join(folder, "journal.jsonl"));
  const handles = new Map<string, FileHandle>();
  const sizes = new Map<string, number>();
  for (const [name, header] of headers) {
    const handle = await open(join(folder, name), "a+");
    handles.set(name, handle);
    sizes.set(name, await cutBack(handle, journal.last?.bytes[name], header));
  }
  const journalHandle = await open(join(folder, "journal.jsonl"), "a+");
  await journalHandle.truncate(journal.bytes);
  let pending: StudyRecord[] = [];

  async function flush(): Promise<void> {
    if (pending.length === 0) return;
    const records = pending;
    pending = [];
    for (const [name, handle] of handles)
      await appendAll(handle, records.map((record) => record.text.get(name) ?? "").join(""));
    const entries = records.map((record) => {
      for (const [name, text] of record.text) sizes.set(name, sizeOf(sizes, name) + Buffer.byteLength(text));
      return `${JSON.stringify({ path: record.path, bytes: Object.fromEntries(sizes) } satisfies JournalEntry)}\n`;
    });
    await appendAll(journalHandle, entries.join(""));
  }

  return {
    recorded: new Set(journal.paths),
    async append(record) {
      pending.push(record);
      if (pending.length >= RECORDS_PER_FLUSH) await flush();
    },
    flush,
    async close() {
      await flush();
      for (const handle of [...handles.values(), journalHandle]) await handle.close();
    },
  };
}

function sizeOf(sizes: ReadonlyMap<string, number>, name: string): number {
  const size = sizes.get(name);
  if (size === undefined) throw new RangeError(`No study file named ${name}`);
  return size;
}

async function cutBack(handle: FileHandle, recordedBytes: number | undefined, header: string): Promise<number> {
  const { size } = await handle.stat();
  if (recordedBytes !== undefined && size < recordedBytes) {
    throw new KuleshovError(
      "Cannot resume study as one of its files is shorter than its journal says; start it again with --force",
    );
  }
  await handle.truncate(recordedBytes ?? 0);
  if (recordedBytes !== undefined) return recordedBytes;
  await appendAll(handle, header);
  return Buffer.byteLength(header);
}

async function appendAll(handle: FileHandle, text: string): Promise<void> {
  if (text === "") return;
  try {
    await handle.appendFile(text);
    await handle.datasync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw new KuleshovError("Cannot write study as the disk is full; make room and run it again with --resume", {
      cause: error,
    });
  }
}
