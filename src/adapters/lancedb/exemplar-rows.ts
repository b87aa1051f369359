import { StoreError } from "../../domain/errors.ts";
import { Exemplar, type ExemplarEntry, exemplarText } from "../../domain/exemplar.ts";
import type { EmbeddedExemplar, ExemplarIdentity } from "../../ports/exemplar-store.ts";
import { TEXT_EMBEDDING_COLUMN } from "./text-embeddings.ts";

export const PLACED_COLUMNS = ["record", "expression"];
export const IDENTITY_COLUMNS = ["id", "category", "image_sha256", "image_hash", "region_hash"];

/** One row as LanceDB takes it; `withEmbedding` when the table has a column of text embeddings. */
export function toRow(entry: ExemplarEntry, withEmbedding: boolean): Record<string, unknown> {
  const { exemplar } = entry;
  return {
    id: exemplar.id,
    category: exemplar.category,
    role: exemplar.role,
    labeller: exemplar.labeller,
    licence: exemplar.licence,
    pack: exemplar.pack,
    toolboxes: exemplar.measurements.map((measurement) => measurement.toolbox),
    image_sha256: exemplar.image.sha256,
    image_hash: exemplar.image.hash,
    region_hash: exemplar.regionHash,
    text: exemplarText(exemplar),
    record: JSON.stringify(exemplar),
    expression: entry.expression,
    view: entry.view === null ? null : Buffer.from(entry.view),
    ...(withEmbedding ? { [TEXT_EMBEDDING_COLUMN]: entry.textEmbedding } : {}),
  };
}

/** @param row of {@link IDENTITY_COLUMNS}. */
export function toIdentity(row: Record<string, unknown>): ExemplarIdentity {
  return {
    id: String(row.id),
    category: String(row.category),
    imageSha256: String(row.image_sha256),
    imageHash: row.image_hash === null ? null : String(row.image_hash),
    regionHash: row.region_hash === null ? null : String(row.region_hash),
  };
}

/** @param row of {@link PLACED_COLUMNS}. @throws {StoreError} if the record is not an exemplar. */
export function toPlaced(row: Record<string, unknown>, location: string): EmbeddedExemplar {
  return { exemplar: fromRecord(row.record, location), expression: toVector(row.expression) };
}

/** @throws {StoreError} if the record is not an exemplar. */
export function toEntry(row: Record<string, unknown>, location: string): ExemplarEntry {
  const view = row.view;
  return {
    exemplar: fromRecord(row.record, location),
    expression: toVector(row.expression),
    textEmbedding: toVector(row[TEXT_EMBEDDING_COLUMN]),
    view: view instanceof Uint8Array ? new Uint8Array(view) : null,
  };
}

/** float32 of one length: LanceDB hands back Arrow vectors, and null or undefined where there is none. */
export function toVector(value: unknown): Float32Array | null {
  if (value === null || value === undefined) return null;
  return Float32Array.from(value as Iterable<number>);
}

/** @throws {StoreError} if the record is not an exemplar. */
export function fromRecord(record: unknown, location: string): Exemplar {
  try {
    return Exemplar.parse(JSON.parse(String(record)));
  } catch (error) {
    throw new StoreError(location, "one of its records is damaged; restore it from a backup or import again", {
      cause: error,
    });
  }
}

/** Lengths that vectors must have; `null` where the store has no such column yet. */
interface VectorLengths {
  readonly expression: number;
  readonly textEmbedding: number | null;
}

/**
 * LanceDB pads or cuts vectors of another length without a word and takes rows without an id, so everything is checked
 * before it is written.
 * @throws {StoreError} naming the first exemplar that cannot be kept.
 */
export function checkEntries(entries: readonly ExemplarEntry[], lengths: VectorLengths, location: string): void {
  for (const entry of entries) {
    const exemplar = Exemplar.safeParse(entry.exemplar);
    if (!exemplar.success) {
      const issue = exemplar.error.issues[0];
      throw new StoreError(location, `an exemplar is not valid (${issue?.path.join(".")}: ${issue?.message})`);
    }
    const problem =
      problemOf(entry.expression, lengths.expression, "expression vector") ??
      problemOf(entry.textEmbedding, lengths.textEmbedding, "text embedding");
    if (problem !== undefined) throw new StoreError(location, `exemplar ${entry.exemplar.id} has ${problem}`);
  }
}

function problemOf(vector: Float32Array | null, length: number | null, name: string): string | undefined {
  if (vector === null) return undefined;
  if (length === null) return `a ${name}, but nothing says which embedder made it`;
  if (vector.length !== length) return `a ${name} of ${vector.length} numbers where the store holds ${length}`;
  return vector.every(Number.isFinite) ? undefined : `a ${name} with a value that is no number`;
}
