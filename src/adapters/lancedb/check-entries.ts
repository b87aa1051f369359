import { StoreError } from "../../domain/errors.ts";
import { Exemplar, type ExemplarEntry } from "../../domain/exemplar.ts";

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
