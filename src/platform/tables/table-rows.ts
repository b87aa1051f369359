import { visibleLine } from "../visible-text.ts";
import { decimalNumber } from "./decimal-number.ts";
import { rowBatches, type TableSource } from "./row-batches.ts";
import { createRowCells } from "./row-cells.ts";
import { openTableBytes, type RefuseTable } from "./table-bytes.ts";
import { readTableHeader } from "./table-header.ts";
import { textOfCell } from "./write-table.ts";

/** One row of a table as text. */
export interface TableRow {
  /** On which it begins, counted from 1. */
  readonly line: number;
  /**
   * By column; without quotes and the spaces around them, and as text that {@link file://./write-table.ts} made harmless
   * was before. Of two columns of one name, the first. A column without a
   * name, as R and pandas number rows in, is left out.
   */
  readonly cells: Readonly<Record<string, string>>;
  /** Whether numbers are written with a decimal comma, as in a table with semicolons. */
  readonly decimalComma: boolean;
}

interface TableOptions {
  /** The error for a table that cannot be read: `reason` is what follows "as". */
  readonly refuse: RefuseTable;
  /** What the columns are called in a file without a line that says it. */
  readonly names?: readonly string[];
  /** The name of a column as the caller knows it, e.g. in lower case. */
  readonly rename?: (column: string) => string;
}

/** Opens a table: comma, semicolon or tab, UTF-8, UTF-16 or Windows-1252. The caller closes `bytes`. */
export async function openTable(path: string, { refuse, names }: TableOptions): Promise<TableSource> {
  const bytes = await openTableBytes(path, refuse);
  try {
    return { bytes, header: await readTableHeader(bytes, refuse, names), refuse };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/**
 * Rows of a table one after another, in constant memory. Rows in which every cell is empty, as spreadsheets leave them
 * at the end, are left out.
 *
 * @throws what `refuse` makes, if it cannot be read or a row has more or fewer cells than the header.
 */
export async function* tableRows(path: string, options: TableOptions): AsyncGenerator<TableRow> {
  const table = await openTable(path, options);
  try {
    const { columns, decimalComma } = table.header;
    const wanted = namedOnce(columns.map(options.rename ?? ((name) => name)));
    const cells = createRowCells(table.header, options.refuse, [...wanted.values()]);
    const names = [...wanted.keys()];
    for await (const { bytes, starts, ends, lines, unterminated } of rowBatches(table)) {
      for (const [row, start] of starts.entries()) {
        const [end, line] = [ends[row] as number, lines[row] as number];
        cells.place(bytes, { start, end, line, unterminated: unterminated && row === starts.length - 1 });
        const texts = names.map((name, k) => [name, textOfCell(cells.text(k))] as const);
        if (texts.some(([, text]) => text !== "")) yield { line, cells: Object.fromEntries(texts), decimalComma };
      }
    }
  } finally {
    await table.bytes.close();
  }
}

/** Where each name first stands; a column without a name is nobody's. */
function namedOnce(names: readonly string[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  names.forEach((name, column) => {
    if (name !== "" && !first.has(name)) first.set(name, column);
  });
  return first;
}

/** All rows of a table. @throws as {@link tableRows}. */
export async function readTable(path: string, options: TableOptions): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of tableRows(path, options)) rows.push(row);
  return rows;
}

/** A number in a cell: `NaN` when the cell says that there is none (empty, NA, NaN, null), `undefined` for other text. */
export function numberInCell(text: string, decimalComma = false): number | undefined {
  const bytes = Buffer.from(text, "latin1");
  return decimalNumber(bytes, 0, bytes.length, decimalComma);
}

/** Whether a cell of text says that there is none: empty, or R's and pandas' NA and NaN. "none" may be a label. */
export function isMissing(text: string): boolean {
  return /^(?:|na|nan|n\/a|#n\/a)$/i.test(text.trim());
}

/** Names of columns for a message, which is no place for seven hundred of them. */
export function columnsInWords(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => visibleLine(name.length > 40 ? `${name.slice(0, 40)}...` : name));
  return names.length > 8 ? `${shown.join(", ")} and ${names.length - 8} more` : shown.join(", ");
}

/**
 * Items of a cell that holds a list as Python, NumPy or JSON write it: `['Peace', "Doubt/Confusion"]`, `[0, 0, 640]`,
 * `[1.  2.5]`. `undefined` when the cell is not such a list.
 */
export function listInCell(text: string): string[] | undefined {
  const inner = /^\s*[[(]([\s\S]*)[\])]\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const items: string[] = [];
  const pattern = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,'"][^,'"]*)/g;
  for (const [, single, double, bare] of inner.matchAll(pattern)) {
    if (bare === undefined) items.push((single ?? double ?? "").replaceAll(/\\(.)/g, "$1"));
    else items.push(...bareItems(bare, inner.includes(",")));
  }
  return items.filter((item) => item !== "");
}

/** NumPy separates by spaces; with commas, spaces belong to the item. */
function bareItems(text: string, hasCommas: boolean): string[] {
  return hasCommas ? [text.trim()] : text.trim().split(/\s+/);
}
