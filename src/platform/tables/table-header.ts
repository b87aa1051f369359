import { cellTexts } from "./row-cells.ts";
import { scanQuotedRow } from "./row-scan.ts";
import type { RefuseTable, TableBytes } from "./table-bytes.ts";
import type { TableHeader, TableMarks } from "./table-layout.ts";

/** Py-Feat's header, the longest known, has 22 kB. */
const LONGEST_HEADER_BYTES = 1 << 22;
/** Read even where a file system says that a file is shorter. */
const LEAST_BYTES = 1 << 13;
const DELIMITERS = [",", "\t", ";"] as const;
const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
/** A line that tells something of the table before it begins: `Frame rate:` and a tab. */
const PREFACE_LINE = /^[^\t]*:\t/;
/** The line by which Excel is told what separates cells. */
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;

/**
 * Reads the line that names the columns. A byte order mark, empty lines, Excel's `sep=;`, lines that begin with `#`
 * (iMotions), and a title with lines like `Frame rate:` (FaceReader) may stand before it. Lines may end with LF, CRLF or CR. R writes no name for its column of row names: such
 * a column is called "".
 *
 * @param names what the columns are called in a file that does not say it.
 * @throws what `refuse` makes, if the file is empty, no text, or has no such line.
 */
export async function readTableHeader(
  bytes: TableBytes,
  refuse: RefuseTable,
  names?: readonly string[],
): Promise<TableHeader> {
  const head = await readHead(bytes);
  refuseWhatIsNoText(head, refuse);
  const newline = head.includes(LINE_FEED) || !head.includes(CARRIAGE_RETURN) ? LINE_FEED : CARRIAGE_RETURN;
  const preface = new Map<string, string>();
  const lines = headLines(head, newline, preface);
  const first = lines.next();
  if (first.done) throw refuse("there is no line with column names in it");
  const { start, end, line, separator } = first.value;
  const delimiter = separator ?? delimiterOf(head.subarray(start, end), newline, names?.length);
  const marks = { delimiter: delimiter.charCodeAt(0), newline };
  const decimalComma = delimiter === ";";
  if (names !== undefined)
    return { marks, decimalComma, columns: names, dataOffsetBytes: start, dataLine: line, preface };
  const row = scanQuotedRow(head, { start, end: head.length }, marks);
  const headerEnd = row.end === -1 ? head.length : row.end;
  const columns = cellTexts(head.subarray(start, headerEnd), marks);
  return {
    marks,
    decimalComma,
    columns: lacksRowNames(head, { start, end: headerEnd, columns }, marks) ? ["", ...columns] : columns,
    dataOffsetBytes: headerEnd + 1,
    dataLine: line + row.lines,
    preface,
  };
}

/** The file's first line, or at least its beginning. */
async function readHead(bytes: TableBytes): Promise<Buffer> {
  const head = Buffer.allocUnsafe(Math.min(LONGEST_HEADER_BYTES, Math.max(bytes.sizeBytes, LEAST_BYTES)));
  const { bytesRead } = await bytes.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

function refuseWhatIsNoText(head: Buffer, refuse: RefuseTable): void {
  if (head.length === 0) throw refuse("the file is empty");
  if (head[0] === 0x50 && head[1] === 0x4b) {
    throw refuse("it is a spreadsheet or zip file, not text: save it as CSV");
  }
  if (head.includes(0)) throw refuse("it is not a text file");
}

interface HeadLine {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** As Excel's line before it says. */
  readonly separator: string | undefined;
}

/** Lines with something in them, without the ones that only introduce a table: what these tell goes into `preface`. */
function* headLines(head: Buffer, newline: number, preface: Map<string, string>): Generator<HeadLine> {
  let start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  let separator: string | undefined;
  for (let line = 1; start < head.length; line++) {
    const found = head.indexOf(newline, start);
    const end = found === -1 ? head.length : found;
    const text = head.toString("latin1", start, end).trim();
    const told = SEPARATOR_LINE.exec(text)?.[1];
    if (told !== undefined) separator = told;
    else if (PREFACE_LINE.test(`${text}\t`)) {
      const [name = "", value = ""] = cellTexts(head.subarray(start, end), { delimiter: TAB, newline });
      preface.set(name.trim().slice(0, -1), value.trim());
    } else if (text !== "" && !/^"?#/.test(text) && !opensPreface(head, end, newline)) {
      yield { start, end, line, separator };
    }
    start = end + 1;
  }
}

/** Whether the next line with something in it belongs to a preface, so that this one is its title. */
function opensPreface(head: Buffer, from: number, newline: number): boolean {
  const following = head.toString("latin1", from, from + 200).split(String.fromCharCode(newline));
  return PREFACE_LINE.test(following.find((line) => line.trim() !== "")?.replace(/^\s+/, "") ?? "");
}

/** What separates most cells, or as many as are expected. A line without any has one cell, and then commas in the rows belong to the cells. */
function delimiterOf(line: Buffer, newline: number, expected: number | undefined): string {
  const width = (delimiter: string) => cellTexts(line, { delimiter: delimiter.charCodeAt(0), newline }).length;
  const fitting = DELIMITERS.find((delimiter) => width(delimiter) === expected);
  if (fitting !== undefined) return fitting;
  const best = DELIMITERS.reduce((most, next) => (width(next) > width(most) ? next : most));
  return width(best) > 1 ? best : "\t";
}

/** Whether the first row has one cell more than the header, and that cell is a name or number of the row as R writes it. */
function lacksRowNames(
  head: Buffer,
  { start, end, columns }: { readonly start: number; readonly end: number; readonly columns: readonly string[] },
  marks: TableMarks,
): boolean {
  let from = end + 1;
  while (head[from] === LINE_FEED || head[from] === CARRIAGE_RETURN) from++;
  const row = scanQuotedRow(head, { start: from, end: head.length }, marks);
  const cells = cellTexts(head.subarray(from, row.end === -1 ? head.length : row.end), marks);
  if (cells.length !== columns.length + 1 || cells.at(-1) === "") return false;
  return head[start] === QUOTE ? head[from] === QUOTE : cells[0] === "1";
}
