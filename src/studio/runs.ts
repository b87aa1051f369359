import { readdir, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { errorSentence } from "../platform/system-error.ts";
import { pathOfBytes, systemPath } from "../platform/system-path.ts";
import { reversiblyVisible } from "../platform/visible-text.ts";
import { JOURNAL_FILE, type RunHistory, readRunHistory } from "../runs/run-history.ts";
import { SHARD_SETTING } from "../runs/shard.ts";

/** A run of any command in the studio's folder, whoever began it. */
export interface FoundRun {
  /**
   * Its folder, seen from the studio's, with `/` between the parts; `.` for the folder itself. Bytes that are no text are
   * spelled out, as in every path that a page is told.
   */
  readonly path: string;
  /** The command that writes it; `null` where its journal cannot be read. */
  readonly command: string | null;
  readonly createdAt: string | null;
  readonly finished: boolean;
  /** Settings it began with. */
  readonly settings: RunHistory["began"]["settings"];
  /** The image that a run of `ask` is about, seen from the studio's folder; `null` for other runs and images elsewhere. */
  readonly image: string | null;
  /** Why it cannot be shown, in one sentence. */
  readonly problem: string | null;
}

/** Folders below that are looked into, and how many of them at most: a folder of images is read in one go. */
const DEEPEST = 4;
const MOST_FOLDERS = 5_000;
const NOT_OURS = new Set(["node_modules"]);

/** Finds the runs in a folder. Journals that have not changed are not read again. */
export function createRunFinder(root: string): () => Promise<readonly FoundRun[]> {
  const kept = new Map<string, { readonly stamp: string; readonly run: FoundRun }>();

  async function runIn(folder: string): Promise<FoundRun | undefined> {
    const found = await stat(systemPath(join(folder, JOURNAL_FILE))).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const stamp = `${found.mtimeMs} ${found.size}`;
    const before = kept.get(folder);
    if (before?.stamp === stamp) return before.run;
    const run = await readRun(root, folder);
    if (run !== undefined) kept.set(folder, { stamp, run });
    return run;
  }

  /** A folder's run, and the folders below it that may hold others: none below a run, unless it is the root. */
  async function look(
    folder: string,
  ): Promise<{ readonly run: FoundRun | undefined; readonly below: readonly string[] }> {
    const run = await runIn(folder);
    return { run, below: run === undefined || folder === root ? await foldersIn(folder) : [] };
  }

  return async () => {
    const runs: FoundRun[] = [];
    let level: readonly string[] = [root];
    let left = MOST_FOLDERS;
    for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
      const found = await Promise.all(level.slice(0, left).map(look));
      left -= level.length;
      runs.push(...found.flatMap(({ run }) => run ?? []));
      level = left > 0 ? found.flatMap(({ below }) => below) : [];
    }
    return newestFirst(runs);
  };
}

async function readRun(root: string, folder: string): Promise<FoundRun | undefined> {
  const path = reversiblyVisible(relative(root, folder).split(sep).join("/")) || ".";
  try {
    const history = await readRunHistory(folder);
    if (history === undefined) return undefined;
    const { command, createdAt, settings } = history.began;
    const image = imageOf(root, history.began);
    return { path, command, createdAt, settings, image, finished: history.finished, problem: null };
  } catch (error) {
    return {
      path,
      command: null,
      createdAt: null,
      settings: {},
      image: null,
      finished: false,
      problem: errorSentence(error),
    };
  }
}

function imageOf(root: string, { command, settings, workingFolder }: RunHistory["began"]): string | null {
  const path = command === "ask" ? (settings.image as { readonly path?: unknown } | undefined)?.path : undefined;
  return typeof path === "string" ? shownFrom(root, workingFolder, path) : null;
}

/** An image that a run names, as pages know it; `null` where it lies elsewhere, of which nothing is shown. */
export function shownFrom(root: string, workingFolder: string, path: string): string | null {
  const seen = seenFrom(root, workingFolder, path);
  return isAbsolute(seen) ? null : reversiblyVisible(seen);
}

/**
 * A path that a run names, which is seen from where its command was run, as seen from the studio's folder; absolute where it
 * lies elsewhere. A folder that was moved since is taken as it is now.
 */
export function seenFrom(root: string, workingFolder: string, path: string): string {
  const seen = relative(root, resolve(workingFolder, path));
  const isInside = seen !== "" && !seen.startsWith("..") && !isAbsolute(seen);
  return (isInside ? seen : path).split(sep).join("/");
}

/** A calibration is kept by its hash alone, and a shard has a folder of its own. */
const KNOWN_TO_THE_TERMINAL = ["--calibration", SHARD_SETTING];

/** What a journal keeps of the flags that a run was begun with. @throws {ConfigurationError} if only the terminal can go on. */
export function begunHere<T>(root: string, path: string, began: RunHistory["began"], schema: z.ZodType<T>): T {
  const refuse = (reason: string) =>
    new ConfigurationError(
      `Cannot go on here as ${reason}: run the command that began it again, with --resume (\`${path}\`)`,
    );
  if (resolve(began.workingFolder) !== root) throw refuse(`it was begun in \`${began.workingFolder}\``);
  const unknown = KNOWN_TO_THE_TERMINAL.find((flag) => began.settings[flag] != null);
  if (unknown !== undefined) throw refuse(`it was begun with ${unknown}, which only the terminal knows`);
  const begun = schema.safeParse(began.settings).data;
  if (begun === undefined) throw refuse("another version of Kuleshov began it");
  return begun;
}

/** Links to folders are left alone: they may lead anywhere. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(systemPath(folder), { withFileTypes: true, encoding: "buffer" }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => pathOfBytes(entry.name))
    .filter((name) => !name.startsWith(".") && !NOT_OURS.has(name))
    .map((name) => join(folder, name));
}

function newestFirst(runs: readonly FoundRun[]): readonly FoundRun[] {
  return [...runs].sort((a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? ""));
}
