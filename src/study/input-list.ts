import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { ConfigurationError } from "../domain/errors.ts";

const PATH_COLUMNS = ["path", "image", "file", "filename", "input"];
const LONGEST_LINE = 32_768;

/** One line of a list. */
export interface ListedInput {
  readonly path: string;
  readonly neutralPath: string | null;
  /** 1-based. */
  readonly line: number;
}

interface ListRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/**
 * Reads a list of images and videos, row by row: CSV with a header, one column for the path and, if wanted, `neutral`.
 * Relative paths are relative to the list. The separator is the comma, semicolon or tab that the header uses.
 *
 * @throws {ConfigurationError} naming the line, if there is no path column, a path is empty, or it is not UTF-8 text.
 */
export async function* readInputList(listPath: string): AsyncGenerator<ListedInput> {
  const parser = parse({
    columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
    bom: true,
    delimiter: await separatorOf(listPath),
    info: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: LONGEST_LINE,
  });
  const feeding = pipeline(createReadStream(listPath), refuseOtherEncodings(listPath), parser);
  feeding.catch(() => undefined); // the same failure arrives through the loop below
  try {
    for await (const row of parser) yield toInput(row as ListRow, listPath);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ConfigurationError(`Cannot read list as ${explain(error)}: \`${listPath}\``, { cause: error });
  }
}

/** A header of one column has none: then commas belong to the names of the files. */
async function separatorOf(listPath: string): Promise<string> {
  const file = await open(listPath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_LINE), 0, LONGEST_LINE, 0);
    const [header = ""] = buffer
      .subarray(0, bytesRead)
      .toString("latin1")
      .split(/[\r\n]/, 1);
    const counted = [",", ";", "\t"].map((separator) => ({ separator, count: header.split(separator).length - 1 }));
    const [most] = counted.sort((a, b) => b.count - a.count);
    return most !== undefined && most.count > 0 ? most.separator : "\t";
  } finally {
    await file.close();
  }
}

function toInput({ record, info }: ListRow, listPath: string): ListedInput {
  const column = PATH_COLUMNS.find((name) => name in record);
  if (column === undefined) {
    throw new ConfigurationError(
      `Cannot read list as it has no column named path (it has: ${Object.keys(record).join(", ")}): \`${listPath}\``,
    );
  }
  const path = record[column];
  if (!path) throw new ConfigurationError(`Cannot read list as line ${info.lines} has no path: \`${listPath}\``);
  const neutral = record.neutral;
  const here = (name: string) => (isAbsolute(name) ? name : join(dirname(listPath), name));
  return { path: here(path), neutralPath: neutral ? here(neutral) : null, line: info.lines };
}

function refuseOtherEncodings(listPath: string) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    try {
      for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
      yield decoder.decode();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new ConfigurationError(`Cannot read list as it is not UTF-8 text, save it as UTF-8: \`${listPath}\``);
    }
  };
}

function explain(error: CsvError): string {
  const line = typeof error.lines === "number" ? `line ${error.lines}` : "a line";
  if (error.code === "CSV_MAX_RECORD_SIZE") return `${line} is longer than ${LONGEST_LINE} characters`;
  if (error.code === "CSV_RECORD_INCONSISTENT_COLUMNS") return `${line} has another number of columns than the header`;
  return `${line} is not CSV (${error.code})`;
}
