import { ConfigurationError } from "../../domain/errors.ts";
import type { ToolboxId, ToolboxSupport } from "../../domain/measurement.ts";
import type { ImportedRow } from "../../ports/evidence-file.ts";
import type { TableColumns } from "./table-columns.ts";

/** The cells of one row that a reader asked for, by the order in which it asked. */
export interface Cells {
  text(k: number): string;
  /** `NaN` when the cell says that there is no value. */
  number(k: number): number;
  /** The error that refuses the file because of this cell. `reason` follows a comma: "which is not a number". */
  refusal(k: number, reason: string): Error;
}

/** What a row says, without where it stands. */
export type RowContent = Omit<ImportedRow, "at" | "file">;

/** Reads the rows of one file. */
export interface RowReader {
  readonly toolbox: ToolboxId;
  readonly supports: ToolboxSupport;
  /** Indices of the columns it reads, in the order of `Cells`. */
  readonly wanted: readonly number[];
  /** What is missing or odd about the columns, one sentence each. */
  readonly warnings: readonly string[];
  /** `undefined` for a row that is not about faces at all. `warn` says something once per file. */
  read(cells: Cells, warn: (sentence: string) => void): RowContent | undefined;
}

/** A sample of the file, for what only values can tell: scales that one and the same column may have. */
export interface TableSample {
  /** Values of a column in the first rows, without the missing ones. */
  numbers(column: number): readonly number[];
}

/** How one toolbox writes its tables. */
export interface TableFormat {
  /** Name of the toolbox, as in `openface@2.2.0`. */
  readonly name: string;
  readonly title: string;
  /** Whether these column names are this toolbox's and no other's. */
  recognises(columns: TableColumns): boolean;
  /**
   * @param version as the user gave it, else `undefined`.
   * @throws {ConfigurationError} if a column is missing without which the file says nothing.
   */
  reader(columns: TableColumns, options: { version: string | undefined; sample: TableSample }): RowReader;
}

/** The one sentence that a file of measurements is refused with. `reason` follows "as". */
export function tableError(path: string, reason: string, options?: ErrorOptions): ConfigurationError {
  return new ConfigurationError(`Cannot import measurements as ${reason}: \`${path}\``, options);
}
