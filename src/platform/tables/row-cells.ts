import { decimalNumber } from "./decimal-number.ts";
import { scanQuotedRow } from "./row-scan.ts";
import { type RefuseTable, textOfBytes } from "./table-bytes.ts";
import type { TableHeader, TableMarks } from "./table-layout.ts";

const SPACE = 32;
const QUOTE = 34;
/** Of a cell that is shown in a message. */
const LONGEST_SHOWN = 60;

/** Where a row stands in a buffer. */
interface RowSpan {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly unterminated: boolean;
}

/** Cells of the row that was placed last. */
export interface RowCells {
  /** @throws what `refuse` makes, if the row has more or fewer cells than the header. */
  place(bytes: Buffer, span: RowSpan): void;
  /** Without its quotes and the spaces around it. */
  text(k: number): string;
  /** `NaN` when the cell says that there is no value. @throws what `refuse` makes, if it is not a number. */
  number(k: number): number;
  /** As `number`, and `undefined` when it is not a number. */
  numberIfAny(k: number): number | undefined;
  /** The error that refuses the table because of this cell. `reason` follows a comma: "which is not a number". */
  refusal(k: number, reason: string): Error;
}

/**
 * Finds the cells of the wanted columns in a row, without making strings of the others.
 *
 * @param wanted indices of columns, in the order in which `text` and `number` are asked for them.
 */
export function createRowCells(
  { columns, marks, decimalComma }: TableHeader,
  refuse: RefuseTable,
  wanted: readonly number[],
): RowCells {
  const width = columns.length;
  const found: Found = { starts: new Int32Array(width + 1), ends: new Int32Array(width + 1) };
  const { starts, ends } = found;
  let row: Buffer = Buffer.alloc(0);
  let line = 0;

  const columnOf = (k: number): number => wanted[k] as number;
  return {
    place(bytes, span) {
      row = bytes;
      line = span.line;
      const count = locateCells(bytes, span, { marks, found });
      const surplus = count > width && !isBlank(bytes, ends[width - 1] as number, span.end, marks.delimiter);
      if (count < width || surplus) throw refuse(wrongWidth({ ...span, count, width }));
    },
    text(k) {
      const column = columnOf(k);
      return unquoted(textOfBytes(row.subarray(starts[column], ends[column])));
    },
    numberIfAny(k) {
      const column = columnOf(k);
      return decimalNumber(row, starts[column] as number, ends[column] as number, decimalComma);
    },
    number(k) {
      const value = this.numberIfAny(k);
      if (value !== undefined) return value;
      throw this.refusal(k, "which is not a number");
    },
    refusal(k, reason) {
      const text = this.text(k);
      const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
      return refuse(`line ${line} has ${columns[columnOf(k)]} = ${shown}, ${reason}`);
    },
  };
}

/** Texts of all cells of one row, which may be the row that names the columns. */
export function cellTexts(bytes: Buffer, marks: TableMarks): string[] {
  const texts: string[] = [];
  let from = 0;
  const take = (to: number): void => {
    texts.push(unquoted(textOfBytes(bytes.subarray(from, to))));
    from = to + 1;
  };
  const { end } = scanQuotedRow(bytes, { start: 0, end: bytes.length }, marks, take);
  take(end === -1 ? bytes.length : end);
  return texts;
}

function wrongWidth(row: { line: number; count: number; width: number; unterminated: boolean }): string {
  const where = `line ${row.line} has ${row.count} cells for ${row.width} columns`;
  if (row.count > row.width) return `${where} (a comma in a name that is not in quotes?)`;
  return row.unterminated ? `the file ends in the middle of a row: ${where}` : where;
}

function isBlank(bytes: Buffer, from: number, to: number, delimiter: number): boolean {
  for (let i = from; i < to; i++) {
    if (bytes[i] !== delimiter && bytes[i] !== SPACE) return false;
  }
  return true;
}

interface Found {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Marks where each cell begins and ends. Returns how many cells the row has. */
function locateCells(
  bytes: Buffer,
  { start, end }: RowSpan,
  { marks, found }: { readonly marks: TableMarks; readonly found: Found },
): number {
  const quote = bytes.indexOf(QUOTE, start);
  if (quote === -1 || quote >= end) return locatePlain(bytes, start, end, { delimiter: marks.delimiter, found });
  let cell = 0;
  found.starts[0] = start;
  scanQuotedRow(bytes, { start, end }, marks, (at) => {
    found.ends[cell++] = at;
    found.starts[cell] = at + 1;
  });
  found.ends[cell] = end;
  return cell + 1;
}

/** The loop that most of the time is spent in. A typed array ignores what is written behind its end. */
function locatePlain(
  bytes: Buffer,
  start: number,
  end: number,
  { delimiter, found }: { readonly delimiter: number; readonly found: Found },
): number {
  const { starts, ends } = found;
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

function unquoted(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"') || !trimmed.endsWith('"') || trimmed.length < 2) return trimmed;
  return trimmed.slice(1, -1).replaceAll('""', '"').trim();
}
