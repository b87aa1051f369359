import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import {
  csvHeader,
  csvRows,
  type ImagePlace,
  type MeasurementColumn,
  measurementColumns,
} from "../measuring/measurement-columns.ts";
import type { RecordedFace } from "../measuring/measurement-json.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { openFaceColumns, spacedOpenFaceColumns } from "./columns/openface-columns.ts";
import { pyFeatColumns } from "./columns/pyfeat-columns.ts";
import type { ColumnOptions, ToolboxColumns } from "./columns/toolbox-columns.ts";

/** How faces are written to faces.csv. */
export interface FaceTable {
  readonly columns: readonly Pick<MeasurementColumn, "name" | "description">[];
  readonly header: string;
  /** What to know before using it, one sentence each. */
  readonly caveats: readonly string[];
  rowsOf(measured: { readonly image: ImagePlace; readonly faces: readonly RecordedFace[] }, order: number): string;
}

/** Our own columns. */
function plainFaceTable(columns: readonly MeasurementColumn[]): FaceTable {
  return {
    columns,
    header: csvHeader(columns),
    caveats: [],
    rowsOf: ({ faces, image }) => csvRows(columns, faces, image),
  };
}

/** The columns of another toolbox, for scripts that were written for it. */
function toolboxFaceTable({ columns, caveats, rows }: ToolboxColumns): FaceTable {
  return {
    columns,
    header: csvHeader(columns),
    caveats,
    rowsOf: ({ faces, image }, order) => rows(faces, image, order),
  };
}

/**
 * The table of faces under our own columns, which hold every toolbox in use, or under those that `chooseColumns` knows by
 * a name, which hold the first.
 *
 * @throws {ConfigurationError} if there are no columns of that name.
 */
export function faceTable(name: string | undefined, toolboxes: readonly FerToolbox[]): FaceTable {
  if (name === undefined) return plainFaceTable(measurementColumns(toolboxes));
  const [first] = toolboxes;
  if (first === undefined) throw new RangeError("A table of faces needs a toolbox");
  return toolboxFaceTable(chooseColumns(name, { toolbox: first.id }));
}

const TABLES: Readonly<Record<string, (options: ColumnOptions) => ToolboxColumns>> = {
  openface: openFaceColumns,
  "openface-spaced": spacedOpenFaceColumns,
  pyfeat: pyFeatColumns,
};

/** Names that `--columns` takes. */
const COLUMN_NAMES: readonly string[] = Object.keys(TABLES);

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

/** The table of faces that were imported from toolboxes' files. */
export function importedFaceTable(toolboxes: readonly Pick<FerToolbox, "id" | "supports" | "scores">[]): FaceTable {
  return plainFaceTable(measurementColumns(toolboxes));
}
