import { createReadStream } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { ConfigurationError } from "../domain/errors.ts";
import type { StudyInput } from "./study-inputs.ts";

const PATH_COLUMNS = ["path", "image", "file", "filename", "input"];
const LONGEST_LINE = 32_768;

interface ListRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/**
 * Reads a list of pictures, row by row: CSV with a header, one column for the path and, if wanted, `neutral`. Relative
 * paths are relative to the list. The separator is a comma, a semicolon or a tab.
 *
 * @throws {ConfigurationError} naming the line, if there is no path column, a path is empty, or it is not UTF-8 text.
 */
export async function* readInputList(listPath: string): AsyncGenerator<StudyInput> {
  const parser = parse({
    columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
    bom: true,
    delimiter: [",", ";", "\t"],
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

function toInput({ record, info }: ListRow, listPath: string): StudyInput {
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
  return { path: here(path), neutralPath: neutral ? here(neutral) : null };
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
