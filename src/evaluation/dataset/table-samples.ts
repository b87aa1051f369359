import { dirname } from "node:path";
import { isVideoName } from "../../evidence/image-names.ts";
import { numberInCell } from "../../platform/tables/table-rows.ts";
import type { Sample } from "../sample.ts";
import { clipsOfRows, ofClip } from "./clip-samples.ts";
import type { ReadRow } from "./dataset.ts";
import { checkColumns, readSourceRows, type TableSource } from "./join-rows.ts";
import { columnsOfPaths, locateDatasetPath } from "./locate.ts";
import { namedColumns, type RowSource, sampleOfRow } from "./row-sample.ts";
import type { TableRow } from "./table-rows.ts";
import { RowProblem } from "./truth-cells.ts";

/** Samples of a table whose columns the evaluation file names. @throws {ConfigurationError} for a column that is not there. */
export async function readTableSamples(source: TableSource, path: string, evalFilePath: string): Promise<ReadRow[]> {
  const { rows, alone } = await readSourceRows(source, path, evalFilePath);
  if (rows.length > 0)
    checkColumns(rows, [...namedColumns(source.columns), ...columnsOfPaths([source.imagePath ?? []].flat())], path);
  const beside = source.files === undefined ? dirname(path) : path;
  const base = source.images === undefined ? beside : locateDatasetPath(source.images, evalFilePath);
  const read = await samplesOfRows(rows, source, base);
  return [...alone, ...(source.videos === "clips" ? clipsOfRows(read) : read)];
}

/** What becomes of the rows of a table. @param base folder that the cells of images are relative to. */
export async function samplesOfRows(
  rows: readonly TableRow[],
  source: RowSource,
  base: string,
): Promise<readonly ReadRow[]> {
  const read: ReadRow[] = [];
  for (const row of rows) {
    try {
      const sample = await sampleOfRow(row, source, `${base}/x`);
      if (sample !== null) read.push(toRow(row, sample, source));
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      read.push({ where: row.where, reason: error.message });
    }
  }
  return read;
}

/** A sample of a video is one frame of it, and has an id of its own; or what a row says of the clip. */
function toRow({ where, cells, decimalComma }: TableRow, sample: Sample, source: RowSource): ReadRow {
  if (sample.image === null || !isVideoName(sample.image)) {
    if (source.videos === "clips") throw new RowProblem("it names no video, and videos are taken as clips");
    return { where, sample };
  }
  const { columns, firstFrame = 0, moment = 0.5 } = source;
  const cell = (column: string | undefined) => {
    const value = column === undefined ? undefined : numberInCell(cells[column] ?? "", decimalComma);
    if (column !== undefined && !(value !== undefined && value >= 0)) {
      throw new RowProblem(`its cell "${column}" is "${cells[column]}", which is no frame or time of a video`);
    }
    return value;
  };
  const [number, timeSec] = [cell(columns.frame), cell(columns.time)];
  if (number !== undefined && number < firstFrame) {
    throw new RowProblem(`its frame is ${number}, before the first one, ${firstFrame}`);
  }
  const at = number !== undefined ? { number: number - firstFrame } : timeSec !== undefined ? { timeSec } : null;
  if (source.videos === "clips") {
    return ofClip({ where, sample }, at, { fromS: cell(columns.from), toS: cell(columns.to) });
  }
  const id = columns.id === undefined ? `${sample.id}${number === undefined ? "" : ` frame ${number}`}` : sample.id;
  const inTime = id === sample.id && columns.id === undefined && timeSec !== undefined ? `${id} ${timeSec} s` : id;
  return { where, sample: { ...sample, id: inTime }, frame: at ?? { share: moment } };
}
