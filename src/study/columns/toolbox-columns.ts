import type { FaceMeasurement, ToolboxId } from "../../domain/measurement.ts";
import { type ImagePlace, type MeasurementColumn, roundedCell } from "../../measuring/measurement-columns.ts";
import type { RecordedFace } from "../../measuring/measurement-json.ts";
import { csvLines } from "../../platform/tables/write-table.ts";

/** A table under another toolbox's column names, for scripts that were written for that toolbox. */
export interface ToolboxColumns {
  readonly columns: readonly Pick<MeasurementColumn, "name" | "description">[];
  /** Said once, beside the table and in its data dictionary: in what it differs from the toolbox's own. */
  readonly caveats: readonly string[];
  /**
   * CSV lines of one image or frame, without header. One without faces has a row too, empty but for its name, as those
   * toolboxes write it.
   *
   * @param order how many images and frames come before it in the table; frames of a video have their number in it.
   */
  rows(faces: readonly RecordedFace[], image: ImagePlace, order: number): string;
}

export interface ColumnOptions {
  /** Whose measurements are written; those of others would come from other scales. */
  readonly toolbox: ToolboxId;
}

/** One row: a face, or none, of an image with its number. */
interface ColumnRow {
  readonly face: RecordedFace | undefined;
  readonly image: ImagePlace;
  readonly frame: number;
  /** Position of the face in the image, 0 for the leftmost. */
  readonly faceIndex: number;
}

/** A column that also needs to know which image and which face of it a row is about. */
export interface RowColumn {
  readonly name: string;
  readonly description: string;
  cell(row: ColumnRow): string | number | null;
}

/** What a toolbox measured on a face; where the face is, is the face's own. */
export type ToolboxMeasurement = Omit<FaceMeasurement, "box">;

/** A column whose cell comes from what the chosen toolbox measured on the face. */
export function measuredColumn(
  toolbox: ToolboxId,
  column: { name: string; description: string },
  pick: (measurement: ToolboxMeasurement) => number | null | undefined,
): RowColumn {
  return {
    ...column,
    cell: ({ face }) => {
      const measurement = measurementBy(toolbox, face);
      return measurement === undefined ? null : (pick(measurement) ?? null);
    },
  };
}

export function measurementBy(toolbox: ToolboxId, face: RecordedFace | undefined): ToolboxMeasurement | undefined {
  return face?.measurements.find((measurement) => measurement.toolbox === toolbox);
}

/** Number of a person in a video, from 0, by their track; track ids count from T1. */
export function personNumber(face: RecordedFace | undefined): number | null {
  return face?.trackId === undefined ? null : Number(face.trackId.slice(1)) - 1;
}

/** A column of the toolbox that is there for scripts that name it, and stays empty. */
export function emptyColumn(name: string, why: string): RowColumn {
  return { name, description: `Empty: ${why}`, cell: () => null };
}

/** Makes a table of row columns. @param options.firstFrame number of the first image: toolboxes count from 0 or 1. */
export function createToolboxColumns(
  columns: readonly RowColumn[],
  options: { readonly caveats: readonly string[]; readonly firstFrame: number },
): ToolboxColumns {
  return {
    caveats: options.caveats,
    columns,
    rows(faces, image, order) {
      const frame = (image.frame?.number ?? image.frame?.index ?? order) + options.firstFrame;
      const rows: readonly (RecordedFace | undefined)[] = faces.length === 0 ? [undefined] : faces;
      return csvLines(
        rows.map((face, faceIndex) => columns.map(({ cell }) => roundedCell(cell({ face, image, frame, faceIndex })))),
      );
    },
  };
}
