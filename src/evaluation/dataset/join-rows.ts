import { ConfigurationError } from "../../domain/errors.ts";
import { nearestNames } from "../../domain/nearest-name.ts";
import { columnsInWords } from "../../platform/tables/table-rows.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import type { BadRow } from "./dataset.ts";
import { locateDatasetPath } from "./locate.ts";
import { readTableFiles } from "./table-files.ts";
import { readCsvRows, type TableRow } from "./table-rows.ts";

export type TableSource = Extract<DatasetSource, { format: "csv" | "jsonl" }>;

/** Rows of a dataset's table, joined with those of its second one, and only those that are asked for. */
export async function readSourceRows(
  source: TableSource,
  path: string,
  evalFilePath: string,
): Promise<{ readonly rows: readonly TableRow[]; readonly alone: readonly BadRow[] }> {
  return chosenRows(await readTableFiles(source, path), source, { path, evalFilePath });
}

/** Rows of a dataset joined with those of its further tables, and only those that are asked for. */
export async function chosenRows(
  own: readonly TableRow[],
  source: Pick<TableSource, "join" | "where">,
  { path, evalFilePath }: { readonly path: string; readonly evalFilePath: string },
): Promise<{ readonly rows: readonly TableRow[]; readonly alone: readonly BadRow[] }> {
  let rows = own;
  const alone: BadRow[] = [];
  for (const join of [source.join ?? []].flat()) {
    const both = await joined(rows, join, { path, evalFilePath });
    rows = both.rows;
    alone.push(...both.alone);
  }
  checkColumns(rows.length === 0 ? own : rows, Object.keys(source.where), path);
  const wanted = Object.entries(source.where);
  return {
    rows: rows.filter(({ cells }) => wanted.every(([name, values]) => values.includes(cells[name] ?? ""))),
    alone,
  };
}

async function joined(
  own: readonly TableRow[],
  { path: written, on, header }: Exclude<NonNullable<TableSource["join"]>, readonly unknown[]>,
  { path, evalFilePath }: { readonly path: string; readonly evalFilePath: string },
): Promise<{ readonly rows: readonly TableRow[]; readonly alone: readonly BadRow[] }> {
  const otherPath = locateDatasetPath(written, evalFilePath);
  const others = await readCsvRows(otherPath, header);
  if (on === "row") {
    if (others.length === own.length) return { rows: own.map((row, n) => merged(row, others[n])), alone: [] };
    throw new ConfigurationError(
      `Cannot join datasets by row as one has ${own.length} rows and the other ${others.length}: \`${path}\` and \`${otherPath}\``,
    );
  }
  checkColumns(own, [on[0]], path);
  checkColumns(others, [on[1]], otherPath);
  const byKey = new Map<string, TableRow>();
  for (const other of others) {
    const key = other.cells[on[1]] ?? "";
    const earlier = byKey.get(key);
    if (earlier !== undefined) {
      throw new ConfigurationError(
        `Cannot join datasets as "${key}" stands in ${earlier.where} and ${other.where} of \`${otherPath}\``,
      );
    }
    byKey.set(key, other);
  }
  const alone: BadRow[] = [];
  const rows = own.flatMap((row) => {
    const other = byKey.get(row.cells[on[0]] ?? "");
    if (other !== undefined) return [merged(row, other)];
    alone.push({ where: row.where, reason: `"${row.cells[on[0]]}" is not in \`${otherPath}\`` });
    return [];
  });
  return { rows, alone };
}

/** Cells of both; where both have a column of one name, the first table's. */
function merged(row: TableRow, other: TableRow | undefined): TableRow {
  return { ...row, cells: { ...other?.cells, ...row.cells } };
}

/** @throws {ConfigurationError} naming the nearest column. */
export function checkColumns(rows: readonly TableRow[], names: readonly string[], path: string): void {
  const present = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  for (const name of names) {
    if (present.includes(name)) continue;
    const near = nearestNames(name, present, 1)[0];
    const remedy = near === undefined ? `it has ${columnsInWords(present)}` : `did you mean "${near}"?`;
    throw new ConfigurationError(`Cannot use dataset as it has no column "${name}": ${remedy} (\`${path}\`)`);
  }
}
