import { ConfigurationError } from "../domain/errors.ts";
import { openFile } from "../platform/read-file.ts";
import { type TableRow, tableRows } from "../platform/tables/table-rows.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { journalLine } from "../runs/journal.ts";
import { pruneJson, recordsIn } from "./prune-json.ts";
import type { Field, RowPlace, Traces } from "./traces.ts";

/** How the records of a file are told apart: rows of a table, JSON values one on a line, or lines. */
export type TextKind = "table" | "json lines" | "lines";

/** What a record becomes: `null` is left out, a text takes its place, `undefined` leaves it byte for byte. */
type Fate = string | typeof REST | null | undefined;
/** The second and further lines of a row that is left out. */
const REST = Symbol("rest of a row");

/** Records of a table or of JSON lines, as the fields of each. Text that is neither has none. */
export async function* recordsOfFile(path: string, kind: TextKind): AsyncGenerator<readonly Field[]> {
  if (kind === "table") for await (const { cells } of rowsOfTable(path)) yield Object.entries(cells);
  if (kind !== "json lines") return;
  for await (const line of linesOf(path)) {
    const value = jsonOf(line.toString("utf8"));
    if (value !== undefined) yield* recordsIn(value);
  }
}

/**
 * Takes a person's records out of a file, or counts them when `write` is false. What stays keeps its bytes.
 *
 * @returns how many records go or lose a part.
 */
export async function pruneText(
  path: string,
  given: { readonly kind: TextKind; readonly traces: Traces; readonly place: RowPlace; readonly write: boolean },
): Promise<number> {
  const fateOf = given.kind === "table" ? await fateOfRows(path, given) : fateOfLines(given);
  let count = 0;
  const rewritten = async function* () {
    let number = 0;
    for await (const line of linesOf(path)) {
      number += 1;
      const fate = fateOf(line, number);
      if (fate !== undefined && fate !== REST) count += 1;
      if (fate !== null && fate !== REST) yield fate ?? line;
    }
  };
  if (given.write) await writeFileAtomic(path, rewritten());
  else for await (const _ of rewritten());
  return count;
}

function fateOfLines({ kind, traces, place }: { kind: TextKind; traces: Traces; place: RowPlace }) {
  return (line: Buffer): Fate => {
    const text = line.toString("utf8");
    const value = kind === "json lines" ? jsonOf(text) : undefined;
    if (value === undefined) return traces.ownsText(text) ? null : undefined;
    const { value: left, removed } = pruneJson(value, traces, place);
    if (left === undefined) return null;
    return removed === 0 ? undefined : lineOf(left);
  };
}

/** The lines that a row of theirs takes: from where it begins to where its quotes are closed. */
async function fateOfRows(path: string, { traces, place }: { traces: Traces; place: RowPlace }) {
  const begins = new Set<number>();
  for await (const { line, cells } of rowsOfTable(path)) {
    if (traces.ownsRow(Object.entries(cells), place)) begins.add(line);
  }
  let isOpen = false;
  let isTheirs = false;
  return (line: Buffer, number: number): Fate => {
    const goesOn = isOpen;
    if (!goesOn) isTheirs = begins.has(number);
    if (quotesIn(line) % 2 === 1) isOpen = !isOpen;
    return !isTheirs ? undefined : goesOn ? REST : null;
  };
}

function rowsOfTable(path: string): AsyncGenerator<TableRow> {
  const refuse = (reason: string) =>
    new ConfigurationError(
      `Cannot tell whose rows are in the table as ${reason}: mend it, or move it out of the place (\`${path}\`)`,
    );
  return tableRows(path, { refuse });
}

function quotesIn(line: Buffer): number {
  let count = 0;
  for (const byte of line) if (byte === 34) count += 1;
  return count;
}

function jsonOf(line: string): unknown {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A line that had a checksum gets that of what is left. */
function lineOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("check" in value)) return `${JSON.stringify(value)}\n`;
  const { check: _, ...record } = value;
  return journalLine(record);
}

/** Lines of a file with their ends, in constant memory. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const handle = await openFile(path);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of handle.createReadStream({ highWaterMark: 1 << 22, autoClose: false })) {
      const bytes = Buffer.concat([rest, piece as Buffer]);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        yield bytes.subarray(start, end + 1);
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield rest;
  } finally {
    await handle.close();
  }
}
