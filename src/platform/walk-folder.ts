import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathOfBytes, systemPath } from "./system-path.ts";

/**
 * Paths of all files in and below a folder, as seen from it: `<folder>/sub/name`. Links to files are files, also those
 * that lead nowhere; links to folders are followed, each folder once however many ways lead to it.
 */
export async function* walkFolder(folder: string, seen: Set<string> = new Set()): AsyncGenerator<string> {
  const place = (await realpath(systemPath(folder), "buffer")).toString("latin1");
  if (seen.has(place)) return;
  seen.add(place);
  const entries = await readdir(systemPath(folder), { withFileTypes: true, encoding: "buffer" });
  // Folders of this one come before those that links bring in from elsewhere, so that files keep their nearest name.
  const links = entries.filter((entry) => entry.isSymbolicLink());
  const plain = entries.filter((entry) => !entry.isSymbolicLink());
  for (const entry of [...plain, ...links]) {
    const path = join(folder, pathOfBytes(entry.name));
    if (await isFolder(path, entry)) yield* walkFolder(path, seen);
    else yield path;
  }
}

async function isFolder(path: string, entry: Pick<Dirent, "isSymbolicLink" | "isDirectory">): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(systemPath(path)).catch(() => undefined);
  return target?.isDirectory() ?? false;
}
