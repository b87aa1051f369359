import { decimalNumber } from "./decimal-number.ts";
import { tableError } from "./table-error.ts";
import type { Cells } from "./table-format.ts";

const SPACE = 32;
const QUOTE = 34;

export interface CsvTable {
  readonly path: string;
  readonly delimiter: string;
  readonly decimalComma: boolean;
  readonly columns: readonly string[];
}

/** Cells of the row that was placed last. */
export interface CsvCells extends Cells {
  place(bytes: Buffer, span: { start: number; end: number; line: number; unterminated: boolean }): void;
}

/**
 * Finds the cells of the wanted columns in a row, without making strings of the others.
 *
 * @param wanted indices of columns, in the order in which `text` and `number` are asked for them.
 */
export function createCsvCells(table: CsvTable, wanted: readonly number[]): CsvCells {
  const delimiter = table.delimiter.charCodeAt(0);
  const width = table.columns.length;
  const starts = new Int32Array(width);
  const ends = new Int32Array(width);
  let row: Buffer = Buffer.alloc(0);
  let line = 0;

  const columnOf = (k: number): number => wanted[k] as number;
  return {
    place(bytes, span) {
      row = bytes;
      line = span.line;
      const found = locate(bytes, span, { delimiter, starts, ends });
      const surplus = found > width && !isBlank(bytes, { from: ends[width - 1] as number, to: span.end, delimiter });
      if (found < width || surplus) throw wrongWidth(table.path, { ...span, found, width });
    },
    text(k) {
      const column = columnOf(k);
      return unquoted(row.toString("utf8", starts[column], ends[column]));
    },
    number(k) {
      const column = columnOf(k);
      const value = decimalNumber(row, starts[column] as number, ends[column] as number, table.decimalComma);
      if (value !== undefined) return value;
      throw this.refusal(k, "which is not a number");
    },
    refusal(k, reason) {
      return tableError(table.path, `line ${line} has ${table.columns[columnOf(k)]} = ${this.text(k)}, ${reason}`);
    },
  };
}

function wrongWidth(path: string, row: { line: number; found: number; width: number; unterminated: boolean }): Error {
  const where = `line ${row.line} has ${row.found} cells for ${row.width} columns`;
  if (row.found > row.width) return tableError(path, `${where} (a comma in a name that is not in quotes?)`);
  return tableError(path, row.unterminated ? `the file ends in the middle of a row: ${where}` : where);
}

function isBlank(bytes: Buffer, part: { from: number; to: number; delimiter: number }): boolean {
  for (let i = part.from; i < part.to; i++) {
    if (bytes[i] !== part.delimiter && bytes[i] !== SPACE) return false;
  }
  return true;
}

interface Where {
  readonly delimiter: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Marks where each cell begins and ends. Returns how many cells the row has. */
function locate(bytes: Buffer, { start, end }: { start: number; end: number }, where: Where): number {
  const quote = bytes.indexOf(QUOTE, start);
  return quote === -1 || quote >= end ? locatePlain(bytes, start, end, where) : locateQuoted(bytes, start, end, where);
}

/** The loop that most of the time is spent in. */
function locatePlain(bytes: Buffer, start: number, end: number, { delimiter, starts, ends }: Where): number {
  let cell = 0;
  starts[0] = start;
  for (let i = start; i < end; i++) {
    if (bytes[i] !== delimiter) continue;
    ends[cell++] = i;
    starts[cell] = i + 1;
  }
  ends[cell] = end;
  return cell + 1;
}

function locateQuoted(bytes: Buffer, start: number, end: number, { delimiter, starts, ends }: Where): number {
  let cell = 0;
  let quoted = false;
  starts[0] = start;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === delimiter && !quoted) {
      ends[cell++] = i;
      starts[cell] = i + 1;
    }
  }
  ends[cell] = end;
  return cell + 1;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"') || !trimmed.endsWith('"') || trimmed.length < 2) return trimmed;
  return trimmed.slice(1, -1).replaceAll('""', '"').trim();
}
