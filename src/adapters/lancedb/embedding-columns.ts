import type { Table } from "@lancedb/lancedb";
import { DataType, type Field } from "apache-arrow";
import { StoreError } from "../../domain/errors.ts";
import type { ExemplarEntry } from "../../domain/exemplar.ts";
import type { ExpressionSpace } from "../../domain/expression-space.ts";
import type { EmbeddingChannel } from "../../ports/exemplar-store.ts";
import type { VectorLengths } from "./check-entries.ts";
import { EMBEDDER_KEY, EMBEDDING_COLUMNS } from "./schema.ts";

const CHANNELS: readonly EmbeddingChannel[] = ["text-embedding", "image-embedding"];

/** Who made the vectors of each embedding column; `null` where there is no such column. */
export async function embeddersOf(table: Table): Promise<Record<EmbeddingChannel, string | null>> {
  const fields = await embeddingFields(table);
  const embedder = (channel: EmbeddingChannel) => fields[channel]?.metadata.get(EMBEDDER_KEY) ?? null;
  return { "text-embedding": embedder("text-embedding"), "image-embedding": embedder("image-embedding") };
}

/** How long the vectors of each column are. */
export async function lengthsOf(table: Table, space: ExpressionSpace): Promise<VectorLengths> {
  return { expression: space.dimensions.length, ...(await lengthsOfColumns(table)) };
}

async function lengthsOfColumns(table: Table): Promise<Record<EmbeddingChannel, number | null>> {
  const fields = await embeddingFields(table);
  // Not instanceof: LanceDB's schema is made of its own copy of Arrow's classes.
  const length = (field: Field | undefined) => (DataType.isFixedSizeList(field?.type) ? field.type.listSize : null);
  return { "text-embedding": length(fields["text-embedding"]), "image-embedding": length(fields["image-embedding"]) };
}

/**
 * Adds the columns that the entries need, stamped with their embedder.
 * @throws {StoreError} if the store's vectors were made by another embedder: they are never compared.
 */
export async function ensureEmbeddings(
  table: Table,
  entries: readonly ExemplarEntry[],
  by: { readonly embedders: Partial<Record<EmbeddingChannel, string>>; readonly location: string },
): Promise<void> {
  const held = await embeddersOf(table);
  for (const channel of CHANNELS) {
    const vector = entries.map((entry) => vectorOf(entry, channel)).find((candidate) => candidate !== null);
    const embedder = by.embedders[channel];
    if (vector === undefined || vector === null || embedder === undefined) continue;
    const holder = held[channel];
    if (holder === embedder) continue;
    if (holder !== null) {
      throw new StoreError(
        by.location,
        `its ${channel}s were made by ${holder}, not by ${embedder}, and the two cannot be compared; use ${holder} or another store`,
      );
    }
    const name = EMBEDDING_COLUMNS[channel];
    if ((await lengthsOfColumns(table))[channel] === null) {
      // Given as SQL, since LanceDB knows Arrow's classes only from its own copy of Arrow.
      const valueSql = `arrow_cast(NULL, 'FixedSizeList(${vector.length}, Float32)')`;
      await table.addColumns([{ name, valueSql }]);
    }
    await table.updateFieldMetadata([{ path: name, metadata: { [EMBEDDER_KEY]: embedder } }]);
  }
}

function vectorOf(entry: ExemplarEntry, channel: EmbeddingChannel): Float32Array | null {
  return channel === "text-embedding" ? entry.textEmbedding : entry.imageEmbedding;
}

async function embeddingFields(table: Table): Promise<Partial<Record<EmbeddingChannel, Field>>> {
  const { fields } = await table.schema();
  return Object.fromEntries(
    CHANNELS.flatMap((channel) => {
      const field = fields.find((candidate) => candidate.name === EMBEDDING_COLUMNS[channel]);
      return field === undefined ? [] : [[channel, field]];
    }),
  );
}
