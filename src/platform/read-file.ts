import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { RefusedFileError } from "./system-error.ts";
import { isObjectAddress, systemPath } from "./system-path.ts";

/** What is read into memory at once, unless a caller knows better. */
export const MOST_BYTES = 512 * 2 ** 20;

const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK = 0 } = constants; // Windows has no O_NONBLOCK
const FLAGS = { read: O_RDONLY | O_NONBLOCK, append: O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK };

/**
 * Opens a file of the user's, if it is a regular one: a named pipe would be waited for without end, a device never ends.
 * Does not wait, whatever the path names. To `append` is to read as well, and makes a file that is not there.
 *
 * @throws {RefusedFileError} if it is no regular file; else what the file system says.
 */
export async function openFile(path: string, to: keyof typeof FLAGS = "read"): Promise<FileHandle> {
  if (isObjectAddress(path)) {
    throw new RefusedFileError(path, "it lies in an object store, of which images alone are read: fetch it first");
  }
  const file = await open(systemPath(path), FLAGS[to]);
  try {
    refuseUnlessFile(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws {RefusedFileError} if what the path names is no regular file. */
export function refuseUnlessFile(path: string, info: Stats): void {
  if (info.isFile()) return;
  const what = info.isDirectory() ? "it is a folder, not a file" : "it is a device or a pipe, not a file";
  throw new RefusedFileError(path, what);
}

export interface ReadOptions {
  readonly mostBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A regular file as a whole, as long as the file system says it is: what grows under the reader's hands, as files below
 * `/proc` do, is not followed.
 *
 * @throws {RefusedFileError} if it is no regular file, or larger than `mostBytes`; else what the file system says.
 */
export async function readBytes(path: string, { mostBytes = MOST_BYTES, signal }: ReadOptions = {}): Promise<Buffer> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    if (size > mostBytes) {
      throw new RefusedFileError(
        path,
        `the file has ${Math.ceil(size / 1e6)} MB (limit ${Math.floor(mostBytes / 1e6)})`,
      );
    }
    return await readUpTo(file, size, signal);
  } finally {
    await file.close();
  }
}

/** As {@link readBytes}, for text in UTF-8. */
export async function readText(path: string, options?: ReadOptions): Promise<string> {
  return (await readBytes(path, options)).toString("utf8");
}

async function readUpTo(file: FileHandle, size: number, signal: AbortSignal | undefined): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, length, size - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
