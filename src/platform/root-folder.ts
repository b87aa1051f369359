import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { ImageDecodeError, ToolInputError } from "../domain/errors.ts";
import { whyRefused } from "./system-error.ts";
import { pathOfBytes, systemPath } from "./system-path.ts";

/**
 * The real place of a file that a client names, if it lies inside the folder that the server may read. Links are followed
 * first. Of what lies outside nothing is told, not even whether it is there.
 *
 * @param root as `realpath` gives it. @param path absolute, or seen from the root. @param other how another is opened.
 * @param what it is to be.
 * @throws {ToolInputError} if it is outside, or no image and not there. @throws {ImageDecodeError} if it is inside and not there.
 */
export async function placeInside(
  root: string,
  path: string,
  other: string,
  what: "image" | "transcript" = "image",
): Promise<string> {
  const outside = () =>
    new ToolInputError(
      `Cannot read ${what} as it is outside of the folder that this server may read, \`${root}\` (${other}): \`${path}\``,
    );
  const named = resolve(root, path);
  if (!isInside(root, named)) throw outside();
  const place = await realPath(named).catch((cause: unknown) => {
    if (what === "image") throw new ImageDecodeError(path, whyRefused(cause), { cause });
    throw new ToolInputError(`Cannot read ${what} as ${whyRefused(cause)}: \`${path}\``);
  });
  if (!isInside(root, place)) throw outside();
  return place;
}

/** A path with every link followed. */
export async function realPath(path: string): Promise<string> {
  return pathOfBytes(await realpath(systemPath(path), "buffer"));
}

/** Whether a path leads to a folder or to what lies in it, links apart. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
