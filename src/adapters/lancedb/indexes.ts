import type { Index, Table } from "@lancedb/lancedb";
import type { StoreStatistics } from "../../ports/exemplar-store.ts";
import { loadLance, retryOnConflict } from "./open-table.ts";

/**
 * From so many numbers in a vector column on, an index that LanceDB keeps in memory is quicker than to read them from disk:
 * 10 000 expression vectors of 50, or 1 000 embeddings of 512.
 */
const INDEX_FROM_NUMBERS = 500_000;
/** A filter by id or category need not read the whole column from here on. */
const SCALAR_INDEX_FROM_ROWS = 5_000;

/** How much of an index is searched. A partition has some 4 000 vectors, so this is all of them up to 130 000. */
export const SEARCHED_PARTITIONS = 32;

/** The kind that stores had before: in LanceDB 0.30 it loses up to half of the nearest vectors, most of those of 2 048 numbers. */
const UNRELIABLE = "IvfRq";

/** A vector column with the length of its vectors. */
interface VectorColumn {
  readonly name: string;
  readonly length: number;
}

/** Whether a vector column of so many rows is searched through an index. */
function needsVectorIndex(rows: number, length: number): boolean {
  return rows * length > INDEX_FROM_NUMBERS;
}

/** Makes the indexes that the table has grown into. Those that exist are left to `optimize`. */
export async function ensureIndexes(table: Table, vectors: readonly VectorColumn[]): Promise<void> {
  const { Index: Kind } = await loadLance();
  const make = (column: string, config: Index) => retryOnConflict(() => table.createIndex(column, { config }));
  const rows = await table.countRows();
  await ensureTextIndex(table);
  const existing = new Set((await table.listIndices()).flatMap((index) => index.columns));
  if (rows >= SCALAR_INDEX_FROM_ROWS) {
    if (!existing.has("id")) await make("id", Kind.btree());
    if (!existing.has("category")) await make("category", Kind.bitmap());
  }
  for (const { name, length } of vectors) {
    if (existing.has(name) || !needsVectorIndex(await table.countRows(`${name} IS NOT NULL`), length)) continue;
    await make(name, Kind.ivfFlat({ distanceType: "l2" }));
  }
}

/** Whether an index may lose what is near. `dropUnreliable` and `ensureIndexes` put another in its place. */
export async function hasUnreliable(table: Table): Promise<boolean> {
  return (await table.listIndices()).some(({ indexType }) => indexType === UNRELIABLE);
}

export async function dropUnreliable(table: Table): Promise<void> {
  await retryOnConflict(async () => {
    const unreliable = (await table.listIndices()).filter(({ indexType }) => indexType === UNRELIABLE);
    for (const { name } of unreliable) await table.dropIndex(name);
  });
}

/**
 * BM25 over the text column: English stems, letter case and accents ignored, any language's words taken. A search by
 * words fails without it, so it is made with the first rows; rows that came later are read one by one until `optimize`.
 */
export async function ensureTextIndex(table: Table): Promise<void> {
  const { Index: Kind } = await loadLance();
  await retryOnConflict(async () => {
    if ((await table.listIndices()).some((index) => index.columns.includes("text"))) return;
    await table.createIndex("text", { config: Kind.fts({ language: "English", stem: true, asciiFolding: true }) });
  });
}

/**
 * Writes every row anew and drops every index. A deleted row is only marked as such in the file that holds it, merging files
 * leaves alone those of which less than a tenth is deleted, and an index keeps its words and vectors.
 */
export async function rewriteRows(table: Table): Promise<void> {
  await retryOnConflict(() => table.update({ valuesSql: { role: "role" } }));
  for (const { name } of await table.listIndices()) await retryOnConflict(() => table.dropIndex(name));
}

/** Counts what a store holds. Reads the short columns once. */
export async function storeStatistics(table: Table): Promise<StoreStatistics> {
  const rows = await table.query().select(["category", "labeller", "licence", "pack"]).toArray();
  const indexes = await table.listIndices();
  return {
    exemplars: rows.length,
    measured: await table.countRows("expression IS NOT NULL"),
    categories: tally(rows.map((row) => String(row.category))),
    labellers: tally(rows.map((row) => String(row.labeller))),
    licences: tally(rows.map((row) => (row.licence === null ? null : String(row.licence)))),
    packs: tally(rows.map((row) => (row.pack === null ? null : String(row.pack)))),
    indexes: await Promise.all(
      indexes.map(async ({ name, columns, indexType }) => ({
        column: columns.join(", "),
        kind: indexType,
        unindexedRows: (await table.indexStats(name))?.numUnindexedRows ?? null,
      })),
    ),
  };
}

function tally<T extends string | null>(names: readonly T[]): { readonly name: T; readonly exemplars: number }[] {
  const counts = new Map<T, number>();
  for (const name of names) counts.set(name, 1 + (counts.get(name) ?? 0));
  return [...counts]
    .map(([name, exemplars]) => ({ name, exemplars }))
    .sort((a, b) => b.exemplars - a.exemplars || String(a.name).localeCompare(String(b.name)));
}
