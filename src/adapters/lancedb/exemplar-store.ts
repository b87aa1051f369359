import type { Query, Table, VectorQuery } from "@lancedb/lancedb";
import { StoreError } from "../../domain/errors.ts";
import type { ExemplarEntry } from "../../domain/exemplar.ts";
import type { ExpressionSpace } from "../../domain/expression-space.ts";
import type {
  ExemplarIdentity,
  ExemplarStore,
  StoreHit,
  StoreSearch,
  VectorSearch,
} from "../../ports/exemplar-store.ts";
import {
  checkEntries,
  fromRecord,
  IDENTITY_COLUMNS,
  PLACED_COLUMNS,
  toEntry,
  toIdentity,
  toPlaced,
  toRow,
  toVector,
} from "./exemplar-rows.ts";
import {
  dropUnreliable,
  ensureIndexes,
  ensureTextIndex,
  hasUnreliable,
  rewriteRows,
  SEARCHED_PARTITIONS,
  storeStatistics,
} from "./indexes.ts";
import { createTableDoor, inWords, loadLance, retryOnConflict } from "./open-table.ts";
import { sqlText, wherePredicate } from "./sql.ts";
import { embeddingLengthOf, ensureEmbeddingColumn, TEXT_EMBEDDING_COLUMN, textEmbedderOf } from "./text-embeddings.ts";

/** Rows per commit: one commit is one version and at least one file. */
const ROWS_PER_COMMIT = 2_000;

/**
 * An exemplar store in a LanceDB folder, or at an object-store address such as `s3://bucket/exemplars`, which LanceDB
 * reads with the usual environment variables.
 *
 * @param space where new expression vectors live. A store that holds vectors of another space is refused; without it
 * the store is opened as it is, and cannot be created.
 */
export function createLanceExemplarStore(location: string, space: ExpressionSpace | null): ExemplarStore {
  const door = createTableDoor(location);
  let textIndexed = false;
  /** Of a store that an earlier version made and nobody optimized since. */
  let unreliable: boolean | undefined;

  async function existing() {
    const opened = await door.open();
    if (opened !== undefined && space !== null) refuseOtherSpace(opened.space, space, location);
    return opened;
  }

  async function forWriting() {
    const opened = (await existing()) ?? (space === null ? undefined : await door.openOrCreate(space));
    if (opened === undefined) throw new StoreError(location, "it does not exist yet and no toolbox was named for it");
    if (space !== null) refuseOtherSpace(opened.space, space, location);
    return opened;
  }

  /** Runs a read; a store that nobody has written to yet answers with `empty`. */
  async function read<T>(empty: T, work: (table: Table, space: ExpressionSpace) => Promise<T>): Promise<T> {
    const opened = await existing();
    return opened === undefined ? empty : await inWords(location, () => work(opened.table, opened.space));
  }

  async function hits(query: Query | VectorQuery, scoreColumn: string): Promise<StoreHit[]> {
    const rows = await query.select([...IDENTITY_COLUMNS, "expression", scoreColumn]).toArray();
    return rows.map((row) => ({
      identity: toIdentity(row),
      expression: toVector(row.expression),
      score: Number(row[scoreColumn]),
    }));
  }

  async function nearest(table: Table, { column, vector, length }: Nearest, search: VectorSearch): Promise<StoreHit[]> {
    if (vector.length !== length || !vector.every(Number.isFinite)) {
      throw new StoreError(location, `the query has ${vector.length} numbers, its vectors ${length}`);
    }
    unreliable ??= await hasUnreliable(table);
    const query = bounded(table.query().nearestTo(vector).column(column), search);
    const exact = search.exact === true || unreliable;
    return hits(exact ? query.bypassVectorIndex() : query.nprobes(SEARCHED_PARTITIONS), "_distance");
  }

  return {
    location,
    space: async () => (await door.open())?.space ?? null,
    textEmbedder: () => read(null, textEmbedderOf),
    async add(entries, textEmbedder = null) {
      if (entries.length === 0) return [];
      const { table, space: held } = await forWriting();
      return await inWords(location, async () => {
        await retryOnConflict(() => ensureEmbeddingColumn(table, entries, { textEmbedder, location }));
        const embeddingLength = await embeddingLengthOf(table);
        checkEntries(entries, { expression: held.dimensions.length, textEmbedding: embeddingLength }, location);
        const added: string[] = [];
        for (const batch of batches(uniqueById(entries), ROWS_PER_COMMIT)) {
          added.push(...(await insertMissing(table, batch, embeddingLength !== null)));
        }
        await ensureTextIndex(table);
        return added;
      });
    },
    get: (id) =>
      read(undefined, async (table) => {
        const [row] = await table
          .query()
          .where(`id = ${sqlText(id)}`)
          .limit(1)
          .toArray();
        return row === undefined ? undefined : toEntry(row, location);
      }),
    replace: (entries) =>
      read(undefined, async (table, held) => {
        if (entries.length === 0) return;
        const embeddingLength = await embeddingLengthOf(table);
        checkEntries(entries, { expression: held.dimensions.length, textEmbedding: embeddingLength }, location);
        const rows = entries.map((entry) => toRow(entry, embeddingLength !== null));
        await retryOnConflict(() => table.mergeInsert("id").whenMatchedUpdateAll().execute(rows));
        await ensureTextIndex(table);
      }),
    list: ({ filter, limit, offset } = {}) =>
      read([], async (table) => {
        let query = table.query().select(["id", "record"]).orderBy({ columnName: "id" });
        const where = wherePredicate(filter);
        if (where !== undefined) query = query.where(where);
        query = query.limit(limit ?? (await table.countRows()));
        if (offset !== undefined) query = query.offset(offset);
        return (await query.toArray()).map((row) => fromRecord(row.record, location));
      }),
    placed: (filter) =>
      read([], async (table) => {
        const where = wherePredicate(filter);
        const query = table.query().select(PLACED_COLUMNS);
        const rows = await (where === undefined ? query : query.where(where)).toArray();
        return rows.map((row) => toPlaced(row, location)).sort((a, b) => (a.exemplar.id < b.exemplar.id ? -1 : 1));
      }),
    count: (filter) => read(0, (table) => table.countRows(wherePredicate(filter))),
    identities: () => read([], identitiesOf),
    nearestExpressions: (vector, search) =>
      read([], (table, held) =>
        nearest(table, { column: "expression", vector, length: held.dimensions.length }, search),
      ),
    nearestTexts: (vector, search) =>
      read([], async (table) => {
        const length = await embeddingLengthOf(table);
        return length === null ? [] : await nearest(table, { column: TEXT_EMBEDDING_COLUMN, vector, length }, search);
      }),
    matchText: (text, search) =>
      read([], async (table) => {
        if (text.trim() === "") return [];
        const { MatchQuery } = await loadLance();
        // Looked for once: no program takes the index away again.
        if (!textIndexed) await ensureTextIndex(table);
        textIndexed = true;
        return hits(bounded(table.query().fullTextSearch(new MatchQuery(text, "text")), search), "_score");
      }),
    remove: (filter) =>
      read(0, async (table) => {
        const where = wherePredicate(filter);
        const count = await table.countRows(where);
        if (count > 0) await retryOnConflict(() => table.delete(where ?? "true"));
        return count;
      }),
    forget: (ids) =>
      read(0, async (table, held) => {
        const where = wherePredicate({ ids }) as string;
        const count = await table.countRows(where);
        if (count > 0) await retryOnConflict(() => table.delete(where));
        await rewriteRows(table);
        await ensureIndexes(table, await vectorColumns(table, held));
        await retryOnConflict(() => table.optimize({ cleanupOlderThan: new Date(), deleteUnverified: true }));
        return count;
      }),
    optimize: () =>
      read(undefined, async (table, held) => {
        await dropUnreliable(table);
        await ensureIndexes(table, await vectorColumns(table, held));
        await retryOnConflict(() => table.optimize());
      }),
    statistics: async () => {
      const empty = { exemplars: 0, measured: 0, categories: [], labellers: [], licences: [], packs: [], indexes: [] };
      return await read(empty, storeStatistics);
    },
    close: async () => door.close(),
  };
}

interface Nearest {
  readonly column: string;
  readonly vector: Float32Array;
  /** Of the vectors in the column. */
  readonly length: number;
}

async function vectorColumns(table: Table, { dimensions }: ExpressionSpace) {
  const embeddingLength = await embeddingLengthOf(table);
  const embedding = embeddingLength === null ? [] : [{ name: TEXT_EMBEDDING_COLUMN, length: embeddingLength }];
  return [{ name: "expression", length: dimensions.length }, ...embedding];
}

function refuseOtherSpace(held: ExpressionSpace, wanted: ExpressionSpace, location: string): void {
  if (held.id === wanted.id) return;
  throw new StoreError(
    location,
    `its vectors were measured by ${held.id} and the toolbox in use is ${wanted.id}, whose numbers mean something ` +
      "else; measure it again with `kuleshov exemplars remeasure --to <new store>` or choose another store",
  );
}

/** Two writers may add the same exemplar at once: the merge on the id keeps one. */
async function insertMissing(
  table: Table,
  entries: readonly ExemplarEntry[],
  withEmbedding: boolean,
): Promise<string[]> {
  const ids = entries.map((entry) => entry.exemplar.id);
  const where = `id IN (${ids.map(sqlText).join(", ")})`;
  const present = new Set((await table.query().where(where).select(["id"]).toArray()).map((row) => String(row.id)));
  const missing = entries.filter((entry) => !present.has(entry.exemplar.id));
  if (missing.length === 0) return [];
  const rows = missing.map((entry) => toRow(entry, withEmbedding));
  await retryOnConflict(() => table.mergeInsert("id").whenNotMatchedInsertAll().execute(rows));
  return missing.map((entry) => entry.exemplar.id);
}

function uniqueById(entries: readonly ExemplarEntry[]): ExemplarEntry[] {
  return [...new Map(entries.map((entry) => [entry.exemplar.id, entry])).values()];
}

function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

function bounded<Q extends Query | VectorQuery>(query: Q, { limit, filter }: StoreSearch): Q {
  const where = wherePredicate(filter);
  const limited = query.limit(limit) as Q;
  return where === undefined ? limited : (limited.where(where) as Q);
}

async function identitiesOf(table: Table): Promise<ExemplarIdentity[]> {
  return (await table.query().select(IDENTITY_COLUMNS).toArray()).map(toIdentity);
}
