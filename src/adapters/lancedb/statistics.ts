import type { Table } from "@lancedb/lancedb";
import type { StoreStatistics } from "../../ports/exemplar-store.ts";

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
