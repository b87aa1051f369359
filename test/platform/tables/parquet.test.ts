import { copyFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetMetadataAsync } from "hyparquet";
import { describe, expect, it } from "vitest";
import { openTableBytes } from "../../../src/platform/tables/table-bytes.ts";
import { readTable } from "../../../src/platform/tables/table-rows.ts";
import { writeParquet } from "../../../src/platform/tables/write-parquet.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const refuse = (reason: string) => new Error(reason);
const fixture = (name: string) => join("test/fixtures/parquet", name);
const cellsOf = async (path: string) => (await readTable(path, { refuse })).map(({ cells }) => cells);
const goldens = JSON.parse(await readFile(fixture("goldens.json"), "utf8"));

/** A cell of a golden as the text by which tables are read. */
const asText = (value: unknown) =>
  value === null ? "" : typeof value === "boolean" ? String(value).toUpperCase() : String(value);
const goldenCells = goldens.rows.map((row: object) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value)])),
);

describe("a Parquet table", () => {
  it("is written with the types, nulls, meanings and units that pyarrow and DuckDB read in it", async () => {
    const path = join(await tempFolder(), "table.parquet");
    const meanings = new Map([["AU12_both", "Lip corner puller, probability 0..1"]]);
    await writeParquet(fixture("table.csv"), path, { meanings, refuse });
    const [written, golden] = await Promise.all([path, fixture("ours.parquet")].map(metadataOf));
    expect(written).toEqual(golden);
    expect(await cellsOf(path)).toEqual(goldenCells);
    const { frame, path: named, code, speaks, AU99_both } = goldens.types;
    expect({ frame, named, code, speaks, AU99_both }).toEqual({
      ...{ frame: "int32", named: "string", code: "string", speaks: "bool", AU99_both: "double" },
    });
    expect(goldens.rows[1]).toMatchObject({ AU12_both: null, yaw_rad: 0.000001, said: "=1+1", AU99_both: null });
    expect(goldens.columns[3]).toEqual({ name: "AU12_both", meaning: "Lip corner puller, probability 0..1" });
    expect(goldens.columns[4]).toEqual({ name: "yaw_rad", unit: "rad" });
  });

  it("keeps numbers that repeat in dictionaries, null where there is none, over groups of rows", async () => {
    const folder = await tempFolder();
    const [from, to] = [join(folder, "long.csv"), join(folder, "long.parquet")];
    const names = ["AU01_both", "AU12_both", "yaw_rad"];
    const cell = (row: number, k: number) => ((row + k) % 7 === 0 ? "" : String(((row * 31 + k) % 100) / 1000));
    // A group has 50 000 rows.
    const lines = Array.from({ length: 50_100 }, (_, row) => names.map((_, k) => cell(row, k)).join(","));
    await writeFile(from, `${[names.join(","), ...lines].join("\n")}\n`);
    await writeParquet(from, to, { meanings: new Map(), refuse });
    const { nulls } = await metadataOf(to);
    expect(nulls.map((columns) => [...new Set(columns.map(([encodings]) => String(encodings)))])).toEqual([
      ["PLAIN,RLE_DICTIONARY"],
      ["PLAIN"],
    ]);
    const rows = await cellsOf(to);
    expect(rows.map((cells) => names.map((name) => cells[name]).join(","))).toEqual(lines);
  });

  it.each([
    "ours.parquet",
    "pyarrow.parquet",
    "pyarrow-zstd.parquet",
    "pyarrow-float32.parquet",
    "polars.parquet",
    "duckdb.parquet",
  ])("is read as the CSV of the same rows: %s", async (name) => {
    const flat = (rows: Record<string, string>[]) =>
      rows.map((row) => ({ ...row, said: row["said"], yaw_rad: Number(row["yaw_rad"]) }));
    expect(flat(await cellsOf(fixture(name)))).toEqual(flat(await cellsOf(fixture("table.csv"))));
  });

  it("gives the rows of a group that was left behind again", async () => {
    const bytes = await openTableBytes(fixture("pyarrow.parquet"), refuse);
    const read = async (from: number, length: number) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await bytes.read(buffer, 0, length, from);
      return buffer.toString("utf8", 0, bytesRead);
    };
    const whole = await read(0, 1 << 16);
    const [first, last] = [whole.indexOf("images/1.jpg"), whole.indexOf("é")];
    expect(await read(last, 4)).toBe("é\nl");
    expect(await read(first, 12)).toBe("images/1.jpg");
    expect(await read(whole.length + 10, 5)).toBe("");
    await bytes.close();
  });

  it.each<[string, string, RegExp]>([
    ["has lists in its cells", "nested.parquet", /column landmarks holds lists or structures: write a flat table/],
    ["is compressed by LZ4", "pyarrow-lz4.parquet", /compressed by lz4, .* write it with zstd, snappy or gzip/],
  ])("is refused in one sentence where it %s", async (_case, name, sentence) => {
    await expect(cellsOf(fixture(name))).rejects.toThrow(sentence);
  });

  it("is refused in one sentence where it was cut off", async () => {
    const path = join(await tempFolder(), "cut.parquet");
    await copyFile(fixture("pyarrow.parquet"), path);
    await truncate(path, 900);
    await expect(cellsOf(path)).rejects.toThrow("its Parquet footer is damaged or cut off");
  });
});

async function metadataOf(path: string) {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  const { schema, key_value_metadata, num_rows, row_groups } = await parquetMetadataAsync(
    buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer,
  );
  const nulls = row_groups.map(({ columns }) =>
    columns.map(({ meta_data }) => [meta_data?.encodings, meta_data?.statistics?.null_count]),
  );
  return { schema, key_value_metadata, num_rows, nulls };
}
