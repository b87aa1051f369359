/**
 * Agreement of two clusterings of the same items, corrected for chance (Hubert and Arabie 1985): 1 for the same
 * partition, about 0 for unrelated ones. `null` of fewer than two items.
 * @throws {RangeError} when the clusterings do not have one label per item each.
 */
export function adjustedRandIndex(a: readonly (string | number)[], b: readonly (string | number)[]): number | null {
  if (a.length !== b.length) {
    throw new RangeError(`Two clusterings of the same items are needed, not of ${a.length} and ${b.length}`);
  }
  const cells = new Map<string, number>();
  const rows = new Map<string | number, number>();
  const columns = new Map<string | number, number>();
  a.forEach((left, i) => {
    const right = b[i] as string | number;
    count(cells, JSON.stringify([left, right]));
    count(rows, left);
    count(columns, right);
  });
  return fromCounts([...cells.values()], { rows: [...rows.values()], columns: [...columns.values()], n: a.length });
}

/** The same of "in the set or not" by two sets, of which so many items are in both, of so many in all. */
export function adjustedRandOfSets(sets: {
  readonly first: number;
  readonly second: number;
  readonly both: number;
  readonly of: number;
}): number | null {
  const { first, second, both, of: n } = sets;
  const cells = [both, first - both, second - both, n - first - second + both];
  return fromCounts(cells, { rows: [first, n - first], columns: [second, n - second], n });
}

interface Margins {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly n: number;
}

function fromCounts(cells: readonly number[], { rows, columns, n }: Margins): number | null {
  if (n < 2) return null;
  const [together, inRows, inColumns] = [pairsIn(cells), pairsIn(rows), pairsIn(columns)];
  const expected = (inRows * inColumns) / pairs(n);
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

function pairsIn(counts: readonly number[]): number {
  return counts.reduce((sum, n) => sum + pairs(n), 0);
}
