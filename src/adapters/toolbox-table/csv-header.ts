import type { FileHandle } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { tableError } from "./table-error.ts";

/** Py-Feat's header, the longest known, has 22 kB. */
const LONGEST_HEADER_BYTES = 1 << 22;
const DELIMITERS = [",", "\t", ";"] as const;

/** How a file separates its cells, and what its columns are called. */
export interface CsvHeader {
  readonly delimiter: (typeof DELIMITERS)[number];
  /** Spreadsheets set to a language with decimal commas separate cells by semicolons. */
  readonly decimalComma: boolean;
  /** Trimmed, in the file's order. */
  readonly columns: readonly string[];
  readonly dataOffsetBytes: number;
  readonly dataLine: number;
}

/**
 * Reads the line that names the columns. A byte order mark, empty lines and lines that begin with `#` may stand before
 * it (iMotions).
 *
 * @throws {ConfigurationError} if the file is empty, no text, or in UTF-16.
 */
export async function readCsvHeader(file: FileHandle, path: string): Promise<CsvHeader> {
  const head = await readHead(file);
  refuseWhatIsNoText(head, path);
  let start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  for (let line = 1; start < head.length; line++) {
    const newline = head.indexOf(10, start);
    const end = newline === -1 ? head.length : newline;
    const text = head.toString("utf8", start, end).trimEnd();
    if (text.trim() !== "" && !/^"?#/.test(text)) {
      const delimiter = delimiterOf(text);
      const columns = splitHeader(text, delimiter);
      return { delimiter, decimalComma: delimiter === ";", columns, dataOffsetBytes: end + 1, dataLine: line + 1 };
    }
    start = end + 1;
  }
  throw tableError(path, "there is no line with column names in it");
}

/** The file's first line, or at least its beginning. */
async function readHead(file: FileHandle): Promise<Buffer> {
  const head = Buffer.alloc(LONGEST_HEADER_BYTES);
  const { bytesRead } = await file.read(head, 0, LONGEST_HEADER_BYTES, 0);
  return head.subarray(0, bytesRead);
}

function refuseWhatIsNoText(head: Buffer, path: string): void {
  if (head.length === 0) throw tableError(path, "the file is empty");
  if (head[0] === 0x50 && head[1] === 0x4b) {
    throw tableError(path, "it is a spreadsheet or zip file, not text: save it as CSV");
  }
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw tableError(path, "its text is in UTF-16: save it as CSV in UTF-8");
  }
  if (head.includes(0)) throw tableError(path, "it is not a text file");
}

function delimiterOf(header: string): (typeof DELIMITERS)[number] {
  const width = (delimiter: string): number => header.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (width(next) > width(best) ? next : best));
}

function splitHeader(text: string, delimiter: string): readonly string[] {
  const [columns = []] = parse(text, { delimiter, trim: true, relax_quotes: true, relax_column_count: true });
  return columns.map((name) => name.trim());
}
