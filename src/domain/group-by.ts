/** Items by a key of theirs, keys in the order of their first item. (`Map.groupBy` needs Node 21.) */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** What stands most often in a list, the first of several, with how often; `undefined` for an empty list. */
export function commonest<T>(items: Iterable<T>): { readonly item: T; readonly count: number } | undefined {
  const [first] = [...groupBy(items, (item) => item)].sort(([, a], [, b]) => b.length - a.length);
  return first && { item: first[0], count: first[1].length };
}
