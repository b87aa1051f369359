import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { globFiles } from "../../platform/glob-files.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import { readCsvRows, readJsonlRows, type TableRow } from "./table-rows.ts";

type TableSource = Extract<DatasetSource, { format: "csv" | "jsonl" }>;

/**
 * Rows of a dataset's table, or of all the tables that it is made of: one for each person, task or action unit, whose
 * path says which. Rows that only differ in which value they give are put together.
 *
 * @throws {ConfigurationError} if no table fits, or one cannot be read.
 */
export async function readTableFiles(source: TableSource, path: string): Promise<TableRow[]> {
  const collected = source.spread === undefined ? listedRows() : spreadRows(source.spread, path);
  for (const { file, groups } of await tablesOf(source, path)) {
    const own =
      source.format === "csv"
        ? await readCsvRows(file, source.header)
        : await readJsonlRows(file, source.labelSeparator);
    own.forEach((row, index) => {
      const numbered = source.rowNumber && { [source.rowNumber.column]: String(index + source.rowNumber.from) };
      const where = file === path ? row.where : `${file} ${row.where}`;
      collected.add({ ...row, where, cells: { ...row.cells, ...groups, ...numbered } });
    });
  }
  const rows = collected.rows();
  if (rows.length === 0) throw new ConfigurationError(`Cannot use dataset as it has no rows: \`${path}\``);
  return rows;
}

interface Collected {
  add(row: TableRow): void;
  rows(): TableRow[];
}

function listedRows(): Collected {
  const rows: TableRow[] = [];
  return { add: (row) => void rows.push(row), rows: () => rows };
}

interface TableFile {
  readonly file: string;
  /** What its path says, by column. */
  readonly groups: Readonly<Record<string, string>>;
}

async function tablesOf({ files, pattern }: TableSource, path: string): Promise<readonly TableFile[]> {
  if (files === undefined) return [{ file: path, groups: {} }];
  const expression = pattern === undefined ? undefined : compiledPattern(pattern);
  const found = await globFiles(files, { cwd: path });
  const tables = found.flatMap((name): TableFile[] => {
    const match = expression?.exec(name);
    if (expression !== undefined && match == null) return [];
    const groups = Object.entries(match?.groups ?? {}).flatMap(([group, text]) =>
      text ? [[group, text] as const] : [],
    );
    return [{ file: join(path, name), groups: Object.fromEntries(groups) }];
  });
  if (tables.length > 0) return tables;
  const which = pattern === undefined ? files : `${files} whose path fits ${pattern}`;
  throw new ConfigurationError(`Cannot use dataset as there is no table ${which} in it: \`${path}\``);
}

/** @throws {ConfigurationError} if it is no regular expression. */
export function compiledPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new ConfigurationError(`Cannot use dataset as its pattern is no regular expression: ${pattern}`, { cause });
  }
}

/** One row for all rows that differ in nothing but the name and the value of what they give, with a column for each. */
function spreadRows({ names, values }: NonNullable<TableSource["spread"]>, path: string): Collected {
  const together = new Map<string, TableRow & { readonly cells: Record<string, string> }>();
  return {
    add({ where, cells, decimalComma }) {
      const { [names]: name, [values]: value, ...rest } = cells;
      if (name === undefined || value === undefined) {
        const lacking = name === undefined ? names : values;
        throw new ConfigurationError(`Cannot spread dataset as ${where} has no column "${lacking}": \`${path}\``);
      }
      const key = JSON.stringify(Object.entries(rest).sort());
      const row = together.get(key) ?? { where, decimalComma, cells: { ...rest } };
      together.set(key, row);
      if (name in row.cells) {
        throw new ConfigurationError(
          `Cannot spread dataset as ${row.where} and ${where} both give "${name}" of one row: \`${path}\``,
        );
      }
      row.cells[name] = value;
    },
    rows: () => [...together.values()],
  };
}
