import { ConfigurationError } from "../../domain/errors.ts";
import { readText } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { openTable, readTable } from "../../platform/tables/table-rows.ts";

/** One row of a table: cells by column. */
export interface TableRow {
  readonly where: string;
  readonly cells: Readonly<Record<string, string>>;
  /** Whether its numbers are written with a decimal comma. */
  readonly decimalComma: boolean;
}

/** @param names of the columns of a table that has no line with them. @throws {ConfigurationError} */
export async function readCsvRows(path: string, names?: readonly string[]): Promise<TableRow[]> {
  const refuse = refusalOf(path);
  const rows = await readTable(path, names === undefined ? { refuse } : { refuse, names });
  return rows.map(({ line, ...row }) => ({ where: `line ${line}`, ...row }));
}

/** What the first line of a table says its columns are. @throws {ConfigurationError} */
export async function columnsOf(path: string): Promise<readonly string[]> {
  const { header, bytes } = await openTable(path, { refuse: refusalOf(path) });
  await bytes.close();
  return header.columns;
}

function refusalOf(path: string) {
  return (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read dataset as ${reason}: \`${path}\``, options);
}

/** Objects of a JSONL file; lists become cells joined by `separator`. @throws {ConfigurationError} */
export async function readJsonlRows(path: string, separator: string): Promise<TableRow[]> {
  const lines = (await readText(path)).replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const cells = cellsOf(line, { path, number: index + 1, separator });
    return [{ where: `line ${index + 1}`, cells, decimalComma: false }];
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
export async function readDatasetText(path: string): Promise<string> {
  return readText(path).catch((error: unknown) => {
    throw new ConfigurationError(`Cannot read dataset as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
}
