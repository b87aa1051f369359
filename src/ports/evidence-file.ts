import type { PixelBox } from "../domain/geometry.ts";
import type { FaceMeasurement, ToolboxId, ToolboxSupport } from "../domain/measurement.ts";

/** Where a row stands, so that it can be read again without keeping it. */
export interface RowPosition {
  /** Index of the file, when a folder of files was opened; else 0. */
  readonly part: number;
  /** Line in a text file, counted from 1; record number in JSON, counted from 1. */
  readonly line: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A face as a toolbox wrote it down. */
export interface ImportedFace {
  /** `null` when the file does not say where the face is. */
  readonly box: PixelBox | null;
  /** `frame` means that the box is in shares of the image's width and height, 0..1, instead of pixels. */
  readonly boxUnit: "pixel" | "frame";
  readonly measurement: Omit<FaceMeasurement, "box">;
  /** How many of its values stood just outside their scale and were set to the end of it. */
  readonly clippedValues: number;
}

/** One row of a toolbox's output. */
export interface ImportedRow {
  readonly at: RowPosition;
  /** Path of the file that it stands in. */
  readonly file: string;
  /** Image as the file names it, `null` when it does not. */
  readonly image: string | null;
  readonly frame: number | null;
  readonly timeSec: number | null;
  /** The toolbox's own number or name for the face, `null` when it gives none. */
  readonly faceKey: string | null;
  /** Who it is through a video, where the toolbox tells people apart without numbering faces: Py-Feat's `Identity`. */
  readonly person?: string;
  /** `null`: the toolbox looked at this image or frame and saw no face. */
  readonly face: ImportedFace | null;
}

/** Measurements that a toolbox wrote into a file earlier. Nothing of the file is held in memory. */
export interface EvidenceFile {
  readonly path: string;
  /** Version as the user gave it or as the columns tell it, else `unknown`: `openface@unknown`. */
  readonly toolbox: ToolboxId;
  /** What it is called in a sentence, e.g. `OpenFace 2`. */
  readonly title: string;
  /** What this file has columns for. */
  readonly supports: ToolboxSupport;
  /** What the reader should know, one sentence each. Grows while rows are read. */
  readonly warnings: readonly string[];
  /**
   * All rows in the file's order, some hundred at a time.
   *
   * @throws {ConfigurationError} if a row is cut short, not a number where one must be, or outside its scale.
   */
  rows(signal?: AbortSignal): AsyncIterable<readonly ImportedRow[]>;
  /** Reads rows again that `rows` gave earlier. Neighbours are read together. */
  rowsAt(positions: readonly RowPosition[], signal?: AbortSignal): Promise<readonly ImportedRow[]>;
  close(): Promise<void>;
}
