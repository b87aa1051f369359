import { extname, relative, sep } from "node:path";
import { walkFolder } from "../platform/walk-folder.ts";
import { IMAGE_ENDINGS } from "./image-format.ts";

/** The files of a folder that are of the kinds wanted. */
interface FolderFiles {
  /** As seen from the folder, with `/` between, sorted. */
  readonly names: readonly string[];
  /** How many others there are and of which kinds, in a sentence; `null` when there are none. */
  readonly leftOut: string | null;
}

/** Files in and below a folder by the endings of their names, whatever their case. */
export async function filesBelow(
  folder: string,
  endings: readonly string[] = IMAGE_ENDINGS,
  wanted = "no image's",
): Promise<FolderFiles> {
  const { names, leftOut } = await filesOf(folder, walkFolder(folder), { endings, wanted });
  return { names: names.map((path) => relative(folder, path).replaceAll(sep, "/")).sort(), leftOut };
}

/** The paths that end as wanted, sorted. */
export async function filesOf(
  folder: string,
  paths: AsyncIterable<string>,
  { endings, wanted }: { readonly endings: readonly string[]; readonly wanted: string },
): Promise<FolderFiles> {
  const names: string[] = [];
  const leftOut = new Map<string, number>();
  for await (const path of paths) {
    const ending = endingOf(path);
    if (endings.includes(ending)) names.push(path);
    else leftOut.set(ending, (leftOut.get(ending) ?? 0) + 1);
  }
  return {
    names: names.sort(),
    leftOut: leftOut.size === 0 ? null : leftOutInWords(folder, { counts: leftOut, wanted }),
  };
}

/** Without the dot, in lower case; empty without one. */
export function endingOf(path: string): string {
  return extname(path).slice(1).toLowerCase();
}

/** Kinds of files that are told one by one. */
const KINDS_TOLD = 5;

function leftOutInWords(
  folder: string,
  { counts, wanted }: { readonly counts: ReadonlyMap<string, number>; readonly wanted: string },
): string {
  const kinds = [...counts].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  const told = kinds
    .slice(0, KINDS_TOLD)
    .map(([ending, count]) => `${count} ${ending === "" ? "without" : `.${ending}`}`);
  const rest = kinds.length > KINDS_TOLD ? `, ${kinds.length - KINDS_TOLD} more kinds` : "";
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const files =
    total === 1 ? "1 file is left out as its ending is" : `${total} files are left out as their endings are`;
  return `${files} ${wanted}: ${told.join(", ")}${rest} (\`${folder}\`)`;
}
