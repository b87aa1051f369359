import { dirname, isAbsolute, join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { columnsInWords, type TableRow, tableRows } from "../platform/tables/table-rows.ts";

const PATH_COLUMNS = ["path", "image", "file", "filename", "input"];

/** One line of a list. */
export interface ListedInput {
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
export async function* readInputList(listPath: string): AsyncGenerator<ListedInput> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read list as ${reason}: \`${listPath}\``, options);
  const rename = (column: string) => column.toLowerCase();
  for await (const row of tableRows(listPath, { refuse, rename })) yield toInput(row, listPath);
}

function toInput({ cells, line }: TableRow, listPath: string): ListedInput {
  const refused = (reason: string) => new ConfigurationError(`Cannot read list as ${reason}: \`${listPath}\``);
  const column = PATH_COLUMNS.find((name) => name in cells);
  if (column === undefined) {
    throw refused(`it has no column named path (it has: ${columnsInWords(Object.keys(cells))})`);
  }
  const path = cells[column];
  if (!path) throw refused(`line ${line} has no path`);
  const neutral = cells.neutral;
  const here = (name: string) => (isAbsolute(name) ? name : join(dirname(listPath), name));
  return { path: here(path), neutralPath: neutral ? here(neutral) : null, line };
}
