import { basename, dirname, resolve } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { imageName } from "../../evidence/image-names.ts";
import { openStudyPeople, type StudyPeople } from "../../study/clip-notes.ts";
import { openStudyFilter, type StudyFilter } from "../../study/exclusions.ts";
import { readImageRecords } from "../../study/imported-study.ts";
import { beginningOfStudy } from "../../study/study-inputs.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import type { StudyMeasurement } from "../sample.ts";
import type { BadRow, ReadRow } from "./dataset.ts";
import { checkColumns, chosenRows } from "./join-rows.ts";
import { locateDatasetPath } from "./locate.ts";
import { namedColumns } from "./row-sample.ts";
import { readCsvRows, type TableRow } from "./table-rows.ts";
import { samplesOfRows } from "./table-samples.ts";

type StudySource = Extract<DatasetSource, { format: "study" }>;

/** A face of a study as cells: `id` is `<path>#<face>`, as in what `find` writes, `region` its box, in a video when it is. */
const SHOWN_COLUMNS = { id: "id", image: "path", time: "timestamp_s", region: "region" } as const;
/** Unless the file says otherwise, intervals are over the people of clips: frames of one person are no samples of many. */
const PERSON_COLUMN = { subject: "person" } as const;
/** The same where there are no images. */
const UNSEEN_COLUMNS = { id: "id" } as const;

/**
 * The faces of a study that it does not exclude, with what a table of the user's says of their images.
 *
 * @throws {ConfigurationError} if the folder holds no study, or the table not what is asked of it.
 */
export async function readStudySamples(
  source: StudySource,
  path: string,
  evalFilePath: string,
): Promise<{ readonly rows: readonly ReadRow[]; readonly notes: readonly string[] }> {
  const { base, hasImages } = await placeOf(path);
  const filter = await openStudyFilter(path);
  const faces = await facesOf(path, filter, await openStudyPeople(path));
  const leftOut = filter.leftOut();
  const notes = leftOut === null ? [] : [leftOut];
  const told = source.join === undefined ? null : await rowsByMoment(source.join, evalFilePath, hasImages);
  const alone: BadRow[] = [];
  const own = faces.flatMap(({ row, image, frame, person }) => {
    const named = hasImages ? resolve(base, image) : imageName(image);
    const more =
      told === null
        ? { folder: basename(dirname(named)) }
        : told.get(momentKey(named, source.join?.frame === undefined ? undefined : frame))?.cells;
    if (more !== undefined) return [{ ...row, cells: { person, ...more, ...row.cells } }];
    alone.push({ where: row.where, reason: "its image is not in the joined table" });
    return [];
  });
  const label = told === null && hasImages ? { label: "folder" } : {};
  const columns = { ...label, ...PERSON_COLUMN, ...source.columns, ...(hasImages ? SHOWN_COLUMNS : UNSEEN_COLUMNS) };
  if (own.length === 0) return { rows: alone, notes };
  const { rows } = await chosenRows(own, { where: source.where }, { path, evalFilePath });
  checkColumns(own, namedColumns(columns), source.join?.path ?? path);
  const measured = new Map(faces.map((face) => [face.row.where, face.measured]));
  const samples = await samplesOfRows(rows, { ...source, columns }, base);
  const withMeasured = samples.map((row) => {
    const found = measured.get(row.where);
    return "sample" in row && found !== undefined ? { ...row, sample: { ...row.sample, measured: found } } : row;
  });
  return { rows: [...alone, ...withMeasured], notes };
}

/** Where the paths of a study lead, if they lead anywhere: an imported one has none but names. */
async function placeOf(folder: string): Promise<{ readonly base: string; readonly hasImages: boolean }> {
  const began = await beginningOfStudy(folder);
  if (began?.command === "measure") return { base: began.workingFolder, hasImages: true };
  if (began?.command === "import") return { base: began.workingFolder, hasImages: false };
  throw new ConfigurationError(
    `Cannot use dataset as it is no study (write one with: kuleshov measure --out): \`${folder}\``,
  );
}

interface FaceOfStudy {
  readonly row: TableRow;
  /** As the study names it. */
  readonly image: string;
  readonly frame: number | undefined;
  /** Who it is in a clip; empty in an image. A table that says it itself is believed. */
  readonly person: string;
  readonly measured: StudyMeasurement;
}

async function facesOf(folder: string, filter: StudyFilter, people: StudyPeople): Promise<readonly FaceOfStudy[]> {
  const faces: FaceOfStudy[] = [];
  for await (const { path, frame, faces: found } of readImageRecords(folder)) {
    const moment = frame === undefined ? path : `${path} frame ${frame.index}`;
    const place = { path, frame: frame?.index ?? null };
    const timestamp = String(frame?.timestampS ?? "");
    for (const { faceId, trackId = null, box, actionUnits, expressions, scores } of found) {
      if (!filter.keepsFace({ ...place, faceId })) continue;
      const where = `${moment}#${faceId}`;
      const person = people.subjectOf({ ...place, trackId }) ?? "";
      const region = box === null ? "" : [box.leftPx, box.topPx, box.widthPx, box.heightPx].join(" ");
      const cells = {
        id: where,
        path,
        timestamp_s: timestamp,
        face_id: faceId,
        region,
      };
      const measured = { actionUnits, expressions, ...(scores === undefined ? {} : { scores }) };
      faces.push({ row: { where, cells, decimalComma: false }, image: path, frame: frame?.index, person, measured });
    }
  }
  return faces;
}

function momentKey(image: string, frame: number | undefined): string {
  return frame === undefined ? image : `${image} ${frame}`;
}

/** Rows of the joined table by where their images are, or by name where there are none, and by frame where it says one. */
async function rowsByMoment(
  { path: written, on, frame }: NonNullable<StudySource["join"]>,
  evalFilePath: string,
  hasImages: boolean,
): Promise<ReadonlyMap<string, TableRow>> {
  const path = locateDatasetPath(written, evalFilePath);
  const rows = await readCsvRows(path);
  checkColumns(rows, frame === undefined ? [on] : [on, frame], path);
  const imageOf = (cell: string) => (hasImages ? locateDatasetPath(cell, path) : imageName(cell));
  return new Map(
    rows.map((row) => {
      const number = frame === undefined ? undefined : Number(row.cells[frame]);
      return [momentKey(imageOf(row.cells[on] ?? ""), number), row];
    }),
  );
}
