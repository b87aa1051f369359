import { createRequire } from "node:module";
import type { Table } from "@lancedb/lancedb";
import type { Field } from "apache-arrow";
import { StoreError } from "../../domain/errors.ts";
import type { ExemplarEntry } from "../../domain/exemplar.ts";

const require = createRequire(import.meta.url);

/**
 * Arrow's classes in the copy of LanceDB's own, the CommonJS one: it takes a column as an instance of no other. They are
 * loaded when they are first needed, as LanceDB is.
 */
export const arrow = (): typeof import("apache-arrow") => require("apache-arrow");

/** The column is made with the first embedding, since only then the length of its vectors is known. */
export const TEXT_EMBEDDING_COLUMN = "text_embedding";
/** Key in the column's metadata. */
const EMBEDDER_KEY = "kuleshov.embedder";

/** Who made the text embeddings; `null` where the store has none. */
export async function textEmbedderOf(table: Table): Promise<string | null> {
  return (await columnOf(table))?.metadata.get(EMBEDDER_KEY) ?? null;
}

/** How long the text embeddings are; `null` where the store has none. */
export async function embeddingLengthOf(table: Table): Promise<number | null> {
  const type = (await columnOf(table))?.type;
  return arrow().DataType.isFixedSizeList(type) ? type.listSize : null;
}

/**
 * Makes the column when entries bring the first embeddings, stamped with their embedder.
 * @throws {StoreError} if the store's embeddings were made by another embedder: they are never compared.
 */
export async function ensureEmbeddingColumn(
  table: Table,
  entries: readonly ExemplarEntry[],
  by: { readonly textEmbedder: string | null; readonly location: string },
): Promise<void> {
  const vector = entries.map((entry) => entry.textEmbedding).find((candidate) => candidate !== null);
  if (vector === undefined || vector === null || by.textEmbedder === null) return;
  const holder = await textEmbedderOf(table);
  if (holder === by.textEmbedder) return;
  if (holder !== null) {
    throw new StoreError(
      by.location,
      `its text embeddings were made by ${holder}, not by ${by.textEmbedder}, and the two cannot be compared; use ${holder} or another store`,
    );
  }
  await table.addColumns(vectorColumn(vector.length, by.textEmbedder));
}

/** float32 [length], null for what is stored already; the embedder's id is part of the column. */
function vectorColumn(length: number, embedder: string): Field {
  const { Field, FixedSizeList, Float32 } = arrow();
  const type = new FixedSizeList(length, new Field("item", new Float32(), true));
  return new Field(TEXT_EMBEDDING_COLUMN, type, true, new Map([[EMBEDDER_KEY, embedder]]));
}

async function columnOf(table: Table): Promise<Field | undefined> {
  return (await table.schema()).fields.find(({ name }) => name === TEXT_EMBEDDING_COLUMN);
}
