import { readdir } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { endingOf } from "../measuring/folder-files.ts";
import { IMAGE_ENDINGS, VIDEO_ENDINGS } from "../measuring/image-format.ts";
import { pathOfBytes, systemPath } from "../platform/system-path.ts";
import { reversiblyVisible } from "../platform/visible-text.ts";
import {
  ANSWERS,
  DATASETS,
  DISCOVERIES,
  EVALUATIONS,
  FRAMES,
  LABS,
  PASSPORTS,
  SEARCHES,
  STUDIES,
} from "./result-folders.ts";
import { foldersIn } from "./runs.ts";

/** Folders that are offered, and images of one of them. */
const MOST_FOLDERS = 200;
const MOST_LOOKED = 2_000;
const MOST_IMAGES = 500;
const MEASURABLE: ReadonlySet<string> = new Set([...IMAGE_ENDINGS, ...VIDEO_ENDINGS]);
/** Folders that the studio writes into. */
const OURS: ReadonlySet<string> = new Set([
  ANSWERS,
  STUDIES,
  DISCOVERIES,
  FRAMES,
  LABS,
  EVALUATIONS,
  SEARCHES,
  PASSPORTS,
  DATASETS,
]);

/** What toolboxes write. */
export const EVIDENCE_FILES = /\.(csv|tsv|parquet|txt|json|jsonl|ndjson)$/i;

/** Folders that hold images or videos themselves, those that are ours left out. Links are not followed. */
export async function imageFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  let level = [root];
  for (let looked = 0; level.length > 0 && looked < MOST_LOOKED; looked += level.length) {
    const below = await Promise.all(level.map(foldersIn));
    for (const folder of level) {
      const names = await readdir(systemPath(folder)).catch(() => []);
      if (names.some((name) => MEASURABLE.has(endingOf(name)))) found.push(shown(root, folder));
    }
    level = below.flat().filter((folder) => !OURS.has(relative(root, folder)));
  }
  return found.sort().slice(0, MOST_FOLDERS);
}

/** Folders that hold two folders of images or more, as a data set with one for each label does. */
export async function labelFolders(root: string): Promise<string[]> {
  const parents = (await imageFolders(root)).filter((each) => each !== ".").map((each) => posix.dirname(each));
  return [...new Set(parents.filter((each, at) => parents.indexOf(each) !== at))];
}

/** The images of one folder, seen from the root. @param folder its real place. */
export async function imagesIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(systemPath(folder), { encoding: "buffer" });
  const names = entries.map(pathOfBytes).filter((name) => IMAGE_ENDINGS.includes(endingOf(name)));
  return names
    .sort()
    .slice(0, MOST_IMAGES)
    .map((name) => shown(root, join(folder, name)));
}

/** Files of the folder itself whose names are so. */
export async function filesIn(root: string, name: RegExp): Promise<string[]> {
  const entries = await readdir(systemPath(root), { withFileTypes: true, encoding: "buffer" });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => pathOfBytes(entry.name));
  return names
    .filter((each) => name.test(each) && !each.startsWith("."))
    .sort()
    .map((each) => shown(root, join(root, each)));
}

function shown(root: string, path: string): string {
  return reversiblyVisible(relative(root, path).split(sep).join("/")) || ".";
}
