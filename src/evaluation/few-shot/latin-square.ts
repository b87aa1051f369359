/**
 * Row `row` (from 0) of a balanced Latin square of `size` (Williams 1949): over `size` rows every item stands once in
 * every place and, for even sizes, follows every other item once.
 */
export function latinSquareRow(size: number, row: number): number[] {
  const first = Array.from({ length: size }, (_, place) =>
    place % 2 === 1 ? (place + 1) / 2 : (size - place / 2) % size,
  );
  return first.map((item) => (item + row) % size);
}
