import { appendFile, lstat, mkdir, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { acquireLock, type FileLock } from "../platform/file-lock.ts";
import { hashOfFileIfThere, sha256 } from "../platform/hash.ts";
import { inWordsIfDiskFull } from "../platform/system-error.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { journalLine, openJournal, wholeRecords } from "./journal.ts";
import { openRunRows, RowCommit, type RunRows } from "./run-rows.ts";
import { type RunSettings, settingsThatDiffer } from "./run-settings.ts";

/** What to do with a run that is in the folder: `--resume` goes on with it, `--force` starts it anew. */
export interface RunMode {
  readonly resume?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export interface RunFolderOptions extends RunMode {
  /** The command that writes the folder, e.g. `find`. */
  readonly command: string;
  readonly settings: RunSettings;
  /** Kuleshov's version. */
  readonly version: string;
}

/** A folder that one command writes and continues, open for this process alone. */
export interface RunFolder {
  readonly folder: string;
  readonly createdAt: string;
  /** Whether a process before this one began the run. */
  readonly resumed: boolean;
  /** Whether it had come to its end. */
  readonly wasFinished: boolean;
  /** Paths of the files in it that Kuleshov wrote. */
  files(): readonly string[];
  /**
   * Writes a file whole or not at all, and notes that it is ours.
   *
   * @throws {ConfigurationError} if a file of that name is not Kuleshov's, or was changed since Kuleshov wrote it.
   */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Notes that files are ours before they are written in another way. @throws {ConfigurationError} as `write`. */
  claim(...names: readonly string[]): Promise<void>;
  /** Removes a file of ours that is out of date. */
  remove(name: string): Promise<void>;
  /** Opens tables that grow row by row. @param headers first lines by file name. */
  openRows(headers: ReadonlyMap<string, string>): Promise<RunRows>;
  /** Notes how the run ended, and lets go of the folder. */
  close(state: "interrupted" | "finished"): Promise<void>;
}

const JOURNAL_FILE = "journal.jsonl";
const LOCK_FILE = "run.lock";
/** Raised when the journal changes its meaning. */
const FORMAT = 1;

const Began = z.strictObject({
  began: z.strictObject({
    format: z.literal(FORMAT),
    command: z.string(),
    version: z.string(),
    createdAt: z.string(),
    /** What relative paths in it are relative to. */
    workingFolder: z.string(),
    settings: z.record(z.string(), z.unknown()),
  }),
});
/** A file of ours; `null` for one that is not written at once. */
const Wrote = z.strictObject({ file: z.string(), sha256: z.string().nullable() });
const Ended = z.strictObject({ state: z.enum(["interrupted", "finished"]) });
const RunRecord = z.union([Began, Wrote, Ended, RowCommit]);

/** What the journal of a run says. */
interface RunHistory {
  readonly began: z.infer<typeof Began>["began"];
  /** Hashes that were written under each name; none for tables and the like. */
  readonly written: ReadonlyMap<string, ReadonlySet<string>>;
  readonly commits: readonly RowCommit[];
  readonly finished: boolean;
}

/**
 * Opens the folder of a run. An interrupted run goes on where it stopped, a finished one only with `resume`, and both
 * only under the settings they began with. `force` removes what the run wrote, and nothing else, and begins anew. Files
 * that are not Kuleshov's are never touched.
 *
 * @throws {ConfigurationError} naming the reason, if the run may not go on, or another process is at work in it.
 */
export async function openRunFolder(folder: string, options: RunFolderOptions): Promise<RunFolder> {
  if (options.resume && options.force) {
    throw new ConfigurationError("Choose one of --resume, which goes on, and --force, which starts anew");
  }
  await makeFolder(folder);
  const lock = await lockFolder(folder);
  try {
    const history = await prepare(folder, options);
    return await openPrepared(folder, { history, options, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Opens the folder of a run to go on with it, whatever command began it. @throws {ConfigurationError} if it holds none. */
export async function continueRunFolder(folder: string): Promise<RunFolder> {
  const history = await readRunHistory(folder);
  if (history === undefined) {
    throw new ConfigurationError(
      `Cannot go on with the run in the folder as an earlier Kuleshov began it: start a new one (\`${folder}\`)`,
    );
  }
  const { command, settings, version } = history.began;
  return openRunFolder(folder, { command, settings, version, resume: true });
}

/**
 * Writes one more file into the folder of a run, such as a report, and notes that it is ours. The run may be at work
 * meanwhile. A folder that is no run just gets the file.
 *
 * @throws {ConfigurationError} if a file of that name is not Kuleshov's, or was changed since Kuleshov wrote it.
 */
export async function keepInRun(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const history = await readRunHistory(folder);
  if (history === undefined) return writeFileAtomic(join(folder, name), content);
  // One whole line at a time: whoever is at work has seen to the end of the journal already, or will.
  const append = (record: object) => appendFile(join(folder, JOURNAL_FILE), journalLine(record), { flush: true });
  await createManifest(folder, append, history).write(name, content);
}

/** What a run's journal says; `undefined` when the folder holds no run. @throws {ConfigurationError} if it is not ours. */
export async function readRunHistory(folder: string): Promise<RunHistory | undefined> {
  let began: RunHistory["began"] | undefined;
  const written = new Map<string, Set<string>>();
  const commits: RowCommit[] = [];
  let finished = false;
  let lines = 0;
  for await (const line of wholeRecords(join(folder, JOURNAL_FILE))) {
    lines += 1;
    const record = RunRecord.safeParse(line).data;
    if (record === undefined) break;
    if ("began" in record) began = record.began;
    else if ("file" in record) noteFile(written, record);
    else if ("state" in record) finished = record.state === "finished";
    else commits.push(record);
    if (began === undefined) break;
  }
  if (began !== undefined) return { began, written, commits, finished };
  if (lines === 0 && (await wasCutShort(join(folder, JOURNAL_FILE)))) return undefined;
  throw new ConfigurationError(
    `Cannot go on with the run in the folder as an earlier Kuleshov, or something else, wrote its ${JOURNAL_FILE}: name another folder (\`${folder}\`)`,
  );
}

/** Whether a journal is missing, or so short that the power went before its first record was on disk. */
async function wasCutShort(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  const start = text.replaceAll("\0", "").slice(0, FIRST_WORD.length);
  return FIRST_WORD.startsWith(start);
}

const FIRST_WORD = '{"began":';

function noteFile(written: Map<string, Set<string>>, { file, sha256: hash }: z.infer<typeof Wrote>): void {
  const known = written.get(file) ?? new Set<string>();
  written.set(file, known);
  if (hash !== null) known.add(hash);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const taken = code === "EEXIST" || code === "ENOTDIR";
    const reason = taken ? "there is a file of that name" : `the folder cannot be made (${code})`;
    throw new ConfigurationError(`Cannot write results as ${reason}: \`${folder}\``, { cause });
  }
}

async function lockFolder(folder: string): Promise<FileLock> {
  const lock = await acquireLock(join(folder, LOCK_FILE));
  if ("release" in lock) return lock;
  throw new ConfigurationError(`Cannot write results as ${lock.holder} is at work in the folder: \`${folder}\``);
}

/** Decides what becomes of a run that is there. @returns the run that goes on; `undefined` to begin one. */
async function prepare(folder: string, options: RunFolderOptions): Promise<RunHistory | undefined> {
  const history = await readRunHistory(folder);
  if (history === undefined) return undefined;
  const { command, settings } = history.began;
  if (command !== options.command) {
    throw new ConfigurationError(
      `Cannot write results as the folder holds a run of \`kuleshov ${command}\`: name another folder (\`${folder}\`)`,
    );
  }
  if (options.force) {
    await removeRun(folder, history);
    return undefined;
  }
  const differences = settingsThatDiffer(settings, options.settings);
  if (differences.length > 0) {
    throw new ConfigurationError(
      `Cannot go on with the run in the folder as it began with other settings (${differences.join(", ")}): use the same, name another folder, or add --force to start anew (\`${folder}\`)`,
    );
  }
  if (history.finished && !options.resume) {
    throw new ConfigurationError(
      `Cannot write results as the folder holds a finished run: --resume goes on with it, --force starts it anew (\`${folder}\`)`,
    );
  }
  return history;
}

/** Removes the files that the run wrote. Its journal goes last, since it says which those are. */
async function removeRun(folder: string, { written }: RunHistory): Promise<void> {
  for (const [name, hashes] of written) await refuseChanged(folder, name, hashes);
  for (const name of written.keys()) {
    await rm(join(folder, name), { force: true });
    await removeDrafts(join(folder, name));
  }
  for (const name of written.keys()) {
    if (dirname(name) !== ".") await rmdir(join(folder, dirname(name))).catch(() => undefined); // holds other files
  }
  await rm(join(folder, JOURNAL_FILE), { force: true });
}

/** What a killed process left of a file it was writing. */
async function removeDrafts(path: string): Promise<void> {
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const other = join(dirname(path), name);
    if (other.startsWith(`${path}.`) && /\.[0-9a-f-]{36}\.part$/.test(other)) await rm(other, { force: true });
  }
}

/** @throws {ConfigurationError} if somebody, such as a rater with a rating sheet, has worked on a file that we wrote. */
async function refuseChanged(folder: string, name: string, hashes: ReadonlySet<string>): Promise<void> {
  if (hashes.size === 0) return;
  const path = join(folder, name);
  const now = await hashOfFileIfThere(path);
  if (now === undefined || hashes.has(now)) return;
  throw new ConfigurationError(
    `Cannot replace a file that was changed since Kuleshov wrote it: move it away first (\`${path}\`)`,
  );
}

/**
 * Writes the journal of a finished run anew, shorter, once nothing is under way: it then holds no more of the people in
 * videos than the other files do.
 */
async function compactJournal(folder: string): Promise<void> {
  const history = await readRunHistory(folder);
  const last = history?.commits.at(-1);
  if (history === undefined || last === undefined || last.inProgress !== null) return;
  const files = [...history.written].flatMap(([file, hashes]) =>
    (hashes.size === 0 ? [null] : [...hashes]).map((hash) => ({ file, sha256: hash })),
  );
  const rows: RowCommit = { ...last, done: history.commits.flatMap(({ done }) => done) };
  const records: readonly object[] = [{ began: history.began }, ...files, rows, { state: "finished" }];
  await writeFileAtomic(join(folder, JOURNAL_FILE), records.map(journalLine).join(""));
}

interface Prepared {
  readonly history: RunHistory | undefined;
  readonly options: RunFolderOptions;
  readonly lock: FileLock;
}

async function openPrepared(folder: string, { history, options, lock }: Prepared): Promise<RunFolder> {
  const journal = await openJournal(join(folder, JOURNAL_FILE));
  const { command, settings, version } = options;
  const createdAt = history?.began.createdAt ?? new Date().toISOString();
  try {
    if (history === undefined)
      await journal.append({
        began: { format: FORMAT, command, version, createdAt, workingFolder: process.cwd(), settings },
      });
  } catch (error) {
    await journal.close();
    throw error;
  }
  const manifest = createManifest(folder, (record) => journal.append(record), history);
  return {
    folder,
    createdAt,
    resumed: history !== undefined,
    wasFinished: history?.finished ?? false,
    files: () => manifest.names().map((name) => join(folder, name)),
    write: (name, content) => manifest.write(name, content),
    claim: (...names) => manifest.claim(names),
    remove: (name) => manifest.remove(name),
    async openRows(headers) {
      await manifest.claim([...headers.keys()]);
      for (const name of headers.keys()) await mkdir(dirname(join(folder, name)), { recursive: true });
      return openRunRows(folder, { headers, journal, commits: history?.commits ?? [] });
    },
    async close(state) {
      try {
        await journal.append({ state });
        await journal.close();
        if (state === "finished") await compactJournal(folder);
      } finally {
        await journal.close();
        await lock.release();
      }
    },
  };
}

/** Knows which files are ours. Each is in the journal before it is on disk, so that a crash leaves none that is unknown. */
function createManifest(folder: string, append: (record: object) => Promise<void>, history: RunHistory | undefined) {
  const written = new Map([...(history?.written ?? [])].map(([name, hashes]) => [name, new Set(hashes)]));

  async function refuseTheirs(name: string): Promise<void> {
    const hashes = written.get(name);
    if (hashes !== undefined) return refuseChanged(folder, name, hashes);
    if ((await lstat(join(folder, name)).catch(() => undefined)) === undefined) return;
    throw new ConfigurationError(
      `Cannot write results as there is a file of that name that Kuleshov did not write: \`${join(folder, name)}\``,
    );
  }

  async function note(file: string, hash: string | null): Promise<void> {
    if (hash === null ? written.has(file) : written.get(file)?.has(hash)) return;
    await append({ file, sha256: hash });
    noteFile(written, { file, sha256: hash });
  }

  return {
    names: () => [...written.keys()],
    async claim(names: readonly string[]) {
      for (const name of names) await refuseTheirs(name);
      await Promise.all(names.map((name) => note(name, null)));
    },
    async write(name: string, content: string | Uint8Array) {
      await refuseTheirs(name);
      await note(name, sha256(content));
      const path = join(folder, name);
      await writeFileAtomic(path, content).catch((error: unknown) => {
        throw inWordsIfDiskFull(error, path);
      });
    },
    async remove(name: string) {
      if (written.has(name)) await rm(join(folder, name), { force: true });
    },
  };
}
