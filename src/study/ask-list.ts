import { stat } from "node:fs/promises";
import { ConfigurationError } from "../domain/errors.ts";
import { isPattern } from "../platform/glob-files.ts";
import { isObjectAddress, systemPath } from "../platform/system-path.ts";
import { columnsInWords, type TableRow, tableRows } from "../platform/tables/table-rows.ts";
import { isTranscriptFile } from "../ports/transcript-reader.ts";
import { besideList, isList, isObjectFolder, listInputs, PATH_COLUMNS, storeNotices } from "./study-inputs.ts";

/** One question about one image or clip of a list; what it leaves open is asked as for all. */
export interface AskItem {
  /** Tells it from every other, also in a resumed run. */
  readonly id: string;
  readonly path: string;
  readonly question: string | null;
  readonly context: string | null;
  /** The face that is asked about, e.g. `F2`. */
  readonly face: string | null;
  /** What is said: the path of a transcript, or the words themselves. */
  readonly transcript: string | null;
}

/** Whether a word names many images: a folder, a pattern, or a list. */
export async function namesMany(word: string): Promise<boolean> {
  if (isObjectAddress(word)) return isObjectFolder(word) || isList(word);
  const found = await stat(systemPath(word)).catch(() => undefined);
  if (found === undefined) return isPattern(word);
  return found.isDirectory() || isList(word);
}

/**
 * The images that a word names, each with its question: a folder or pattern (every image in it), or a list, a table with
 * a column `path` and, if wanted, `context`, `question`, `face`, `id` and `transcript`. A list may name clips too. One image
 * may stand in a list many times, with another context or question.
 *
 * @param notify Told what of a folder is not asked about.
 * @throws {ConfigurationError} if it names nothing, or a line of the list is wrong.
 */
export async function readAskList(word: string, notify?: (notice: string) => void): Promise<readonly AskItem[]> {
  if (isList(word)) return listedItems(word, notify);
  const nothing = { question: null, context: null, face: null, transcript: null };
  const inputs = await listInputs([word], notify);
  const images = inputs.filter(({ kind }) => kind === "image");
  if (images.length === 0) throw new ConfigurationError(`Cannot ask as it names videos, and no image: \`${word}\``);
  const videos = inputs.length - images.length;
  if (videos > 0) {
    notify?.(`${videos} ${videos === 1 ? "video is" : "videos are"} left out, as images are asked about (\`${word}\`)`);
  }
  return images.map(({ path }) => ({ id: path, path, ...nothing }));
}

async function listedItems(listPath: string, notify?: (notice: string) => void): Promise<readonly AskItem[]> {
  const tell = storeNotices(notify);
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read list as ${reason}: \`${listPath}\``, options);
  const lines = new Map<string, number>();
  const items: AskItem[] = [];
  for await (const row of tableRows(listPath, { refuse, rename: (column) => column.trim().toLowerCase() })) {
    const item = itemOf(row, { listPath, refuse, isTaken: (id) => lines.has(id) });
    const before = lines.get(item.id);
    if (before !== undefined) throw refuse(`line ${row.line} has the id of line ${before}, ${JSON.stringify(item.id)}`);
    lines.set(item.id, row.line);
    await tell(item.path);
    items.push(item);
  }
  if (items.length === 0) throw refuse("it names no image");
  return items;
}

interface ListReading {
  readonly listPath: string;
  readonly refuse: (reason: string) => ConfigurationError;
  readonly isTaken: (id: string) => boolean;
}

function itemOf({ cells, line }: TableRow, { listPath, refuse, isTaken }: ListReading): AskItem {
  const column = PATH_COLUMNS.find((name) => name in cells);
  if (column === undefined) {
    throw refuse(`it has no column named path (it has: ${columnsInWords(Object.keys(cells))})`);
  }
  const written = cells[column]?.trim();
  if (!written) throw refuse(`line ${line} has no path`);
  const face = cells.face?.trim().toUpperCase() || null;
  if (face !== null && !/^F[1-9][0-9]*$/.test(face)) {
    throw refuse(`line ${line} has ${JSON.stringify(cells.face)} for a face, which is written F1, F2, ...`);
  }
  const here = (name: string) => besideList(listPath, name);
  return {
    id: cells.id?.trim() || (isTaken(written) ? `${written} (line ${line})` : written),
    path: here(written),
    question: cells.question?.trim() || null,
    context: cells.context?.trim() || null,
    face,
    transcript: transcriptOf(cells.transcript?.trim(), here),
  };
}

function transcriptOf(given: string | undefined, here: (name: string) => string): string | null {
  if (!given) return null;
  return isTranscriptFile(given) ? here(given) : given;
}
