import type { FileHandle } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { type AsyncBuffer, type Compressors, type FileMetaData, parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { RefuseTable, TableBytes } from "./table-bytes.ts";
import { cellText } from "./write-table.ts";

/** Row groups larger than this would not fit into memory with what they are written out as. */
const MOST_CELLS = 100_000_000;

interface Column {
  readonly name: string;
  write(value: unknown): string;
}

/** Rows of one group as lines of text, and where these lie in the text of the whole table. */
interface GroupText {
  readonly from: number;
  readonly bytes: Buffer;
}

/**
 * A Parquet table as the text that every reader of tables here knows: one header, one line per row, group by group, of
 * which one is held at a time. What is read once stays in its place, so that rows can be found again.
 *
 * @throws what `refuse` makes, if it is damaged, nested, or compressed by LZ4 or LZO.
 */
export async function openParquetBytes(file: FileHandle, refuse: RefuseTable): Promise<TableBytes> {
  const buffer = await asyncBuffer(file);
  const metadata = await parquetMetadataAsync(buffer).catch((cause: unknown) => {
    throw refuse("its Parquet footer is damaged or cut off", { cause });
  });
  const columns = columnsOf(metadata, refuse);
  const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  const header = Buffer.from(`${columns.map(({ name }) => quoted(name)).join(",")}\n`);
  /** Where the text of each group begins; known as far as it was read. */
  const starts = [header.length];
  let held: GroupText & { readonly group: number } = { group: -1, from: 0, bytes: header };

  async function textOf(group: number): Promise<GroupText> {
    if (held.group === group) return held;
    held = { group: -1, from: 0, bytes: header }; // let go of before the next is made
    const first = groups.slice(0, group).reduce((sum, rows) => sum + rows, 0);
    const bytes = await linesOf(columns, { buffer, metadata, refuse }, { first, rows: groups[group] ?? 0 });
    const from = starts[group] ?? 0;
    starts[group + 1] = from + bytes.length;
    held = { group, from, bytes };
    return held;
  }

  /** The part of the text that a byte lies in; `undefined` behind the end. */
  async function partAt(position: number): Promise<GroupText | undefined> {
    if (position < header.length) return { from: 0, bytes: header };
    for (let group = 0; group < groups.length; group += 1) {
      const end = starts[group + 1];
      if (end !== undefined && end <= position) continue;
      const part = await textOf(group);
      if (position < part.from + part.bytes.length) return part;
    }
    return undefined;
  }

  return {
    // As long as it takes: how long the text is shows when it has been read.
    sizeBytes: Number.MAX_SAFE_INTEGER,
    async read(into, offset, length, position) {
      let bytesRead = 0;
      while (bytesRead < length) {
        const part = await partAt(position + bytesRead);
        if (part === undefined) break;
        const from = position + bytesRead - part.from;
        bytesRead += part.bytes.copy(into, offset + bytesRead, from, from + length - bytesRead);
      }
      return { bytesRead };
    },
    close: () => file.close(),
  };
}

async function asyncBuffer(file: FileHandle): Promise<AsyncBuffer> {
  const { size } = await file.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      await file.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
}

/** @throws what `refuse` makes, if a column holds more than one value in a cell, or a group of rows is too large. */
function columnsOf({ schema, row_groups: groups }: FileMetaData, refuse: RefuseTable): Column[] {
  const [root, ...columns] = schema;
  const nested = columns.find(({ type, repetition_type: how }) => type === undefined || how === "REPEATED");
  if (nested !== undefined) {
    throw refuse(
      `its column ${nested.name} holds lists or structures: write a flat table, with one value in each cell`,
    );
  }
  if (root === undefined || columns.length === 0) throw refuse("it has no columns");
  const largest = Math.max(0, ...groups.map(({ num_rows: rows }) => Number(rows)));
  if (largest * columns.length > MOST_CELLS) {
    throw refuse(
      `it has ${largest} rows of ${columns.length} columns in one row group: write it with smaller ones (row_group_size=20000)`,
    );
  }
  return columns.map(({ name, type }) => ({ name, write: type === "FLOAT" ? textOfFloat32 : textOfValue }));
}

interface OpenParquet {
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly refuse: RefuseTable;
}

interface GroupRows {
  /** Of the table. */
  readonly first: number;
  readonly rows: number;
}

/** Lines that are joined into bytes at once. */
const LINES = 1000;

/** The rows of a group as text. Columns are read one after another, and numbers held as such: a group is many cells. */
async function linesOf(columns: readonly Column[], parquet: OpenParquet, group: GroupRows): Promise<Buffer> {
  const values: ArrayLike<unknown>[] = [];
  for (const { name } of columns) values.push(await valuesOf(name, parquet, group));
  const pieces: Buffer[] = [];
  for (let from = 0; from < group.rows; from += LINES) {
    let text = "";
    for (let row = from; row < Math.min(from + LINES, group.rows); row += 1) {
      text += `${columns.map(({ write }, k) => write(values[k]?.[row])).join(",")}\n`;
    }
    pieces.push(Buffer.from(text));
  }
  return Buffer.concat(pieces);
}

async function valuesOf(
  name: string,
  { buffer, metadata, refuse }: OpenParquet,
  { first, rows }: GroupRows,
): Promise<ArrayLike<unknown>> {
  let values: unknown[] = [];
  const onComplete = (all: unknown[][]) => {
    values = all.map(([value]) => value);
  };
  const part = { rowStart: first, rowEnd: first + rows, columns: [name] };
  try {
    await parquetRead({ file: buffer, metadata, ...part, compressors: DECOMPRESSORS, onComplete });
  } catch (cause) {
    if (cause instanceof UnknownCodec) throw refuse(cause.message, { cause });
    throw refuse(`its rows ${first + 1} to ${first + rows} cannot be read, so it is damaged or cut off`, { cause });
  }
  const areNumbers = values.every((value) => typeof value === "number" || value === null || value === undefined);
  return areNumbers ? Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN)) : values;
}

class UnknownCodec extends Error {}

const unknown = (name: string) => () => {
  throw new UnknownCodec(`it is compressed by ${name}, which is not read here: write it with zstd, snappy or gzip`);
};

/** Gzip, in which our own tables are, is Node's, which is quicker; the package's LZ4 breaks off at pages without a value. */
const DECOMPRESSORS: Compressors = {
  ...compressors,
  GZIP: (bytes) => gunzipSync(bytes),
  LZ4: unknown("lz4"),
  LZ4_RAW: unknown("lz4"),
  LZO: unknown("lzo"),
};

/** A value as a cell of a CSV table that we write. */
function textOfValue(value: unknown): string {
  if (Number.isNaN(value)) return ""; // as null
  if (typeof value === "string" || value === null || value === undefined) return quoted(cellText(value));
  if (typeof value === "number" || typeof value === "boolean") return cellText(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  return quoted(cellText(value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : JSON.stringify(value)));
}

/** A 32-bit float by the fewest digits that tell it from its neighbours: 0.1, and not 0.10000000149011612. */
function textOfFloat32(value: unknown): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return textOfValue(value);
  const digits = [6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value) ?? 9;
  return cellText(Number(value.toPrecision(digits)));
}

function quoted(text: string): string {
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
