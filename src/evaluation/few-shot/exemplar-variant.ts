import type { ExemplarSource } from "../../ports/exemplar-source.ts";

/** How the chosen exemplars are shown: as chosen, in the nth Latin-square order, or without the nth of them. */
export type ExemplarVariant = "as chosen" | `order ${number}` | `without ${number}`;

/** The variants that an audit asks for; without exemplars there is nothing to vary. */
export function variantsOf(
  shots: number,
  audit: { readonly orders: number; readonly leaveOneOut: boolean } | undefined,
): ExemplarVariant[] {
  if (shots === 0 || audit === undefined) return ["as chosen"];
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  return [
    "as chosen",
    ...numbers(Math.min(audit.orders, shots)).map((n): ExemplarVariant => `order ${n}`),
    ...(audit.leaveOneOut ? numbers(shots).map((n): ExemplarVariant => `without ${n}`) : []),
  ];
}

/** The same source with its choice re-ordered, or one of it left out. */
export function variedSource(source: ExemplarSource, variant: ExemplarVariant): ExemplarSource {
  const [kind, text] = variant.split(" ");
  const n = Number(text);
  if (kind !== "order" && kind !== "without") return source;
  return {
    async choose(query, signal) {
      const chosen = await source.choose(query, signal);
      const { exemplars } = chosen;
      const kept =
        kind === "without"
          ? exemplars.filter((_, place) => place !== n - 1)
          : latinSquareRow(exemplars.length, n - 1).flatMap((place) => exemplars[place] ?? []);
      return { ...chosen, exemplars: kept };
    },
  };
}

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
