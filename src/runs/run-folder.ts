import { dirname, join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { canonicalJson } from "../platform/content-store.ts";
import { acquireLock, type FileLock } from "../platform/file-lock.ts";
import { keptKeys } from "../platform/kept-keys.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { whyRefused } from "../platform/system-error.ts";
import { openJournal } from "./journal.ts";
import { compactJournal, JOURNAL_FILE, JOURNAL_FORMAT, type RunHistory, readRunHistory } from "./run-history.ts";
import { createManifest, type FileContent, removeRun } from "./run-manifest.ts";
import { openRunRows, type RunRows } from "./run-rows.ts";
import { SHARD_FILE, type ShardPart, shardHeadLine, shardRows, shardSettings } from "./shard.ts";

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
  /** Which inputs the run is about, where the others are those of other runs. */
  readonly shard?: ShardPart | undefined;
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
  write(name: string, content: FileContent): Promise<void>;
  /** Notes that files are ours before they are written in another way. @throws {ConfigurationError} as `write`. */
  claim(...names: readonly string[]): Promise<void>;
  /** Removes a file of ours that is out of date. @throws {ConfigurationError} if it was changed since. */
  remove(name: string): Promise<void>;
  /** Opens tables that grow row by row. @param headers first lines by file name. */
  openRows(headers: ReadonlyMap<string, string>): Promise<RunRows>;
  /** Notes how the run ended, and lets go of the folder. */
  close(state: "interrupted" | "finished"): Promise<void>;
}

export const LOCK_FILE = "run.lock";

/**
 * Opens the folder of a run. An interrupted run goes on where it stopped, a finished one only with `resume`, and both
 * only under the settings they began with. `force` removes what the run wrote, and nothing else, and begins anew. Files
 * that are not Kuleshov's are never touched.
 *
 * @throws {ConfigurationError} naming the reason, if the run may not go on, or another process is at work in it.
 */
export async function openRunFolder(folder: string, given: RunFolderOptions): Promise<RunFolder> {
  const { shard, settings } = given;
  const options = shard === undefined ? given : { ...given, settings: { ...settings, ...shardSettings(shard) } };
  if (options.resume && options.force) {
    throw new ConfigurationError("Choose one of --resume, which goes on, and --force, which starts anew");
  }
  await makeRunFolder(folder);
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

async function makeRunFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const taken = code === "EEXIST" || code === "ENOTDIR";
    const reason = taken ? "there is a file of that name" : `the folder cannot be made (${whyRefused(cause)})`;
    throw new ConfigurationError(`Cannot write results as ${reason}: \`${folder}\``, { cause });
  }
}

async function lockFolder(folder: string): Promise<FileLock> {
  const lock = await acquireLock(join(folder, LOCK_FILE));
  if ("release" in lock) return lock;
  throw new ConfigurationError(
    `Cannot write results as ${lock.holder} is at work in the folder: wait for it, or name another (\`${folder}\`)`,
  );
}

/**
 * Reads and changes the files of an ended run while nobody else does.
 *
 * @throws {ConfigurationError} if another process is at work in the folder.
 */
export async function aloneInRun<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const lock = await lockFolder(folder);
  try {
    return await act();
  } finally {
    await lock.release();
  }
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
        began: { format: JOURNAL_FORMAT, command, version, createdAt, workingFolder: process.cwd(), settings },
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
    async openRows(given) {
      const { shard } = options;
      const headers =
        shard === undefined ? given : new Map([...given, [SHARD_FILE, shardHeadLine(shard, given.keys())]]);
      await manifest.claim([...headers.keys()]);
      for (const name of headers.keys()) await makeFolder(dirname(join(folder, name)));
      const done = await keptKeys(history?.done() ?? []);
      const rows = await openRunRows(folder, { headers, journal, done, last: history?.last });
      return shard === undefined ? rows : shardRows(rows, shard);
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

/** What decides the results of a run: JSON values by the name that a user knows each by, e.g. `--fps` or `query`. */
export type RunSettings = Readonly<Record<string, unknown>>;

/** In which settings a run differs from what is asked for now, one phrase each: `query: composed -> pout`. */
export function settingsThatDiffer(then: RunSettings, now: RunSettings): string[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .filter((name) => canonicalJson(then[name]) !== canonicalJson(now[name]))
    .map((name) => {
      const [before, after] = [inWords(then[name]), inWords(now[name])];
      return before === after ? `${name}: other contents` : `${name}: ${before} -> ${after}`;
    });
}

/** Longer lists, as a shell makes of a pattern, are only counted; longer texts are cut. */
const MOST_NAMED = 4;
const LONGEST = 60;

function inWords(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length > MOST_NAMED ? `${value.length} of them` : value.map(inWords).join(" ");
  if (typeof value === "object") return named(value);
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** A thing by its id or path; what else it holds, such as hashes, is its contents. */
function named(value: object): string {
  if ("id" in value) return String(value.id);
  return "path" in value ? String(value.path) : "set";
}
