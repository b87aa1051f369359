import { type Dirent, readdir, realpath, type Stats, stat } from "node:fs";
import type { GlobOptions } from "tinyglobby";
import { pathOfBytes, systemPath } from "./system-path.ts";

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** What looking for files asks of the system, with the paths of {@link pathOfBytes}. */
const SYSTEM = {
  readdir(path: string, _options: object, done: Done<Dirent[]>) {
    readdir(systemPath(path), { withFileTypes: true, encoding: "buffer" }, (error, entries = []) => {
      const named = entries.map((entry) => Object.assign(entry, { name: pathOfBytes(entry.name) }));
      done(error, error === null ? (named as unknown as Dirent[]) : undefined);
    });
  },
  realpath(path: string, done: Done<string>) {
    // The one of Node's own in JavaScript reads links as UTF-8.
    realpath.native(systemPath(path), "buffer", (error, real) =>
      done(error, error === null ? pathOfBytes(real) : undefined),
    );
  },
  stat: (path: string, done: Done<Stats>) => stat(systemPath(path), done),
};

/** Files whose paths fit a pattern, also those with names that are not UTF-8, in the order of their names. */
export async function globFiles(pattern: string, options: GlobOptions = {}): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  return (await glob([pattern], { ...options, fs: SYSTEM as unknown as NonNullable<GlobOptions["fs"]> })).sort();
}

/** Whether a word is a pattern and no path. */
export async function isPattern(word: string): Promise<boolean> {
  return (await import("tinyglobby")).isDynamicPattern(word);
}
