import { randomUUID } from "node:crypto";
import { lstat, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { makeFolder } from "./make-folder.ts";
import { refuseUnlessFile } from "./read-file.ts";
import { systemPath } from "./system-path.ts";

/**
 * Writes a file that the user names, whole or not at all, and never over another.
 *
 * @throws {ConfigurationError} if there is a file of that name.
 */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const isThere = await lstat(systemPath(path)).catch(() => undefined);
  if (isThere !== undefined)
    throw new ConfigurationError(`Cannot write as the file exists (name another): \`${path}\``);
  await writeFileAtomic(path, content);
}

/**
 * Writes a file so that it is there whole or not at all: under another name in the same folder, on disk, then renamed.
 * Several processes may write the same file at once. Makes its folder. Content that comes in pieces is never held whole.
 *
 * @throws {RefusedFileError} if something else than a file has that name: a device would be replaced, a pipe lost.
 * @throws what the file system says; nothing is left behind then.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<string> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  await makeFolder(dirname(path));
  const there = await stat(systemPath(path)).catch(() => undefined);
  if (there !== undefined) refuseUnlessFile(path, there);
  const draft = systemPath(`${path}.${randomUUID()}.part`);
  try {
    const file = await open(draft, "wx");
    try {
      const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
      for await (const piece of pieces) await file.appendFile(piece);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, systemPath(path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
