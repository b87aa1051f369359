import { readFile } from "node:fs/promises";
import { CsvError, parse } from "csv-parse/sync";
import { ConfigurationError } from "../../domain/errors.ts";

/** One row of a table: cells by column. */
export interface TableRow {
  readonly where: string;
  readonly cells: Readonly<Record<string, string>>;
}

/** Rows of a CSV, semicolon- or tab-separated file with a header line. @throws {ConfigurationError} */
export async function readCsvRows(path: string): Promise<TableRow[]> {
  const text = await readText(path);
  try {
    const rows: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
      columns: (header: string[]) => header.map((name) => name.trim()),
      bom: true,
      delimiter: [",", ";", "\t"],
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
    return rows.map(({ record, info }) => ({ where: `line ${info.lines}`, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ConfigurationError(`Cannot read dataset as it is not a table (${error.message}): \`${path}\``, {
      cause: error,
    });
  }
}

/** Objects of a JSONL file; lists become cells joined by `separator`. @throws {ConfigurationError} */
export async function readJsonlRows(path: string, separator: string): Promise<TableRow[]> {
  const lines = (await readText(path)).replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    return [{ where: `line ${index + 1}`, cells: cellsOf(line, { path, number: index + 1, separator }) }];
  });
}

function cellsOf(
  line: string,
  { path, number, separator }: { readonly path: string; readonly number: number; readonly separator: string },
): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ConfigurationError(`Cannot read dataset as line ${number} is not JSON: \`${path}\``, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`Cannot read dataset as line ${number} is not an object: \`${path}\``);
  }
  return Object.fromEntries(Object.entries(value).map(([key, cell]) => [key, textOf(cell, separator)]));
}

function textOf(cell: unknown, separator: string): string {
  if (cell === null || cell === undefined) return "";
  if (Array.isArray(cell)) return cell.map((item) => textOf(item, separator)).join(separator);
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** @throws {ConfigurationError} when the file is not there. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : `it cannot be read (${error.code})`;
    throw new ConfigurationError(`Cannot read dataset as ${reason}: \`${path}\``, { cause: error });
  });
}
