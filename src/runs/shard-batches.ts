import { ConfigurationError } from "../domain/errors.ts";
import type { KeptKeys } from "../platform/kept-keys.ts";
import { NO_COUNTS, type RowBatch, sumOfCounts } from "./run-rows.ts";
import { SHARD_FILE } from "./shard.ts";
import type { ShardInput, ShardTables } from "./shard-tables.ts";

/** Rows that are written together. */
const BATCH_BYTES = 1 << 24;

/**
 * The rows of all shards in the order of the inputs, many at once.
 *
 * @param owners numbers of the shards by the place of the input. @param done inputs that are left out.
 */
export async function* batchesInOrder(
  tables: readonly ShardTables[],
  owners: Uint16Array,
  done: KeptKeys,
): AsyncGenerator<RowBatch> {
  const inputs = tables.map((shard) => shard.inputs());
  let [batch, next] = [createBatch(), createBatch()];
  try {
    for (const [place, number] of owners.entries()) {
      const shard = tables[number - 1];
      const input = (await inputs[number - 1]?.next())?.value;
      if (shard === undefined || input === undefined || input.place !== place) throw doNotAddUp(shard?.folder ?? "");
      if (done.has(input.key)) continue;
      await shard.copyRows(input, batch.add);
      batch.end(input);
      if (batch.bytes() < BATCH_BYTES) continue;
      yield batch.whole();
      [batch, next] = [next, batch];
      batch.empty();
    }
    if (batch.bytes() > 0 || batch.whole().done.length > 0) yield batch.whole();
  } finally {
    for (const each of inputs) await each.return(undefined);
  }
}

/** Gathers rows of many inputs in memory that is used again and again. */
function createBatch() {
  const rows = new Map<string, { bytes: Buffer; length: number }>();
  let done: string[] = [];
  let counts = NO_COUNTS;
  return {
    add(name: string, more: Buffer) {
      const table = rows.get(name) ?? { bytes: Buffer.alloc(0), length: 0 };
      rows.set(name, table);
      const length = table.length + more.length;
      if (length > table.bytes.length) {
        const larger = Buffer.allocUnsafeSlow(2 * length);
        table.bytes.copy(larger, 0, 0, table.length);
        table.bytes = larger;
      }
      more.copy(table.bytes, table.length);
      table.length = length;
    },
    end(input: ShardInput) {
      if (input.done) done.push(input.key);
      counts = sumOfCounts(counts, input.counts);
    },
    bytes: () => [...rows.values()].reduce((sum, { length }) => sum + length, 0),
    whole: (): RowBatch => ({
      ...{ done, counts },
      rows: new Map([...rows].map(([name, { bytes, length }]) => [name, bytes.subarray(0, length)])),
    }),
    empty() {
      done = [];
      counts = NO_COUNTS;
      for (const table of rows.values()) table.length = 0;
    },
  };
}

export function doNotAddUp(folder: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot merge as the shards do not add up to the inputs that were shared out: its ${SHARD_FILE} was changed, so run the shard again with --force (\`${folder}\`)`,
  );
}
