import { type Cells, tableError } from "./table-format.ts";

/** A table that came as JSON. */
export interface JsonTable {
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
export function jsonCells(path: string, table: JsonTable, at: { row: number; wanted: readonly number[] }): Cells {
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
