import { rowBatches, type TableSource } from "../../platform/tables/row-batches.ts";
import { createRowCells, type RowCells } from "../../platform/tables/row-cells.ts";
import type { EvidenceFile, ImportedRow, RowPosition } from "../../ports/evidence-file.ts";
import type { RowReader, TableSample } from "./table-format.ts";

const SAMPLE_ROWS = 200;
/** Rows that lie closer together than this are read in one go. */
const WINDOW_BYTES = 1 << 20;

/** The first rows of a table, for formats that must see values to know what a column means. */
export async function sampleCsv(table: TableSource): Promise<TableSample> {
  const first = await rowBatches(table).next();
  const batch = first.done === true ? undefined : first.value;
  return {
    numbers(column) {
      if (batch === undefined) return [];
      const cells = createRowCells(table.header, table.refuse, [column]);
      return batch.starts.slice(0, SAMPLE_ROWS).flatMap((start, row) => {
        const unterminated = batch.unterminated && row === batch.starts.length - 1;
        cells.place(batch.bytes, { start, end: batch.ends[row] ?? start, line: batch.lines[row] ?? 0, unterminated });
        const value = cells.number(0);
        return Number.isNaN(value) ? [] : [value];
      });
    },
  };
}

/** Gives the rows of a CSV file as measurements, in constant memory. */
export function createCsvEvidence(
  { path, title, table }: { readonly path: string; readonly title: string; readonly table: TableSource },
  reader: RowReader,
): EvidenceFile {
  const warnings = new Set(reader.warnings);
  const warn = (sentence: string): void => void warnings.add(sentence);
  const cells = createRowCells(table.header, table.refuse, reader.wanted);

  const readPlaced = (placed: RowCells, at: RowPosition): ImportedRow | undefined => {
    const content = reader.read(placed, warn);
    return content === undefined ? undefined : { at, file: path, ...content };
  };

  async function* rows(signal?: AbortSignal): AsyncGenerator<readonly ImportedRow[]> {
    for await (const batch of rowBatches(table, signal)) {
      const read: ImportedRow[] = [];
      for (let row = 0; row < batch.starts.length; row++) {
        const start = batch.starts[row] as number;
        const end = batch.ends[row] as number;
        const line = batch.lines[row] as number;
        cells.place(batch.bytes, {
          start,
          end,
          line,
          unterminated: batch.unterminated && row === batch.starts.length - 1,
        });
        const at = { part: 0, line, offsetBytes: batch.fileOffset + start, lengthBytes: end - start };
        const content = readPlaced(cells, at);
        if (content !== undefined) read.push(content);
      }
      yield read;
    }
  }

  const readWindow = createWindowReader(table);

  async function rowsAt(positions: readonly RowPosition[], signal?: AbortSignal): Promise<readonly ImportedRow[]> {
    const read: ImportedRow[] = [];
    for (const window of windowsOver(positions)) {
      signal?.throwIfAborted();
      const { bytes, from } = await readWindow(window);
      for (const at of window.positions) {
        const start = at.offsetBytes - from;
        cells.place(bytes, { start, end: start + at.lengthBytes, line: at.line, unterminated: false });
        const row = readPlaced(cells, at);
        if (row !== undefined) read.push(row);
      }
    }
    return read;
  }

  return {
    path,
    title,
    toolbox: reader.toolbox,
    supports: reader.supports,
    get warnings() {
      return [...warnings];
    },
    rows,
    rowsAt,
    close: () => table.bytes.close(),
  };
}

interface Window {
  readonly from: number;
  to: number;
  readonly positions: RowPosition[];
}

function windowsOver(positions: readonly RowPosition[]): readonly Window[] {
  const windows: Window[] = [];
  for (const at of [...positions].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    const end = at.offsetBytes + at.lengthBytes;
    const last = windows.at(-1);
    if (last !== undefined && end - last.from <= WINDOW_BYTES) {
      last.to = Math.max(last.to, end);
      last.positions.push(at);
    } else {
      windows.push({ from: at.offsetBytes, to: end, positions: [at] });
    }
  }
  return windows;
}

interface Span {
  readonly from: number;
  readonly bytes: Buffer;
}

/** Reads ahead and keeps what it read last, as the next image's rows mostly stand right behind. */
function createWindowReader({ bytes: file, refuse }: TableSource): (window: Window) => Promise<Span> {
  let held: Span = { from: 0, bytes: Buffer.alloc(0) };
  return async ({ from, to }) => {
    if (from >= held.from && to <= held.from + held.bytes.length) return held;
    const bytes = Buffer.allocUnsafe(Math.max(to - from, Math.min(WINDOW_BYTES, file.sizeBytes - from)));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    if (bytesRead < to - from) throw refuse("the file became shorter while it was read");
    held = { from, bytes: bytes.subarray(0, bytesRead) };
    return held;
  };
}
