import { rm, rmdir } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { hashOfFile } from "../platform/hash.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { walkFolder } from "../platform/walk-folder.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { JOURNAL_FILE, type RunHistory, readRunHistory } from "../runs/run-history.ts";
import { blankJson, fieldsOf, pruneJson, recordsIn } from "./prune-json.ts";
import { pruneText, recordsOfFile, type TextKind } from "./text-records.ts";
import type { RowPlace, Traces } from "./traces.ts";

const KINDS: Readonly<Record<string, TextKind>> = {
  ...{ ".csv": "table", ".tsv": "table", ".jsonl": "json lines", ".ndjson": "json lines" },
  ...Object.fromEntries(
    [".txt", ".md", ".yaml", ".yml", ".vtt", ".srt", ".r", ".py", ".bib"].map((end) => [end, "lines"]),
  ),
};
/** What shows faces, or numbers of many people in one figure, and cannot be edited. */
const SHOWS =
  /\.(?:html?|svg|jpe?g|png|webp|gif|bmp|tiff?|avif|heic|mp4|mov|avi|mkv|webm|wav|mp3|zip|gz|tgz|tar|pdf|parquet|xlsx)$/i;

/** What a killed process of ours left of a file that it wrote (platform/write-file-atomic.ts). */
const DRAFT = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

const IS_IMAGE = /\.(?:jpe?g|png|webp)$/i;

/** A file in a place, and the run that wrote it, if one did. */
export interface PlacedFile {
  readonly path: string;
  /** The place that the user named. */
  readonly place: string;
  /** The folder of the run in whose journal the file is, and what the journal says. */
  readonly run: { readonly folder: string; readonly history: RunHistory } | null;
}

/** What becomes of a file: all of it goes, or so many of its records. */
export interface FileChange {
  readonly file: PlacedFile;
  readonly removes: "all" | number;
}

/** Every file in a place, a file or a folder, with the runs that lie in it. */
export async function filesOfPlace(place: string, isFile: boolean): Promise<PlacedFile[]> {
  if (isFile) return [{ path: place, place, run: null }];
  const paths: string[] = [];
  for await (const path of walkFolder(place)) paths.push(path);
  const runs = new Map<string, RunHistory>();
  for (const path of paths.filter((one) => basename(one) === JOURNAL_FILE)) {
    const history = await readRunHistory(dirname(path)).catch(() => undefined);
    if (history !== undefined) runs.set(dirname(path), history);
  }
  return paths.map((path) => ({ path, place, run: runOf(path, runs) }));
}

function runOf(path: string, runs: ReadonlyMap<string, RunHistory>): PlacedFile["run"] {
  for (const [folder, history] of runs) {
    const name = relative(folder, path);
    if (name === JOURNAL_FILE || history.written.has(name)) return { folder, history };
  }
  return null;
}

/** What the paths in a file may be relative to. */
export function rowPlace({ path, place, run }: PlacedFile): RowPlace {
  return { place, bases: [dirname(path), process.cwd(), ...(run === null ? [] : [run.history.began.workingFolder])] };
}

/** Learns from every record in the places which images, hashes and rows are theirs, until nothing new comes of it. */
export async function learnFrom(files: readonly PlacedFile[], traces: Traces): Promise<number> {
  let known = -1;
  let records = 0;
  while (traces.spellings().length !== known) {
    known = traces.spellings().length;
    records = 0;
    for (const file of files) {
      for await (const fields of recordsOf(file)) if (traces.learn(fields, rowPlace(file))) records += 1;
    }
    for (const path of traces.images) {
      const hash = await hashOfFile(path).catch(() => undefined);
      if (hash !== undefined) traces.learnHash(hash);
    }
  }
  return records;
}

async function* recordsOf({ path }: PlacedFile) {
  const kind = await kindOf(path);
  if (kind !== undefined) yield* recordsOfFile(path, kind);
  else if (isDocument(path)) yield* recordsIn(await jsonIn(path));
}

function isDocument(path: string): boolean {
  return extname(path).toLowerCase() === ".json";
}

/** What is in a JSON file; `undefined` where that is no JSON. */
async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path));
  } catch {
    return undefined;
  }
}

/** A table whose rows cannot be told apart, and what is called JSON and is none, is taken line by line. */
async function kindOf(path: string): Promise<TextKind | undefined> {
  if (basename(path) === JOURNAL_FILE) return undefined;
  if (isDocument(path)) return (await jsonIn(path)) === undefined ? "lines" : undefined;
  const kind = KINDS[extname(path).toLowerCase()];
  if (kind !== "table") return kind;
  try {
    for await (const _ of recordsOfFile(path, kind));
    return kind;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return "lines";
  }
}

/** Finds out what becomes of a file, and with `write` does it. `undefined`: nothing of theirs is in it. */
export async function changeFile(
  file: PlacedFile,
  given: { readonly traces: Traces; readonly touchedRuns: ReadonlySet<string>; readonly write: boolean },
): Promise<FileChange | undefined> {
  const { traces, write } = given;
  if (basename(file.path) === JOURNAL_FILE && file.run !== null) return journalChange(file, file.run.history, traces);
  const isJson = isDocument(file.path) && (await kindOf(file.path)) === undefined;
  const removes = await removedFrom(file, given);
  if (removes === 0) return undefined;
  if (write && removes === "all") await removeFile(file);
  if (write && removes !== "all" && isJson) {
    await writeFileAtomic(file.path, `${JSON.stringify(await documentWithout(file, traces), null, 2)}\n`);
  }
  return { file, removes };
}

/** The journal of a run is written anew when the rest is done; until then it tells a rerun that it is still to be done. */
async function journalChange(
  file: PlacedFile,
  { began, written, done }: RunHistory,
  traces: Traces,
): Promise<FileChange | undefined> {
  let told = [...written.keys()].filter((text) => traces.ownsText(text)).length;
  for await (const key of done()) if (traces.ownsText(key)) told += 1;
  const { value, removed } = pruneJson(began, traces, rowPlace(file));
  const removes = told + (value === undefined ? 1 : removed);
  return removes === 0 ? undefined : { file, removes };
}

/** Folders that are empty then go too: their names may be a person's. */
async function removeFile({ path, place }: PlacedFile): Promise<void> {
  await rm(systemPath(path), { force: true });
  for (let folder = dirname(path); folder !== place && folder.startsWith(place); folder = dirname(folder)) {
    if (
      !(await rmdir(systemPath(folder)).then(
        () => true,
        () => false,
      ))
    )
      return; // holds other files
  }
}

async function removedFrom(
  file: PlacedFile,
  { traces, touchedRuns, write }: Parameters<typeof changeFile>[1],
): Promise<"all" | number> {
  const { path, place, run } = file;
  if (path !== place && traces.ownsText(relative(place, path).replaceAll("\\", "/"))) return "all";
  if (traces.images.has(path) || DRAFT.test(path)) return "all";
  const kind = await kindOf(path);
  if (kind !== undefined) return pruneText(path, { kind, traces, place: rowPlace(file), write });
  if (isDocument(path)) return removedFromDocument(file, traces);
  if (!SHOWS.test(path)) return 0;
  if (traces.ownsText(await hashOfFile(path))) return "all";
  return run !== null && touchedRuns.has(run.folder) && !(await isOfAnother(path, file, traces)) ? "all" : 0;
}

async function removedFromDocument(file: PlacedFile, traces: Traces): Promise<"all" | number> {
  const value = await jsonIn(file.path);
  const { value: left, removed } = pruneJson(value, traces, rowPlace(file));
  if (left !== undefined) return removed;
  return traces.learn(fieldsOf(value), rowPlace(file)) ? "all" : 1;
}

async function documentWithout(file: PlacedFile, traces: Traces): Promise<unknown> {
  const value = await jsonIn(file.path);
  return pruneJson(value, traces, rowPlace(file)).value ?? blankJson(value, traces);
}

/** An image that a run described in a file of its name, as it does each stimulus, shows whom the description names. */
async function isOfAnother(path: string, file: PlacedFile, traces: Traces): Promise<boolean> {
  if (!IS_IMAGE.test(path)) return false;
  const description = join(dirname(path), `${basename(path, extname(path))}.json`);
  const told = await jsonIn(description);
  return told !== undefined && pruneJson(told, traces, rowPlace(file)).value !== undefined;
}
