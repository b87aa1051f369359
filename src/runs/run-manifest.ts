import { createHash } from "node:crypto";
import { appendFile, lstat, readdir, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { hashOfFileIfThere, sha256 } from "../platform/hash.ts";
import { inWordsIfDiskFull } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { journalLine } from "./journal.ts";
import { JOURNAL_FILE, noteFile, type RunHistory, readRunHistory } from "./run-history.ts";

/** A text may come in pieces, of which together no string would hold all. */
export type FileContent = string | Uint8Array | readonly string[];

function hashOf(content: FileContent): string {
  if (typeof content === "string" || content instanceof Uint8Array) return sha256(content);
  const hash = createHash("sha256");
  for (const piece of content) hash.update(piece);
  return hash.digest("hex");
}

/** Knows which files are ours. Each is in the journal before it is on disk, so that a crash leaves none that is unknown. */
export function createManifest(
  folder: string,
  append: (record: object) => Promise<void>,
  history: RunHistory | undefined,
) {
  const written = new Map([...(history?.written ?? [])].map(([name, hashes]) => [name, new Set(hashes)]));

  async function refuseTheirs(name: string): Promise<void> {
    const hashes = written.get(name);
    if (hashes !== undefined) return refuseChanged(folder, name, hashes);
    if ((await lstat(systemPath(join(folder, name))).catch(() => undefined)) === undefined) return;
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
    async write(name: string, content: FileContent) {
      await refuseTheirs(name);
      await note(name, hashOf(content));
      const path = join(folder, name);
      await writeFileAtomic(path, content).catch((error: unknown) => {
        throw inWordsIfDiskFull(error, path);
      });
    },
    async remove(name: string) {
      const hashes = written.get(name);
      if (hashes === undefined) return;
      await refuseChanged(folder, name, hashes);
      await rm(systemPath(join(folder, name)), { force: true });
    },
  };
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
  const append = (record: object) =>
    appendFile(systemPath(join(folder, JOURNAL_FILE)), journalLine(record), { flush: true });
  await createManifest(folder, append, history).write(name, content);
}

/** Removes the files that the run wrote. Its journal goes last, since it says which those are. */
export async function removeRun(folder: string, { written }: RunHistory): Promise<void> {
  for (const [name, hashes] of written) await refuseChanged(folder, name, hashes);
  for (const name of written.keys()) {
    await rm(systemPath(join(folder, name)), { force: true });
    await removeDrafts(join(folder, name));
  }
  for (const name of written.keys()) {
    if (dirname(name) !== ".") await rmdir(systemPath(join(folder, dirname(name)))).catch(() => undefined); // holds other files
  }
  await rm(systemPath(join(folder, JOURNAL_FILE)), { force: true });
}

/** What a killed process left of a file it was writing. */
async function removeDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(systemPath(folder)).catch(() => [])) {
    const isDraft = name.startsWith(`${basename(path)}.`) && /\.[0-9a-f-]{36}\.part$/.test(name);
    if (isDraft) await rm(systemPath(join(folder, name)), { force: true });
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
