import { stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { groupBy } from "../domain/group-by.ts";
import { endingOf, filesBelow, filesOf } from "../measuring/folder-files.ts";
import { IMAGE_ENDINGS, VIDEO_ENDINGS } from "../measuring/image-format.ts";
import { globFiles, isPattern } from "../platform/glob-files.ts";
import { listObjects, objectStoreNotice } from "../platform/object-store.ts";
import { isObjectAddress, systemPath } from "../platform/system-path.ts";
import { columnsInWords, readTable, type TableRow, tableRows } from "../platform/tables/table-rows.ts";
import { readRunHistory } from "../runs/run-history.ts";
import { EXCLUSIONS_FILE, type ExcludedFaces, leftOutSentence, readExclusions } from "./exclusions.ts";

/** One image or video of a study. */
export interface StudyInput {
  /** Tells it from every other input, and is what a resumed study knows it by. */
  readonly key: string;
  readonly path: string;
  readonly kind: "image" | "video";
  /** The same person's resting face, against which action units are measured; `null` when there is none. */
  readonly neutralPath: string | null;
  /** Why it is not measured at all; `null` for most. */
  readonly refusal: string | null;
  /** Faces in it that the study which it is taken from excludes; left out for none. */
  readonly excluded?: ExcludedFaces;
}

/**
 * The images and videos that the user's words name: files, folders (everything in and below them, sorted by path; of an
 * object store the images), globs, the folder of a study (what it measured), or lists (`.csv` or `.tsv` with a column `path` and, if wanted, `neutral`). What two words name is given once; what one
 * list names twice is given a second time with a refusal, so that it is reported.
 *
 * @param notify Told how many files of a folder were left out, and of which kinds, and which object stores are asked.
 * @throws {ConfigurationError} if a word names nothing, a folder or glob holds nothing to measure, or a list is wrong.
 */
export async function* studyInputs(
  words: readonly string[],
  notify?: (notice: string) => void,
): AsyncGenerator<StudyInput> {
  const seen = new Set<string>();
  const tell = storeNotices(notify);
  for (const word of words) {
    await tell(word);
    for await (const input of inputsOf(word, notify)) {
      await tell(input.path);
      const place = placeOf(input.key);
      if (seen.has(place)) continue;
      seen.add(place);
      yield input;
    }
  }
}

/** One spelling for every way to name a file. The key of an object is its only one: `a//b` and `a/../b` are objects of their own. */
function placeOf(path: string): string {
  return isObjectAddress(path) ? path : resolve(path);
}

/** Says once for each bucket on another machine that it is asked, before it is. */
export function storeNotices(notify: ((notice: string) => void) | undefined): (path: string) => Promise<void> {
  const told = new Set<string>();
  return async (path) => {
    const bucket = isObjectAddress(path) ? path.split("/", 3).join("/") : undefined;
    if (bucket === undefined || told.has(bucket)) return;
    told.add(bucket);
    const notice = await objectStoreNotice(path);
    if (notice !== undefined) notify?.(notice);
  };
}

/** As {@link studyInputs}, all at once. */
export async function listInputs(words: readonly string[], notify?: (notice: string) => void): Promise<StudyInput[]> {
  const inputs: StudyInput[] = [];
  for await (const input of studyInputs(words, notify)) inputs.push(input);
  return inputs;
}

/** The images among them, for whoever takes no videos. @throws {ConfigurationError} as {@link studyInputs}, or if there are videos alone. */
export async function listImages(words: readonly string[], notify?: (notice: string) => void): Promise<StudyInput[]> {
  const inputs = await listInputs(words, notify);
  const images = inputs.filter(({ kind }) => kind === "image");
  const names = words.map((word) => `\`${word}\``).join(", ");
  if (images.length === 0) {
    throw new ConfigurationError(`Cannot look for faces as there are videos alone, and images are searched: ${names}`);
  }
  const videos = inputs.length - images.length;
  if (videos > 0) notify?.(`${videos} ${videos === 1 ? "video is" : "videos are"} left out, as images are searched`);
  return images;
}

/** Whether a file is a list of images by its name: a table with a column `path`. */
export function isList(path: string): boolean {
  return /^\.(?:[ct]sv|parquet)$/i.test(extname(path));
}

/** Whether an address names all that lies below it, as a folder does, and no single object. */
export function isObjectFolder(word: string): boolean {
  return isObjectAddress(word) && !MEASURABLE.includes(endingOf(word)) && !isList(word);
}

async function* inputsOf(word: string, notify?: (notice: string) => void): AsyncGenerator<StudyInput> {
  if (isObjectFolder(word)) return yield* toInputs(await objectsIn(word, notify));
  if (isObjectAddress(word)) return yield* isList(word) ? listedInputs(word) : toInputs([word]);
  const found = await stat(systemPath(word)).catch(() => undefined);
  const study = found?.isDirectory() ? await studyIn(word, notify) : undefined;
  if (study !== undefined) yield* study;
  else if (found?.isDirectory()) yield* toInputs(await filesIn(word, notify));
  else if (found !== undefined && isList(word)) yield* listedInputs(word);
  else if (found !== undefined || !(await isPattern(word))) yield toInput(word);
  else yield* toInputs(await filesMatching(word));
}

async function* listedInputs(listPath: string): AsyncGenerator<StudyInput> {
  const lines = new Map<string, number>();
  for await (const { path, neutralPath, line } of readInputList(listPath)) {
    const place = placeOf(path);
    const firstLine = lines.get(place);
    if (firstLine === undefined) {
      lines.set(place, line);
      yield { ...toInput(path), neutralPath };
    } else {
      const refusal = `Listed twice, measured once: line ${line} repeats line ${firstLine} of \`${listPath}\``;
      yield { ...toInput(path), key: `${path} (line ${line})`, refusal };
    }
  }
}

/** How the study in a folder began; `undefined` when the folder holds none. */
export async function beginningOfStudy(folder: string) {
  const history = await readRunHistory(folder).catch(() => undefined);
  const isStudy = history?.began.command === "measure" || history?.began.command === "import";
  return isStudy ? history.began : undefined;
}

/** The images and videos that a study measured, less what it excludes; `undefined` when the folder holds none. */
async function studyIn(folder: string, notify?: (notice: string) => void): Promise<StudyInput[] | undefined> {
  const began = await beginningOfStudy(folder);
  if (began === undefined) return undefined;
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot take the images of a study as ${reason}: \`${folder}\``, options);
  if (began.command === "import") {
    throw refuse(
      "it was imported from toolboxes' files without images (agreement, discover and evaluations with task: measured work on it as it is)",
    );
  }
  const { workingFolder } = began;
  const rows = await readTable(join(folder, "images.csv"), { refuse });
  const here = (path: string) =>
    workingFolder === process.cwd() || isObjectAddress(path) ? path : resolve(workingFolder, path);
  const paths = [...new Set(rows.flatMap(({ cells: { path } }) => (path ? [path] : [])))];
  if (paths.length === 0) throw refuse("it measured none");
  const exclusions = groupBy(
    (await readExclusions(folder)).filter(({ frame }) => frame === null),
    ({ path }) => path,
  );
  const inputs = paths.map((path): StudyInput => {
    const excluded = exclusions.get(path)?.map(({ faceId, box }) => ({ faceId, box }));
    return { ...toInput(here(path)), ...(excluded === undefined ? {} : { excluded }) };
  });
  const kept = inputs.filter(({ excluded = [] }) => excluded.every(({ faceId }) => faceId !== null));
  if (kept.length === 0) throw refuse(`all of them are excluded in its ${EXCLUSIONS_FILE}`);
  const images = inputs.length - kept.length;
  if (images > 0) notify?.(leftOutSentence(`${images} ${images === 1 ? "image" : "images"}`, folder));
  return kept;
}

const MEASURABLE: readonly string[] = [...IMAGE_ENDINGS, ...VIDEO_ENDINGS];

async function filesIn(folder: string, notify?: (notice: string) => void): Promise<string[]> {
  const { names, leftOut } = await filesBelow(folder, MEASURABLE, "no image's or video's");
  if (leftOut !== null && names.length > 0) notify?.(leftOut);
  if (names.length > 0) return names.map((name) => join(folder, name));
  throw new ConfigurationError(
    `Cannot measure folder as it holds no image or video (${MEASURABLE.join(", ")}): \`${folder}\``,
  );
}

async function objectsIn(address: string, notify?: (notice: string) => void): Promise<readonly string[]> {
  const wanted = { endings: IMAGE_ENDINGS, wanted: "no image's" };
  const { names, leftOut } = await filesOf(address, listObjects(address), wanted);
  if (leftOut !== null && names.length > 0) notify?.(leftOut);
  if (names.length > 0) return names;
  throw new ConfigurationError(
    `Cannot measure as the object store has no image (${IMAGE_ENDINGS.join(", ")}) below this address: \`${address}\``,
  );
}

async function filesMatching(pattern: string): Promise<string[]> {
  const found = await globFiles(pattern, {
    caseSensitiveMatch: false,
    absolute: isAbsolute(pattern),
    expandDirectories: false,
  });
  if (found.length === 0) throw new ConfigurationError(`Cannot measure as no file matches the pattern: \`${pattern}\``);
  return found;
}

function* toInputs(paths: readonly string[]): Generator<StudyInput> {
  for (const path of paths) yield toInput(path);
}

function toInput(path: string): StudyInput {
  const kind = VIDEO_ENDINGS.includes(endingOf(path)) ? "video" : "image";
  return { key: path, path, kind, neutralPath: null, refusal: null };
}

export const PATH_COLUMNS = ["path", "image", "file", "filename", "input"];

/** One line of a list. */
interface ListedInput {
  readonly path: string;
  readonly neutralPath: string | null;
  /** 1-based. */
  readonly line: number;
}

/**
 * Reads a list of images and videos, row by row: a table with a header, one column for the path and, if wanted,
 * `neutral`. Relative paths are relative to the list.
 *
 * @throws {ConfigurationError} naming the line, if there is no path column, a path is empty, or it is no table.
 */
async function* readInputList(listPath: string): AsyncGenerator<ListedInput> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read list as ${reason}: \`${listPath}\``, options);
  const rename = (column: string) => column.toLowerCase();
  for await (const row of tableRows(listPath, { refuse, rename })) yield listedInput(row, listPath);
}

function listedInput({ cells, line }: TableRow, listPath: string): ListedInput {
  const refused = (reason: string) => new ConfigurationError(`Cannot read list as ${reason}: \`${listPath}\``);
  const column = PATH_COLUMNS.find((name) => name in cells);
  if (column === undefined) {
    throw refused(`it has no column named path (it has: ${columnsInWords(Object.keys(cells))})`);
  }
  const path = cells[column];
  if (!path) throw refused(`line ${line} has no path`);
  const neutral = cells.neutral;
  return { path: besideList(listPath, path), neutralPath: neutral ? besideList(listPath, neutral) : null, line };
}

/** A file as a list names it: relative to the list, or by an address. */
export function besideList(listPath: string, name: string): string {
  return isAbsolute(name) || isObjectAddress(name) ? name : join(dirname(listPath), name);
}
