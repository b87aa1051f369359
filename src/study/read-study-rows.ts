import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { type RowBatch, rowBatches } from "../platform/tables/row-batches.ts";
import { createRowCells, type RowCells } from "../platform/tables/row-cells.ts";
import { openTable } from "../platform/tables/table-rows.ts";
import { textOfCell } from "../platform/tables/write-table.ts";
import { reversiblyVisible } from "../platform/visible-text.ts";
import { DISAGREE, grown, LABEL, type RowChunk, type StudyColumns } from "./study-rows.ts";

/** So that the first faces are seen at once. */
const FIRST_ROWS = 400;
const ROWS = 8192;

const TEXTS = ["path", "face_id", "track_id", "warnings"];
const NUMBERS = [
  ...["frame", "timestamp_s", "box_left_px", "box_top_px", "box_width_px", "box_height_px"],
  ...["score", "quality", "yaw_rad", "pitch_rad", "roll_rad"],
];
const UNIT = /(?:^|_)AU\d+_both(?:_[a-z]+)?$/;
const WEIGHT = /_weight$/;

interface StudyReading {
  readonly columns: StudyColumns;
  /** In the order of the study. */
  readonly chunks: AsyncGenerator<RowChunk>;
}

/**
 * Reads faces.csv and images.csv of a study side by side, faces and images without one, as columns. What of their texts could
 * not be seen is spelled out, as in everything that a page is told.
 *
 * @param images how many images the journal says are safe; what a killed process left behind them is not read.
 * @param clip only what is of this clip, with the probabilities of every expression.
 * @throws {ConfigurationError} if the tables are none, or under another toolbox's column names.
 */
export async function readStudyRows(folder: string, images: number, clip: string | null = null): Promise<StudyReading> {
  const faces = await openTable(join(folder, "faces.csv"), { refuse: refusing(join(folder, "faces.csv")) });
  try {
    const given = faces.header.columns;
    if (TEXTS.some((name) => !given.includes(name))) {
      throw refusing(join(folder, "faces.csv"))(
        "its columns are named as another toolbox names them: measure the images into another folder without --columns",
      );
    }
    const columns = columnsOf(given, clip !== null);
    return { columns, chunks: chunksOf(folder, columns, { faces, images, clip }) };
  } catch (error) {
    await faces.bytes.close();
    throw error;
  }
}

function refusing(path: string) {
  return (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot show the faces of the study as ${reason}: \`${path}\``, options);
}

/** Expression columns are `<classifier>_<label>`, one group of probabilities for each classifier. */
function classifiersOf(given: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const neutral = given.filter((name) => name.endsWith("_neutral")).map((name) => name.slice(0, -"_neutral".length));
  return new Map(neutral.map((classifier) => [classifier, given.filter((name) => name.startsWith(`${classifier}_`))]));
}

function columnsOf(given: readonly string[], withLabels: boolean): StudyColumns {
  const units = given.filter((name) => UNIT.test(name) && !WEIGHT.test(name));
  const weights = units.map((unit) => `${unit}_weight`).filter((name) => given.includes(name));
  const groups = classifiersOf(given);
  const [classifiers, labels] = [[...groups.keys()], withLabels ? [...groups.values()].flat() : []];
  return {
    texts: [...TEXTS, LABEL, ...classifiers],
    numbers: [...NUMBERS.filter((name) => given.includes(name)), ...units, ...weights, ...labels, DISAGREE],
    ...{ units, classifiers },
  };
}

type Table = Awaited<ReturnType<typeof openTable>>;

/** Rows one after another; the cells are valid until the next is asked for. */
async function* cellsOf(table: Table, wanted: readonly string[]): AsyncGenerator<RowCells> {
  const { columns } = table.header;
  const cells = createRowCells(
    table.header,
    table.refuse,
    wanted.map((name) => columns.indexOf(name)),
  );
  for await (const batch of rowBatches(table)) {
    for (const row of batch.starts.keys()) {
      cells.place(batch.bytes, spanOf(batch, row));
      yield cells;
    }
  }
}

function spanOf({ starts, ends, lines, unterminated }: RowBatch, row: number) {
  return {
    ...{ start: starts[row] as number, end: ends[row] as number, line: lines[row] as number },
    unterminated: unterminated && row === starts.length - 1,
  };
}

interface StudyRowTables {
  readonly faces: Table;
  readonly images: number;
  readonly clip: string | null;
}

/** Closes both tables: of a study without a face, the rows of faces are never asked for. */
async function* chunksOf(folder: string, columns: StudyColumns, tables: StudyRowTables): AsyncGenerator<RowChunk> {
  try {
    const path = join(folder, "images.csv");
    const images = await openTable(path, { refuse: refusing(path) });
    try {
      yield* rowsSideBySide(folder, columns, { ...tables, named: images });
    } finally {
      await images.bytes.close();
    }
  } finally {
    await tables.faces.bytes.close();
  }
}

async function* rowsSideBySide(
  folder: string,
  columns: StudyColumns,
  { faces, named: images, clip, ...counted }: StudyRowTables & { readonly named: Table },
): AsyncGenerator<RowChunk> {
  const groups = classifiersOf(faces.header.columns);
  const labels = [...groups.values()].flat();
  const numbers = columns.numbers.filter((name) => name !== DISAGREE);
  const rows = cellsOf(faces, [...TEXTS, ...numbers, ...labels]);
  const writer = createChunkWriter(columns);
  let left = counted.images;
  for await (const image of cellsOf(images, ["path", "frame", "timestamp_s", "faces"])) {
    if (left-- <= 0) break;
    const place = textOfCell(image.text(0));
    const found = image.number(3);
    writer.skipUnless(clip === null || reversiblyVisible(place) === clip);
    if (!(found > 0)) writer.addImage(place, image.number(1), image.number(2));
    for (let face = 0; face < found; face++) {
      const { value: cells, done } = await rows.next();
      if (done || textOfCell(cells.text(0)) !== place) {
        throw refusing(join(folder, "faces.csv"))(
          `it does not have the ${found} faces of \`${place}\` that images.csv counts`,
        );
      }
      writer.addFace(cells, groups);
    }
    if (writer.isFull()) yield writer.take();
  }
  yield writer.take();
}

function createChunkWriter({ texts, numbers }: StudyColumns) {
  const known = texts.map(() => new Map<string, number>());
  let words: string[][] = texts.map(() => []);
  let most = FIRST_ROWS;
  let rows = 0;
  let columns = [...texts, ...numbers].map(() => new Float32Array(most));
  let isWanted = true;
  const put = (column: number, value: number) => {
    (columns[column] as Float32Array)[rows] = value;
  };
  const endRow = () => {
    rows += 1;
    // An image with many faces may take a part beyond its rows.
    if (rows === columns[0]?.length) columns = columns.map((column) => grown(column, rows + 1));
  };
  const putText = (column: number, text: string) => {
    const places = known[column] as Map<string, number>;
    let at = places.get(text);
    if (at === undefined) {
      at = places.size;
      places.set(text, at);
      words[column]?.push(reversiblyVisible(text));
    }
    put(column, at);
  };
  return {
    /** Whether what is added from now on is left out. */
    skipUnless(wanted: boolean) {
      isWanted = wanted;
    },
    isFull: () => rows >= most,
    addImage(path: string, frame: number, timestampS: number) {
      if (!isWanted) return;
      for (const [column, name] of texts.entries()) putText(column, name === "path" ? path : "");
      const told: Readonly<Record<string, number>> = { frame, timestamp_s: timestampS };
      for (const [i, name] of numbers.entries()) put(texts.length + i, told[name] ?? Number.NaN);
      endRow();
    },
    /** Its cells are texts, numbers and probabilities, in this order. */
    addFace(cells: RowCells, groups: ReadonlyMap<string, readonly string[]>) {
      if (!isWanted) return;
      for (let k = 0; k < TEXTS.length; k++) putText(k, textOfCell(cells.text(k)));
      const measured = numbers.length - 1;
      for (let i = 0; i < measured; i++) put(texts.length + i, cells.number(TEXTS.length + i));
      const tops = topLabels(cells, groups, TEXTS.length + measured);
      putText(TEXTS.length, tops.find((label) => label !== "") ?? "");
      for (const [i, label] of tops.entries()) putText(TEXTS.length + 1 + i, label);
      const told = new Set(tops.filter((label) => label !== ""));
      put(texts.length + measured, told.size === 0 ? Number.NaN : told.size > 1 ? 1 : 0);
      endRow();
    },
    take(): RowChunk {
      const values = new Float32Array(columns.length * rows);
      for (const [at, column] of columns.entries()) values.set(column.subarray(0, rows), at * rows);
      const chunk = { rows, words, values };
      words = texts.map(() => []);
      [most, rows] = [ROWS, 0];
      columns = columns.map((column) => (column.length < most ? new Float32Array(most) : column));
      return chunk;
    },
  };
}

/** The likeliest label of each classifier; empty where it read none. */
function topLabels(cells: RowCells, groups: ReadonlyMap<string, readonly string[]>, first: number): string[] {
  let k = first;
  return [...groups].map(([classifier, names]) => {
    let [best, most] = ["", Number.NEGATIVE_INFINITY];
    for (const name of names) {
      const value = cells.number(k++);
      if (value > most) [best, most] = [name.slice(classifier.length + 1), value];
    }
    return best;
  });
}
