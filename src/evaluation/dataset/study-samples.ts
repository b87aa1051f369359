import { createReadStream } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { PixelBox } from "../../domain/geometry.ts";
import { beginningOfStudy } from "../../study/study-inputs.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import type { BadRow, ReadRow } from "./dataset.ts";
import { checkColumns, chosenRows } from "./join-rows.ts";
import { locateDatasetPath } from "./locate.ts";
import { readCsvRows, type TableRow } from "./table-rows.ts";
import { namedColumns, samplesOfRows } from "./table-samples.ts";

type StudySource = Extract<DatasetSource, { format: "study" }>;

/** Of a line of a study's measurements, what tells its faces apart. */
const MeasuredImage = z.object({
  path: z.string(),
  frame: z.object({ index: z.number(), timestampS: z.number() }).loose().optional(),
  faces: z.array(z.object({ faceId: z.string(), box: PixelBox })),
});

/** A face of a study as cells: `id` is `<path>#<face>`, as in what `find` writes, `region` its box, in a video when it is. */
const FACE_COLUMNS = { id: "id", image: "path", time: "timestamp_s", region: "region" } as const;

/**
 * The faces of a study, with what a table of the user's says of their images.
 *
 * @throws {ConfigurationError} if the folder holds no study, or the table not what is asked of it.
 */
export async function readStudySamples(
  source: StudySource,
  path: string,
  evalFilePath: string,
): Promise<readonly ReadRow[]> {
  const base = await workingFolderOf(path);
  const faces = await facesOf(path);
  const told = source.join === undefined ? null : await rowsByImage(source.join, evalFilePath);
  const alone: BadRow[] = [];
  const own = faces.flatMap((face) => {
    const image = resolve(base, face.cells.path ?? "");
    const more = told === null ? { folder: basename(dirname(image)) } : told.get(image)?.cells;
    if (more !== undefined) return [{ ...face, cells: { ...more, ...face.cells } }];
    alone.push({ where: face.where, reason: "its image is not in the joined table" });
    return [];
  });
  const columns = { ...(told === null ? { label: "folder" } : {}), ...source.columns, ...FACE_COLUMNS };
  if (own.length === 0) return alone;
  const { rows } = await chosenRows(own, { where: source.where }, { path, evalFilePath });
  checkColumns(own, namedColumns(columns), source.join?.path ?? path);
  return [...alone, ...(await samplesOfRows(rows, { ...source, columns }, base))];
}

async function workingFolderOf(folder: string): Promise<string> {
  const began = await beginningOfStudy(folder);
  if (began?.command === "measure") return began.workingFolder;
  const reason = began === undefined ? "it is no study (write one with: kuleshov measure --out)" : "it has no images";
  throw new ConfigurationError(`Cannot use dataset as ${reason}: \`${folder}\``);
}

async function facesOf(folder: string): Promise<readonly TableRow[]> {
  const faces: TableRow[] = [];
  const input = createReadStream(join(folder, "measurements.jsonl"));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const { path, frame, faces: found } = MeasuredImage.parse(JSON.parse(line));
    const moment = frame === undefined ? path : `${path} frame ${frame.index}`;
    for (const { faceId, box } of found) {
      const id = `${moment}#${faceId}`;
      const region = [box.leftPx, box.topPx, box.widthPx, box.heightPx].join(" ");
      const cells = { id, path, timestamp_s: String(frame?.timestampS ?? ""), face_id: faceId, region };
      faces.push({ where: id, cells, decimalComma: false });
    }
  }
  return faces;
}

/** Rows of the joined table by where their images are. */
async function rowsByImage(
  { path: written, on }: NonNullable<StudySource["join"]>,
  evalFilePath: string,
): Promise<ReadonlyMap<string, TableRow>> {
  const path = locateDatasetPath(written, evalFilePath);
  const rows = await readCsvRows(path);
  checkColumns(rows, [on], path);
  return new Map(rows.map((row) => [locateDatasetPath(row.cells[on] ?? "", path), row]));
}
