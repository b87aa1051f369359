import { type ScannedRow, scanQuotedRow } from "./row-scan.ts";
import type { RefuseTable, TableBytes } from "./table-bytes.ts";
import type { TableHeader, TableMarks } from "./table-layout.ts";

const CARRIAGE_RETURN = 13;
const QUOTE = 34;
/** As much is read at once, or as much as there is. */
const [LEAST_CHUNK_BYTES, CHUNK_BYTES] = [1 << 13, 1 << 20];
/** A row longer than this is a quote that was never closed, or no table at all. */
const LONGEST_ROW_BYTES = 1 << 24;

/** Rows that lie whole in one buffer. Valid until the next batch is asked for. */
export interface RowBatch {
  readonly bytes: Buffer;
  /** Row i is `bytes[starts[i]] .. bytes[ends[i]]`, without its line end. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Line in the file on which row i begins, counted from 1. */
  readonly lines: readonly number[];
  /** Where `bytes[0]` is in the file. */
  readonly fileOffset: number;
  /** Whether the last row of the batch is the file's last and has no line end after it. */
  readonly unterminated: boolean;
}

/** A table that is open: where its bytes come from, how they are laid out, and how it is refused. */
export interface TableSource {
  readonly bytes: TableBytes;
  readonly header: TableHeader;
  readonly refuse: RefuseTable;
}

/**
 * Cuts a table into rows without decoding it, in constant memory. Line ends may be LF, CRLF or CR and may stand inside
 * quoted cells. Empty lines are left out.
 *
 * @throws what `refuse` makes, if a quote is never closed.
 */
export async function* rowBatches(table: TableSource, signal?: AbortSignal): AsyncGenerator<RowBatch> {
  const { bytes, header, refuse } = table;
  const chunk = Math.min(CHUNK_BYTES, Math.max(bytes.sizeBytes, LEAST_CHUNK_BYTES));
  let buffer: Buffer = Buffer.allocUnsafe(chunk * 2);
  let held = 0;
  let fileOffset = header.dataOffsetBytes;
  let line = header.dataLine;
  for (;;) {
    signal?.throwIfAborted();
    if (buffer.length - held < chunk) buffer = enlarged(buffer, held);
    const { bytesRead } = await bytes.read(buffer, held, chunk, fileOffset + held);
    const ended = bytesRead === 0;
    held += bytesRead;
    const cut = cutRows(buffer, { length: held, line, ended }, header.marks);
    if (cut.isOpen) throw refuse(`a quotation in the row on line ${cut.lines.at(-1)} is never closed`);
    if (cut.starts.length > 0) yield { ...cut, bytes: buffer, fileOffset };
    if (ended) return;
    if (held - cut.consumed > LONGEST_ROW_BYTES) {
      throw refuse(`the row on line ${cut.nextLine} does not end (a quote that is never closed?)`);
    }
    buffer.copyWithin(0, cut.consumed, held);
    held -= cut.consumed;
    fileOffset += cut.consumed;
    line = cut.nextLine;
  }
}

function enlarged(buffer: Buffer, held: number): Buffer {
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger, 0, 0, held);
  return larger;
}

interface Cut {
  readonly starts: number[];
  readonly ends: number[];
  readonly lines: number[];
  readonly consumed: number;
  readonly nextLine: number;
  readonly unterminated: boolean;
  /** Whether the file ends inside a quoted cell of its last row. */
  readonly isOpen: boolean;
}

function cutRows(buffer: Buffer, part: { length: number; line: number; ended: boolean }, marks: TableMarks): Cut {
  const starts: number[] = [];
  const ends: number[] = [];
  const lines: number[] = [];
  const bytes = buffer.subarray(0, part.length);
  let { line } = part;
  let start = 0;
  let quote = bytes.indexOf(QUOTE);
  let [unterminated, isOpen] = [false, false];
  while (start < part.length) {
    if (quote !== -1 && quote < start) quote = bytes.indexOf(QUOTE, start);
    const row = scanRow(bytes, { start, quote }, marks);
    if (row.end === -1 && !part.ended) break;
    unterminated = row.end === -1;
    isOpen = row.isOpen;
    const rowEnd = unterminated ? part.length : row.end;
    const end = rowEnd > start && bytes[rowEnd - 1] === CARRIAGE_RETURN ? rowEnd - 1 : rowEnd;
    if (end > start) {
      starts.push(start);
      ends.push(end);
      lines.push(line);
    }
    line += row.lines;
    start = Math.min(rowEnd + 1, part.length);
  }
  return { starts, ends, lines, consumed: start, nextLine: line, unterminated, isOpen };
}

/** Where a row ends; only one with a quote in it has to be looked at byte by byte. @param quote the next one, or -1 */
function scanRow(bytes: Buffer, { start, quote }: { start: number; quote: number }, marks: TableMarks): ScannedRow {
  const newline = bytes.indexOf(marks.newline, start);
  if (quote === -1 || (newline !== -1 && newline < quote)) return { end: newline, lines: 1, isOpen: false };
  return scanQuotedRow(bytes, { start, end: bytes.length }, marks);
}
