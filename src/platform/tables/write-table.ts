import { stringify } from "csv-stringify/sync";
import { reversiblyVisible, spelledBack } from "../visible-text.ts";

/** What a cell can hold: an empty one for `null` and `undefined`, TRUE and FALSE for R and Python alike. */
export type Cell = string | number | boolean | null | undefined;

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^'*[=+\-@\t\r]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Lines of a CSV table, each with its end. No cell of text can run as a formula: one that would gets the apostrophe in
 * front by which spreadsheets know text (OWASP, CSV injection); numbers stay numbers. Control characters are spelled out.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => row.map(cellText)),
    { quoted_match: /;/ }, // where the list separator is a semicolon, it would end the cell
  );
}

/** As {@link csvLines}, with the names of the columns, each taken from the first row that has it, in the first line. */
export function csvTable(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return csvLines([columns, ...rows.map((row) => columns.map((column) => row[column]))]);
}

/** The text of a cell that {@link csvLines} wrote. */
export function textOfCell(cell: string): string {
  const text = cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
  return spelledBack(text);
}

/** What a cell is written as, before the quotes that it may need. */
export function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "TRUE" : "FALSE";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  return reversiblyVisible(text);
}
