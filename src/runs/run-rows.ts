import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { KuleshovError } from "../domain/errors.ts";
import type { KeptKeys } from "../platform/kept-keys.ts";
import { openFile } from "../platform/read-file.ts";
import { inWordsIfDiskFull } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import type { Journal } from "./journal.ts";

/** Counts of a run so far. */
export const RunCounts = z.strictObject({
  /** Images and frames that were measured, and the faces in them. */
  images: z.int().min(0),
  faces: z.int().min(0),
  failures: z.int().min(0),
});
export type RunCounts = z.infer<typeof RunCounts>;

export const NO_COUNTS: RunCounts = { images: 0, faces: 0, failures: 0 };

/** What one record of the journal makes final: everything in the tables up to these lengths. */
export const RowCommit = z.strictObject({
  /** Keys of the inputs that are done since the last commit. */
  done: z.array(z.string()),
  /** The input that is under way, and how far. */
  inProgress: z.strictObject({ key: z.string(), progress: z.unknown() }).nullable(),
  /** Length of each table. */
  bytes: z.record(z.string(), z.number()),
  counts: RunCounts,
});
export type RowCommit = z.infer<typeof RowCommit>;

/** What one step of a run adds to its tables. */
export interface RunStep {
  /** The input that is done with it; `null` while one is under way. */
  readonly done: string | null;
  /** The input that is under way after it. */
  readonly inProgress: RowCommit["inProgress"];
  /** The input that failed for a moment, and is tried again when the run goes on. */
  readonly tried?: string | undefined;
  /** Lines by file name, each with its line end; a table that gets nothing is left out. */
  readonly text: ReadonlyMap<string, string>;
  readonly counts: RunCounts;
}

/** What many inputs that are done add to the tables of a run. */
export interface RowBatch {
  readonly done: readonly string[];
  /** UTF-8 by file name. */
  readonly rows: ReadonlyMap<string, Uint8Array>;
  readonly counts: RunCounts;
}

/** Append-only tables of a run that lose nothing and repeat nothing, whenever the process ends. */
export interface RunRows {
  /** Keys of the inputs that are done already. */
  readonly done: KeptKeys;
  /** The input that was under way when the run ended. */
  readonly inProgress: RowCommit["inProgress"];
  /** Earlier processes included; what is appended counts at once. */
  counts(): RunCounts;
  append(step: RunStep): Promise<void>;
  /** Adds the rows of many inputs that are done, and records them at once. */
  appendBatch(batch: RowBatch): Promise<void>;
  /** Makes everything appended so far safe against power loss, then records it as done. */
  flush(): Promise<void>;
  /** Flushes and lets go of the tables. */
  close(): Promise<void>;
}

interface RunRowsOptions {
  readonly headers: ReadonlyMap<string, string>;
  readonly journal: Journal;
  /** Keys of the inputs that are done, and the last thing recorded of the rows. */
  readonly done: KeptKeys;
  readonly last: Omit<RowCommit, "done"> | undefined;
}

const STEPS_PER_FLUSH = 64;

/**
 * Opens the tables in `folder`, with `headers` as first lines of new ones. Rows are written and synced first and recorded
 * in the journal afterwards, so on a resume whatever stands behind the last commit is cut off and done again.
 *
 * @throws {KuleshovError} if the disk is full, or a table is shorter than the journal says.
 */
export async function openRunRows(folder: string, { headers, journal, done, last }: RunRowsOptions): Promise<RunRows> {
  const handles = new Map<string, FileHandle>();
  const sizes = new Map<string, number>();
  const closeAll = async () => {
    for (const handle of handles.values()) await handle.close();
  };
  try {
    for (const name of headers.keys()) handles.set(name, await openFile(join(folder, name), "append"));
    for (const [name, header] of headers) {
      const path = join(folder, name);
      sizes.set(name, await cutBack(handleOf(handles, name), { recordedBytes: last?.bytes[name], header, path }));
    }
    await syncFolder(folder);
  } catch (error) {
    await closeAll();
    throw error;
  }
  let counts = last?.counts ?? NO_COUNTS;
  let pending: RunStep[] = [];
  let broken = false;

  async function write(
    rowsOf: (name: string) => string | Uint8Array,
    record: Pick<RowCommit, "done" | "inProgress">,
  ): Promise<void> {
    broken = true; // until all of it is written: a half-written batch must never be followed by another
    for (const [name, size] of sizes) {
      const rows = rowsOf(name);
      await appendAll(handleOf(handles, name), rows, join(folder, name));
      sizes.set(name, size + Buffer.byteLength(rows));
    }
    await journal.append({ ...record, bytes: Object.fromEntries(sizes), counts } satisfies RowCommit);
    broken = false;
  }

  async function flush(): Promise<void> {
    const inProgress = pending.at(-1)?.inProgress;
    if (inProgress === undefined || broken) return;
    const steps = pending;
    pending = [];
    const keys = steps.map((step) => step.done).filter((key) => key !== null);
    await write((name) => steps.map((step) => step.text.get(name) ?? "").join(""), { done: keys, inProgress });
  }

  return {
    done,
    inProgress: last?.inProgress ?? null,
    counts: () => counts,
    async append(step) {
      pending.push(step);
      counts = sumOfCounts(counts, step.counts);
      if (pending.length >= STEPS_PER_FLUSH) await flush();
    },
    async appendBatch(batch) {
      await flush();
      if (broken) return;
      counts = sumOfCounts(counts, batch.counts);
      await write((name) => batch.rows.get(name) ?? "", { done: [...batch.done], inProgress: null });
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        await closeAll();
      }
    },
  };
}

export function sumOfCounts(a: RunCounts, b: RunCounts): RunCounts {
  return { images: a.images + b.images, faces: a.faces + b.faces, failures: a.failures + b.failures };
}

function handleOf(handles: ReadonlyMap<string, FileHandle>, name: string): FileHandle {
  const handle = handles.get(name);
  if (handle === undefined) throw new RangeError(`The run has no table named ${name}`);
  return handle;
}

async function cutBack(
  handle: FileHandle,
  given: { readonly recordedBytes: number | undefined; readonly header: string; readonly path: string },
): Promise<number> {
  const { recordedBytes, header, path } = given;
  const { size } = await handle.stat();
  if (recordedBytes !== undefined && size < recordedBytes) {
    throw new KuleshovError(
      `Cannot go on with the run as a table is shorter than its journal says; start it again with --force: \`${path}\``,
    );
  }
  if (size > (recordedBytes ?? 0)) await handle.truncate(recordedBytes ?? 0);
  if (recordedBytes !== undefined) return recordedBytes;
  await appendAll(handle, header, path);
  return Buffer.byteLength(header);
}

/** New files are safe against power loss once their folder is. Where folders cannot be synced, the system does it alone. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(systemPath(folder), "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function appendAll(handle: FileHandle, rows: string | Uint8Array, path: string): Promise<void> {
  if (rows.length === 0) return;
  try {
    await handle.appendFile(rows);
    await handle.datasync();
  } catch (error) {
    throw inWordsIfDiskFull(error, path);
  }
}
