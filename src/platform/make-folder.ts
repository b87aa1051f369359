import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemPath } from "./system-path.ts";

/**
 * Makes a folder and those above it; one that is there is fine. Node's own `recursive` never comes to an end where a
 * folder is there and takes no other, as `/proc` is.
 *
 * @throws what the file system says, `EEXIST` if there is a file of that name.
 */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdirOf(path);
  if (made?.code !== "ENOENT" || dirname(path) === path) return refuseUnlessThere(path, made);
  await makeFolder(dirname(path));
  return refuseUnlessThere(path, await mkdirOf(path));
}

async function mkdirOf(path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(systemPath(path));
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** Another process may have made it meanwhile; a root that cannot be written is there all the same. */
async function refuseUnlessThere(path: string, refusal: NodeJS.ErrnoException | undefined): Promise<void> {
  if (refusal !== undefined && !(await isFolder(path))) throw refusal;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(systemPath(path)).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
