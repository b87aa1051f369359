import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { timestamp } from "../evaluation/list-evaluations.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { systemPath } from "../platform/system-path.ts";
import { visibleLine } from "../platform/visible-text.ts";

/** Where answers go, as `ask --out` writes them: `answers/<image's name>/<number>/`. */
export const ANSWERS = "answers";
/** Where studies and discoveries that are begun in the studio go. */
export const STUDIES = "studies";
export const DISCOVERIES = "discoveries";
/** Where frames of clips go that are examples of a category: an example names an image. */
export const FRAMES = "frames";
/** Where labs and evaluations go, as the commands have it. */
export const LABS = "lab-results";
export const EVALUATIONS = "eval-results";
export const AGREEMENTS = "agreements";
export const SEARCHES = "searches";
export const PASSPORTS = "passports";
export const DATASETS = "datasets";

const LONGEST_NAME = 80;

/** Makes the folder of the next answer about an image. @returns its path, seen from the root. */
export function nextAnswerFolder(root: string, image: string): Promise<string> {
  const below = `${ANSWERS}/${basename(image)}`;
  return firstFree(root, below, String);
}

/**
 * Makes the folder of the next run, as the commands name it. @param name what it is about: what no folder can be called is
 * left out. @returns its path, seen from the root.
 */
export function nextRunFolder(root: string, below: string, name: string): Promise<string> {
  const stamped = `${plainName(name) || below}-${timestamp()}`;
  return firstFree(root, below, (number) => (number === 1 ? stamped : `${stamped}-${number}`));
}

/** What any system takes as a name; empty where nothing is left of it. */
function plainName(name: string): string {
  return visibleLine(name)
    .replace(/[\\/:*?"<>|]/g, "-")
    .slice(0, LONGEST_NAME)
    .replace(/^[. ]+/, "");
}

/** Makes the folder of the next answers about many images. @param words what names them, e.g. a pattern. */
export function nextAnswersFolder(root: string, words: string): Promise<string> {
  return firstFree(root, `${ANSWERS}/${plainName(basename(words)) || basename(root)}`, String);
}

/** Makes the folder, so that two that are begun at once never get the same. */
async function firstFree(root: string, below: string, named: (number: number) => string): Promise<string> {
  await makeFolder(join(root, below));
  for (let number = 1; ; number++) {
    const path = `${below}/${named(number)}`;
    try {
      await mkdir(systemPath(join(root, path)));
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
