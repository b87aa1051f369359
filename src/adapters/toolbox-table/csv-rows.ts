import type { FileHandle } from "node:fs/promises";
import { tableError } from "./table-error.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const CHUNK_BYTES = 1 << 20;
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

export interface RowsFrom {
  readonly path: string;
  readonly offsetBytes: number;
  readonly line: number;
}

/**
 * Cuts a file into rows without decoding it, in constant memory. Line ends may be LF or CRLF and may stand inside
 * quoted cells. Empty lines are left out.
 *
 * @throws {ConfigurationError} if a quote is never closed.
 */
export async function* csvRows(file: FileHandle, from: RowsFrom, signal?: AbortSignal): AsyncGenerator<RowBatch> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES * 2);
  let held = 0;
  let fileOffset = from.offsetBytes;
  let line = from.line;
  for (;;) {
    signal?.throwIfAborted();
    if (buffer.length - held < CHUNK_BYTES) buffer = enlarged(buffer, held);
    const { bytesRead } = await file.read(buffer, held, CHUNK_BYTES, fileOffset + held);
    const ended = bytesRead === 0;
    held += bytesRead;
    const cut = cutRows(buffer, { length: held, line, ended });
    if (cut.starts.length > 0) yield { ...cut, bytes: buffer, fileOffset };
    if (ended) return;
    if (held - cut.consumed > LONGEST_ROW_BYTES) {
      throw tableError(from.path, `the row on line ${cut.nextLine} does not end (a quote that is never closed?)`);
    }
    buffer.copyWithin(0, cut.consumed, held);
    held -= cut.consumed;
    fileOffset += cut.consumed;
    line = cut.nextLine;
  }
}

function enlarged(buffer: Buffer, held: number): Buffer<ArrayBuffer> {
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
}

function cutRows(buffer: Buffer, part: { length: number; line: number; ended: boolean }): Cut {
  const starts: number[] = [];
  const ends: number[] = [];
  const lines: number[] = [];
  const bytes = buffer.subarray(0, part.length);
  let { line } = part;
  let start = 0;
  let quote = bytes.indexOf(QUOTE);
  let unterminated = false;
  while (start < part.length) {
    if (quote !== -1 && quote < start) quote = bytes.indexOf(QUOTE, start);
    let newline = bytes.indexOf(NEWLINE, start);
    let linesInRow = 1;
    if (quote !== -1 && (newline === -1 || quote < newline)) {
      ({ newline, linesInRow } = quotedRowEnd(bytes, quote));
    }
    if (newline === -1 && !part.ended) break;
    unterminated = newline === -1;
    const rowEnd = unterminated ? part.length : newline;
    const end = rowEnd > start && bytes[rowEnd - 1] === CARRIAGE_RETURN ? rowEnd - 1 : rowEnd;
    if (end > start) {
      starts.push(start);
      ends.push(end);
      lines.push(line);
    }
    line += linesInRow;
    start = Math.min(rowEnd + 1, part.length);
  }
  return { starts, ends, lines, consumed: start, nextLine: line, unterminated };
}

/** The newline that ends a row with quotes: the first one with an even number of quotes before it in the row. */
function quotedRowEnd(bytes: Buffer, firstQuote: number): { newline: number; linesInRow: number } {
  let quoted = false;
  let linesInRow = 1;
  for (let i = firstQuote; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === NEWLINE) {
      if (!quoted) return { newline: i, linesInRow };
      linesInRow++;
    }
  }
  return { newline: -1, linesInRow };
}
