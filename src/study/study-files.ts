import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { KuleshovError } from "../domain/errors.ts";
import {
  commitLine,
  compactJournal,
  type JournalCommit,
  NO_COUNTS,
  readJournal,
  type StudyCounts,
} from "./study-journal.ts";

/** What one step of a study adds to its files. */
export interface StudyRecord {
  /** The input that is done with it; `null` while a video is under way. */
  readonly done: string | null;
  /** The video that is under way after it. */
  readonly inProgress: JournalCommit["inProgress"];
  /** Lines by file name, each with its line end; a file that gets nothing is left out. */
  readonly text: ReadonlyMap<string, string>;
  readonly counts: StudyCounts;
}

/** Append-only files of a study that lose nothing and repeat nothing, whenever the process ends. */
export interface StudyFiles {
  /** Keys of the inputs that are done already. */
  readonly done: ReadonlySet<string>;
  /** The video that was under way when the study ended. */
  readonly inProgress: JournalCommit["inProgress"];
  /** Earlier runs included; what is appended counts at once. */
  counts(): StudyCounts;
  append(record: StudyRecord): Promise<void>;
  /** Makes everything appended so far safe against power loss, then records it as done. */
  flush(): Promise<void>;
  /** Flushes and lets go of the files. `finished` when nothing is left to do: the journal is cleaned up then. */
  close(options?: { readonly finished: boolean }): Promise<void>;
}

const RECORDS_PER_FLUSH = 64;
const JOURNAL = "journal.jsonl";

/**
 * Opens the files in `folder`, with `headers` as first lines of new ones. Data is written and synced first and the
 * journal afterwards, so on a resume whatever stands behind the journal's last commit is cut off and measured again.
 *
 * @throws {KuleshovError} if the disk is full, or a file is shorter than the journal says.
 */
export async function openStudyFiles(folder: string, headers: ReadonlyMap<string, string>): Promise<StudyFiles> {
  const journalPath = join(folder, JOURNAL);
  const journal = await readJournal(journalPath);
  const handles = new Map<string, FileHandle>();
  const sizes = new Map<string, number>();
  const closeAll = async () => {
    for (const handle of handles.values()) await handle.close();
  };
  try {
    for (const name of [...headers.keys(), JOURNAL]) handles.set(name, await open(join(folder, name), "a+"));
    for (const [name, header] of headers) {
      sizes.set(name, await cutBack(handleOf(handles, name), journal.last?.bytes[name], header));
    }
    await cutTo(handleOf(handles, JOURNAL), journal.bytes);
    await syncFolder(folder);
  } catch (error) {
    await closeAll();
    throw error;
  }
  let counts = journal.last?.counts ?? NO_COUNTS;
  let pending: StudyRecord[] = [];
  let broken = false;

  async function flush(): Promise<void> {
    const inProgress = pending.at(-1)?.inProgress;
    if (inProgress === undefined || broken) return;
    const records = pending;
    pending = [];
    broken = true; // until all of it is written: a half-written batch must never be followed by another
    for (const [name, size] of sizes) {
      const text = records.map((record) => record.text.get(name) ?? "").join("");
      await appendAll(handleOf(handles, name), text);
      sizes.set(name, size + Buffer.byteLength(text));
    }
    const done = records.map((record) => record.done).filter((key) => key !== null);
    await appendAll(
      handleOf(handles, JOURNAL),
      commitLine({ done, inProgress, bytes: Object.fromEntries(sizes), counts }),
    );
    broken = false;
  }

  return {
    done: new Set(journal.done),
    inProgress: journal.last?.inProgress ?? null,
    counts: () => counts,
    async append(record) {
      pending.push(record);
      counts = sum(counts, record.counts);
      if (pending.length >= RECORDS_PER_FLUSH) await flush();
    },
    flush,
    async close({ finished } = { finished: false }) {
      try {
        await flush();
      } finally {
        await closeAll();
      }
      if (finished) await compactJournal(journalPath);
    },
  };
}

function sum(a: StudyCounts, b: StudyCounts): StudyCounts {
  return { images: a.images + b.images, faces: a.faces + b.faces, failures: a.failures + b.failures };
}

function handleOf(handles: ReadonlyMap<string, FileHandle>, name: string): FileHandle {
  const handle = handles.get(name);
  if (handle === undefined) throw new RangeError(`No study file named ${name}`);
  return handle;
}

async function cutBack(handle: FileHandle, recordedBytes: number | undefined, header: string): Promise<number> {
  const { size } = await handle.stat();
  if (recordedBytes !== undefined && size < recordedBytes) {
    throw new KuleshovError(
      "Cannot resume study as one of its files is shorter than its journal says; start it again with --force",
    );
  }
  await cutTo(handle, recordedBytes ?? 0);
  if (recordedBytes !== undefined) return recordedBytes;
  await appendAll(handle, header);
  return Buffer.byteLength(header);
}

async function cutTo(handle: FileHandle, bytes: number): Promise<void> {
  const { size } = await handle.stat();
  if (size > bytes) await handle.truncate(bytes);
}

/** New files are safe against power loss once their folder is. Where folders cannot be synced, the system does it alone. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const NO_ROOM = ["ENOSPC", "EDQUOT"];

async function appendAll(handle: FileHandle, text: string): Promise<void> {
  if (text === "") return;
  try {
    await handle.appendFile(text);
    await handle.datasync();
  } catch (error) {
    if (!NO_ROOM.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new KuleshovError("Cannot write study as the disk is full; make room and run it again with --resume", {
      cause: error,
    });
  }
}
