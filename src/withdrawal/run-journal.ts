import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hashOfFile } from "../platform/hash.ts";
import { systemPath } from "../platform/system-path.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { journalLine } from "../runs/journal.ts";
import { JOURNAL_FILE, type RunHistory, rowRecords } from "../runs/run-history.ts";
import type { RunCounts } from "../runs/run-rows.ts";
import { blankJson, pruneJson } from "./prune-json.ts";
import type { RowPlace, Traces } from "./traces.ts";

/**
 * Writes the journal of a run anew, as if the run had never had the person: settings, files and rows as they are now, so
 * that the run can be gone on with. A run of which nothing is left loses its journal.
 *
 * @param removed how many rows of each table went.
 */
export async function rewriteRunJournal(
  folder: string,
  { began, written, last, done, finished }: RunHistory,
  given: { readonly traces: Traces; readonly place: RowPlace; readonly removed: ReadonlyMap<string, number> },
): Promise<void> {
  const { traces, place, removed } = given;
  const path = join(folder, JOURNAL_FILE);
  const files = [...written].filter(([name]) => existsSync(systemPath(join(folder, name))));
  if (files.length === 0) return rm(systemPath(path), { force: true });
  const settings = (pruneJson(began.settings, traces, place).value ?? began.settings) as Record<string, unknown>;
  const kept = async function* () {
    for await (const key of done()) if (!traces.ownsText(key)) yield key;
  };
  async function* records(): AsyncGenerator<object> {
    yield { began: blankJson({ ...began, settings }, traces) as object };
    for (const [name, hashes] of files) yield await fileRecord(folder, name, hashes.size === 0);
    if (last !== undefined) yield* rowRecords(kept(), await rowsWithout(last));
    yield { state: finished ? "finished" : "interrupted" };
  }
  async function rowsWithout({ inProgress, bytes, counts }: NonNullable<RunHistory["last"]>) {
    let gone = 0;
    for await (const key of done()) if (traces.ownsText(key)) gone += 1;
    return {
      inProgress: inProgress === null || traces.ownsText(inProgress.key) ? null : inProgress,
      bytes: await bytesOf(folder, Object.keys(bytes)),
      counts: countsWithout(counts, removed, gone),
    };
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const record of records()) yield journalLine(record);
  }
  await writeFileAtomic(path, lines());
}

async function fileRecord(folder: string, name: string, grows: boolean) {
  return { file: name, sha256: grows ? null : await hashOfFile(join(folder, name)) };
}

async function bytesOf(folder: string, names: readonly string[]): Promise<Record<string, number>> {
  const sizes = await Promise.all(names.map(async (name) => [name, (await stat(systemPath(join(folder, name)))).size]));
  return Object.fromEntries(sizes);
}

/** Tables of images and faces tell how many went; a run without them had as many images as inputs. */
function countsWithout(counts: RunCounts, removed: ReadonlyMap<string, number>, inputs: number): RunCounts {
  const less = (count: number, by: number) => Math.max(0, count - by);
  return {
    images: less(counts.images, removed.get("images.csv") ?? inputs),
    faces: less(counts.faces, removed.get("faces.csv") ?? 0),
    failures: less(counts.failures, removed.get("failures.csv") ?? 0),
  };
}
