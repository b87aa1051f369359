import { columnsInWords } from "../../platform/tables/table-rows.ts";
import { tableError } from "./table-format.ts";

/** The columns of one file, to be found by name whatever their order. */
export interface TableColumns {
  readonly path: string;
  readonly names: readonly string[];
  /** What the lines before the table tell, by name. */
  readonly preface: ReadonlyMap<string, string>;
  /** Index of the first column of exactly this name (spaces around it do not count). */
  find(name: string): number | undefined;
  /** Like `find`, but case, spaces and underscores do not count: `Brow Furrow` is `browFurrow`. */
  findLoosely(name: string): number | undefined;
  /** Names of several columns in a row, all or none: `["x_0", ..., "x_67"]`. */
  findAll(names: readonly string[]): readonly number[] | undefined;
  /** Columns whose name matches, with what the pattern caught. */
  matching(pattern: RegExp): readonly { readonly column: number; readonly match: RegExpExecArray }[];
  /** The error for a file that lacks what it cannot do without. */
  lacks(what: string): Error;
}

export function createTableColumns(
  path: string,
  names: readonly string[],
  preface: ReadonlyMap<string, string> = new Map(),
): TableColumns {
  const exact = new Map<string, number>();
  const loose = new Map<string, number>();
  names.forEach((name, column) => {
    if (!exact.has(name)) exact.set(name, column);
    const key = looseName(name);
    if (!loose.has(key)) loose.set(key, column);
  });
  return {
    path,
    names,
    preface,
    find: (name) => exact.get(name),
    findLoosely: (name) => exact.get(name) ?? loose.get(looseName(name)),
    findAll(wanted) {
      const columns = wanted.map((name) => exact.get(name));
      return columns.every((column) => column !== undefined) ? columns : undefined;
    },
    matching: (pattern) =>
      [...exact].flatMap(([name, column]) => {
        const match = pattern.exec(name);
        return match === null ? [] : [{ column, match }];
      }),
    lacks: (what) => tableError(path, `${what}; its columns are ${columnsInWords(names)}`),
  };
}

function looseName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_]/g, "");
}
