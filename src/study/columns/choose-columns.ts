import { ConfigurationError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { openFaceColumns } from "./openface-columns.ts";
import { pyFeatColumns } from "./pyfeat-columns.ts";
import type { ColumnOptions, ToolboxColumns } from "./toolbox-columns.ts";

const TABLES: Readonly<Record<string, (options: ColumnOptions) => ToolboxColumns>> = {
  openface: openFaceColumns,
  pyfeat: pyFeatColumns,
};

/** Names that `--columns` takes. */
export const COLUMN_NAMES: readonly string[] = Object.keys(TABLES);

/**
 * The table that `--columns` asks for.
 *
 * @throws {ConfigurationError} if no toolbox's columns are called that.
 */
export function chooseColumns(name: string, options: ColumnOptions): ToolboxColumns {
  const create = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
  if (create !== undefined) return create(options);
  throw new ConfigurationError(`There are no columns "${name}". ${didYouMean(name, COLUMN_NAMES)}`);
}
