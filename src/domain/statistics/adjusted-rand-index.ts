/**
 * Agreement of two clusterings of the same items, corrected for chance (Hubert and Arabie 1985): 1 for the same
 * partition, about 0 for unrelated ones. `null` of fewer than two items.
 * @throws {RangeError} when the clusterings do not have one label per item each.
 */
export function adjustedRandIndex(a: readonly (string | number)[], b: readonly (string | number)[]): number | null {
  if (a.length !== b.length) {
    throw new RangeError(`Two clusterings of the same items are needed, not of ${a.length} and ${b.length}`);
  }
  if (a.length < 2) return null;
  const cells = new Map<string, number>();
  const rows = new Map<string | number, number>();
  const columns = new Map<string | number, number>();
  a.forEach((left, i) => {
    const right = b[i] as string | number;
    count(cells, JSON.stringify([left, right]));
    count(rows, left);
    count(columns, right);
  });
  const together = pairsIn(cells);
  const inRows = pairsIn(rows);
  const inColumns = pairsIn(columns);
  const expected = (inRows * inColumns) / pairs(a.length);
  const highest = (inRows + inColumns) / 2;
  // Both partitions are all-in-one or all-apart: they are the same.
  return highest === expected ? 1 : (together - expected) / (highest - expected);
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, 1 + (counts.get(key) ?? 0));
}

function pairs(n: number): number {
  return (n * (n - 1)) / 2;
}

function pairsIn<K>(counts: ReadonlyMap<K, number>): number {
  let sum = 0;
  for (const n of counts.values()) sum += pairs(n);
  return sum;
}
