import { stat } from "node:fs/promises";
import { extname, isAbsolute, relative, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { ConfigurationError } from "../domain/errors.ts";
import { IMAGE_ENDINGS } from "../pipeline/image-format.ts";
import { readInputList } from "./input-list.ts";

/** One picture of a study. */
export interface StudyInput {
  readonly path: string;
  /** The same person's resting face, against which action units are measured; `null` when there is none. */
  readonly neutralPath: string | null;
}

/** Endings of films, which are looked for by name only. */
export const VIDEO_ENDINGS = ["mp4", "mov", "avi", "mkv", "webm", "m4v", "mpg", "mpeg", "wmv"];

/**
 * The pictures that the user's words name: files, folders (all pictures in them, sorted by path), globs, or lists
 * (`.csv` with a column `path` and, if wanted, `neutral`). A path that comes twice is given once.
 *
 * @throws {ConfigurationError} if a word names nothing, or a folder or glob holds no picture.
 */
export async function* studyInputs(words: readonly string[]): AsyncGenerator<StudyInput> {
  const seen = new Set<string>();
  for (const word of words) {
    for await (const input of inputsOf(word)) {
      const key = resolve(input.path);
      if (seen.has(key)) continue;
      seen.add(key);
      yield input;
    }
  }
}

async function* inputsOf(word: string): AsyncGenerator<StudyInput> {
  const found = await stat(word).catch(() => undefined);
  if (found?.isDirectory()) yield* withoutNeutral(await picturesIn(word));
  else if (found !== undefined && extname(word).toLowerCase() === ".csv") yield* readInputList(word);
  else if (found !== undefined || !isDynamicPattern(word)) yield { path: word, neutralPath: null };
  else yield* withoutNeutral(await picturesMatching(word));
}

async function picturesIn(folder: string): Promise<string[]> {
  const found = await glob([`**/*.{${IMAGE_ENDINGS.join(",")}}`], {
    cwd: folder,
    caseSensitiveMatch: false,
    absolute: true,
    followSymbolicLinks: false,
  });
  if (found.length === 0) {
    throw new ConfigurationError(
      `Cannot measure folder as it holds no picture (${IMAGE_ENDINGS.join(", ")}): \`${folder}\``,
    );
  }
  const prefix = resolve(folder);
  return found.map((path) => `${folder.replace(/[\\/]+$/, "")}/${relative(prefix, path)}`).sort();
}

async function picturesMatching(pattern: string): Promise<string[]> {
  const found = await glob([pattern], {
    caseSensitiveMatch: false,
    absolute: isAbsolute(pattern),
    expandDirectories: false,
  });
  if (found.length === 0) throw new ConfigurationError(`Cannot measure as no file matches the pattern: \`${pattern}\``);
  return found.sort();
}

function* withoutNeutral(paths: readonly string[]): Generator<StudyInput> {
  for (const path of paths) yield { path, neutralPath: null };
}
