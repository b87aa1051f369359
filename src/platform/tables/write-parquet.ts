import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { inWordsIfDiskFull } from "../system-error.ts";
import { systemPath } from "../system-path.ts";
import { rowBatches, type TableSource } from "./row-batches.ts";
import { createRowCells, type RowCells } from "./row-cells.ts";
import type { RefuseTable } from "./table-bytes.ts";
import { openTable } from "./table-rows.ts";
import { textOfCell } from "./write-table.ts";

/**
 * Rows that are held and compressed together. Measured numbers repeat (three decimals), and every group has dictionaries of its own:
 * 20 000 rows of 120 columns take 147 bytes each, 50 000 139, 100 000 136 and half as much memory again.
 */
const GROUP_ROWS = 50_000;
/** Of wider tables fewer rows are held, so that memory stays what it is. */
const GROUP_CELLS = 6_000_000;
/** On measured faces a tenth less work than the default level, for 3 % more bytes. */
const GZIP_LEVEL = 1;

/** Columns of ours that name something, whatever the names look like: the image `12.jpg` may be called 12. */
const NAMES =
  /^(?:path|sample|cell|call|subject|prompt|model|group_value|id|reason|warnings|label|person|person_.*|.*_id|.*_label|.*sha256)$/;
/** Columns of ours that count. */
const COUNTS = /^(?:frame|faces|cut|width_px|height_px|seed|repeat)$/;
/** What the ending of a column's name says of its unit. */
const UNITS: Readonly<Record<string, string>> = {
  rad: "rad",
  px: "px",
  s: "s",
  ms: "ms",
  cm: "cm",
  hz: "Hz",
  db: "dB",
};

/** What a column of a Parquet table holds; all may hold nothing, which is null and never 0 or "". */
const TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  number: { type: "DOUBLE" },
  count: { type: "INT32" },
  decision: { type: "BOOLEAN" },
} as const satisfies Record<string, Partial<SchemaElement>>;
type ColumnType = keyof typeof TYPES;

interface ParquetOptions {
  /** What columns mean, by their names: kept in the file beside the units that names end in. */
  readonly meanings: ReadonlyMap<string, string>;
  readonly refuse: RefuseTable;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a CSV table of ours as a Parquet table, whole or not at all and in constant memory: numbers as doubles (in
 * dictionaries where that halves them), counts as int32, TRUE and FALSE as booleans, everything else as dictionary-encoded text.
 *
 * @throws what `refuse` makes, if the table cannot be read. @throws {ConfigurationError} on a full disk.
 */
export async function writeParquet(from: string, to: string, options: ParquetOptions): Promise<void> {
  const table = await openTable(from, options);
  const draft = systemPath(`${to}.${randomUUID()}.part`);
  try {
    const types = await typesOf(table, options.signal);
    await writeGroups(draft, { table, types, ...options });
    const file = await open(draft, "r+");
    await file.datasync().finally(() => file.close());
    await rename(draft, systemPath(to));
  } catch (error) {
    await rm(draft, { force: true });
    throw inWordsIfDiskFull(error, to);
  } finally {
    await table.bytes.close();
  }
}

/** What each column holds, by all of its cells. One without any is a number that was never measured, if it is no name. */
async function typesOf(table: TableSource, signal: AbortSignal | undefined): Promise<ColumnType[]> {
  const { columns } = table.header;
  const [hasText, hasNumber, hasOther] = [0, 0, 0].map(() => columns.map(() => false)) as [
    boolean[],
    boolean[],
    boolean[],
  ];
  await eachRow(table, signal, (cells) => {
    for (let k = 0; k < columns.length; k += 1) {
      if (hasText[k]) continue;
      const value = cells.numberIfAny(k);
      if (value === undefined) {
        if (/^(?:TRUE|FALSE)$/.test(cells.text(k))) hasOther[k] = true;
        else hasText[k] = true;
      } else if (!Number.isNaN(value)) {
        hasNumber[k] = true;
        if (/^0\d/.test(cells.text(k))) hasText[k] = true; // 007 is a name
      }
    }
  });
  return columns.map((name, k) => {
    if (NAMES.test(name) || hasText[k] || (hasOther[k] && hasNumber[k])) return "text";
    if (hasOther[k]) return "decision";
    return COUNTS.test(name) ? "count" : "number";
  });
}

async function writeGroups(
  path: string | Buffer,
  {
    table,
    types,
    meanings,
    signal,
  }: ParquetOptions & { readonly table: TableSource; readonly types: readonly ColumnType[] },
): Promise<void> {
  const { columns } = table.header;
  const writer = new ParquetWriter({
    writer: fileWriter(path as string), // hands it on to the file system, which takes names in bytes too
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.map((name, k) => ({ name, ...TYPES[types[k] ?? "text"], repetition_type: "OPTIONAL" as const })),
    ],
    codec: "GZIP",
    compressors: { GZIP: (bytes) => gzipSync(bytes, { level: GZIP_LEVEL }) },
    kvMetadata: [{ key: "kuleshov.columns", value: JSON.stringify(aboutColumns(columns, meanings)) }],
    createdBy: "kuleshov",
  });
  const groupRows = Math.min(GROUP_ROWS, Math.ceil(GROUP_CELLS / columns.length));
  const group = types.map((type) => createGroupColumn(type, groupRows));
  let rows = 0;
  const flush = () => {
    const columnData = columns.map((name, k) => ({
      name,
      // Made when its turn comes: arrays of all columns at once would take several times what the group does.
      get data() {
        return group[k]?.values(rows) ?? [];
      },
      ...(types[k] === "text" && { encoding: "RLE_DICTIONARY" as const }),
    }));
    writer.write({ columnData, rowGroupSize: groupRows });
    rows = 0;
  };
  await eachRow(table, signal, (cells) => {
    for (const [k, column] of group.entries()) column.put(rows, cells, k);
    rows += 1;
    if (rows === groupRows) flush();
  });
  if (rows > 0) flush();
  writer.finish();
}

/** A column of the rows that are held. */
interface GroupColumn {
  put(row: number, cells: RowCells, k: number): void;
  /** Of the first rows; nothing is null. */
  values(rows: number): (string | number | boolean | null)[];
}

function createGroupColumn(type: ColumnType, groupRows: number): GroupColumn {
  if (type === "number" || type === "count") {
    const held = new Float64Array(groupRows);
    return {
      put(row, cells, k) {
        held[row] = cells.number(k);
      },
      values: (rows) => Array.from(held.subarray(0, rows), (value) => (Number.isNaN(value) ? null : value)),
    };
  }
  const held: string[] = [];
  const told = type === "decision" ? (text: string) => text === "TRUE" : (text: string) => text;
  return {
    put(row, cells, k) {
      held[row] = textOfCell(cells.text(k));
    },
    values: (rows) => held.slice(0, rows).map((text) => (text === "" ? null : told(text))),
  };
}

async function eachRow(
  table: TableSource,
  signal: AbortSignal | undefined,
  take: (cells: RowCells) => void,
): Promise<void> {
  const cells = createRowCells(table.header, table.refuse, [...table.header.columns.keys()]);
  for await (const { bytes, starts, ends, lines, unterminated } of rowBatches(table, signal)) {
    for (const [row, start] of starts.entries()) {
      const isLast = unterminated && row === starts.length - 1;
      cells.place(bytes, { start, end: ends[row] ?? start, line: lines[row] ?? 0, unterminated: isLast });
      take(cells);
    }
  }
}

function aboutColumns(columns: readonly string[], meanings: ReadonlyMap<string, string>) {
  return columns.map((name) => {
    const unit = UNITS[name.slice(name.lastIndexOf("_") + 1)];
    return { name, ...(meanings.has(name) && { meaning: meanings.get(name) }), ...(unit !== undefined && { unit }) };
  });
}
