import type { ToolboxId, ToolboxSupport } from "../../domain/measurement.ts";
import type { EvidenceFile, ImportedRow } from "../../ports/evidence-file.ts";
import { type Cells, type RowReader, tableError } from "./table-format.ts";

/** A table that came as JSON. */
interface JsonTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Reads JSON as a table: a list of flat objects, or pandas' object of columns (`{"AU01": {"0": 0.2}}` or
 * `{"AU01": [0.2]}`). `undefined` when it is neither.
 */
export function tableOfJson(json: unknown): JsonTable | undefined {
  if (Array.isArray(json)) return json.length > 0 && json.every(isObject) ? tableOfRecords(json) : undefined;
  if (!isObject(json)) return undefined;
  const entries = Object.entries(json);
  const lists = entries.map(([, column]) => columnValues(column));
  if (lists.length > 0 && lists.every((list) => list !== undefined)) {
    const count = Math.max(...lists.map((list) => list.length));
    const rows = Array.from({ length: count }, (_, row) => lists.map((list) => list[row]));
    return { columns: entries.map(([name]) => name), rows };
  }
  return entries.every(([, value]) => !isObject(value)) ? tableOfRecords([json]) : undefined;
}

/** Cells of one row of a JSON table. */
function jsonCells(path: string, table: JsonTable, at: { row: number; wanted: readonly number[] }): Cells {
  const values = table.rows[at.row] ?? [];
  const valueIn = (k: number): unknown => values[at.wanted[k] as number];
  const text = (k: number): string => {
    const value = valueIn(k);
    if (value === null || value === undefined) return "";
    return typeof value === "string" ? value.trim() : JSON.stringify(value);
  };
  return {
    text,
    number(k) {
      const value = valueIn(k);
      if (value === null || value === undefined || value === "") return Number.NaN;
      const number = typeof value === "number" ? value : Number(value);
      if (Number.isNaN(number) && !/^nan$/i.test(text(k))) throw this.refusal(k, "which is not a number");
      return number;
    },
    refusal(k, reason) {
      const name = table.columns[at.wanted[k] as number];
      return tableError(path, `record ${at.row + 1} has ${name} = ${text(k)}, ${reason}`);
    },
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tableOfRecords(records: readonly Record<string, unknown>[]): JsonTable {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return { columns, rows: records.map((record) => columns.map((name) => record[name])) };
}

/** A column as pandas writes it, by position: a list, or an object whose keys are row numbers. */
function columnValues(column: unknown): readonly unknown[] | undefined {
  if (Array.isArray(column)) return column;
  if (!isObject(column)) return undefined;
  const keys = Object.keys(column);
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key)) ? keys.map((key) => column[key]) : undefined;
}

export interface ListedEvidence {
  readonly path: string;
  readonly title: string;
  readonly toolbox: ToolboxId;
  readonly supports: ToolboxSupport;
  readonly warnings: readonly string[];
  readonly rows: readonly ImportedRow[];
}

const BATCH_ROWS = 500;

/** Evidence that had to be read whole, as JSON must. */
export function createListedEvidence(list: ListedEvidence): EvidenceFile {
  return {
    ...list,
    async *rows(signal) {
      for (let from = 0; from < list.rows.length; from += BATCH_ROWS) {
        signal?.throwIfAborted();
        yield list.rows.slice(from, from + BATCH_ROWS);
      }
    },
    rowsAt: async (positions) => positions.flatMap(({ offsetBytes }) => list.rows[offsetBytes] ?? []),
    close: async () => undefined,
  };
}

/** Where a record of JSON stands: its number stands in for the bytes. */
export function recordPosition(index: number): ImportedRow["at"] {
  return { part: 0, line: index + 1, offsetBytes: index, lengthBytes: 1 };
}

/** Reads every record of a JSON table with the reader of the toolbox that wrote it. */
export function evidenceOfJsonTable(source: { path: string; title: string; table: JsonTable }, reader: RowReader) {
  const warnings = new Set(reader.warnings);
  const rows: ImportedRow[] = [];
  source.table.rows.forEach((_, row) => {
    const cells = jsonCells(source.path, source.table, { row, wanted: reader.wanted });
    const content = reader.read(cells, (sentence) => void warnings.add(sentence));
    if (content !== undefined) rows.push({ at: recordPosition(rows.length), file: source.path, ...content });
  });
  const { path, title } = source;
  const { toolbox, supports } = reader;
  return createListedEvidence({ path, title, toolbox, supports, warnings: [...warnings], rows });
}
