import type { TableMarks } from "./table-layout.ts";

const SPACE = 32;
const QUOTE = 34;

/** Where a row ends, and how many lines it takes. `end` is -1 when it does not end in these bytes. */
export interface ScannedRow {
  readonly end: number;
  readonly lines: number;
  /** Whether these bytes end inside a quoted cell. */
  readonly isOpen: boolean;
}

/**
 * Walks over one row that has quotes in it. A quote opens a quoted cell only where the cell begins, spaces aside: in
 * `5" screen` it is a character like any other.
 *
 * @param onDelimiter is told of every delimiter between cells.
 */
export function scanQuotedRow(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  { delimiter, newline }: TableMarks,
  onDelimiter?: (at: number) => void,
): ScannedRow {
  let quoted = false;
  let mayOpen = true;
  let lines = 1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === newline) {
      if (!quoted) return { end: i, lines, isOpen: false };
      lines++;
    } else if (byte === QUOTE) {
      const closes: boolean = quoted;
      quoted = !closes && mayOpen;
      mayOpen = closes; // a doubled quote closes and opens again
    } else if (byte === delimiter && !quoted) {
      onDelimiter?.(i);
      mayOpen = true;
    } else if (byte !== SPACE || bytes[i - 1] === QUOTE) {
      mayOpen = false;
    }
  }
  return { end: -1, lines, isOpen: quoted };
}
