/**
 * The faces of a study as columns, for the studio's page and for the tables it hands out: pure, so that both filter alike.
 * A text stands as its place in the column's dictionary; what was not measured is NaN. An image without a face is a row too.
 */
export interface StudyColumns {
  /** Columns of text, e.g. `path`, `face_id`, `warnings`, and one for each classifier with its likeliest label. */
  readonly texts: readonly string[];
  /** Columns of numbers, as faces.csv names them. */
  readonly numbers: readonly string[];
  /** Those of the numbers that are action units of the whole face, each with `<name>_weight` where the toolbox gives one. */
  readonly units: readonly string[];
  /** Those of the texts that are labels. */
  readonly classifiers: readonly string[];
}

/** Some rows more. `values` has all columns one after another, texts first. */
export interface RowChunk {
  readonly rows: number;
  /** What the dictionaries of the columns of text grow by. */
  readonly words: readonly (readonly string[])[];
  readonly values: Float32Array;
}

export class StudyRows {
  readonly columns: StudyColumns;
  count = 0;
  readonly #words: string[][];
  readonly #values: Float32Array[];

  constructor(columns: StudyColumns) {
    this.columns = columns;
    this.#words = columns.texts.map(() => []);
    this.#values = [...columns.texts, ...columns.numbers].map(() => new Float32Array(1024));
  }

  append({ rows, words, values }: RowChunk): void {
    for (const [column, more] of words.entries()) for (const word of more) this.#words[column]?.push(word);
    for (const [column, kept] of this.#values.entries()) {
      const room = kept.length < this.count + rows ? grown(kept, this.count + rows) : kept;
      room.set(values.subarray(column * rows, (column + 1) * rows), this.count);
      this.#values[column] = room;
    }
    this.count += rows;
  }

  /** All rows again: the first few, then more at a time, each part with the words that come up in it. */
  *parts(first: number, more: number): Generator<RowChunk> {
    const told = this.#words.map(() => 0);
    for (let [from, to] = [0, first]; from === 0 || from < this.count; [from, to] = [to, to + more]) {
      const rows = Math.min(to, this.count) - from;
      const values = new Float32Array(this.#values.length * rows);
      for (const [at, column] of this.#values.entries()) values.set(column.subarray(from, from + rows), at * rows);
      const words = this.#words.map((all, column) => {
        const [before, places] = [told[column] as number, values.subarray(column * rows, (column + 1) * rows)];
        const after = places.reduce((most, place) => Math.max(most, place + 1), before);
        told[column] = after;
        return all.slice(before, after);
      });
      yield { rows, words, values };
    }
  }

  /** The numbers of a column, or the places of its texts; as long as `count` or longer. */
  values(name: string): Float32Array {
    const { texts, numbers } = this.columns;
    const at = texts.includes(name) ? texts.indexOf(name) : texts.length + numbers.indexOf(name);
    return this.#values[at] ?? new Float32Array(this.count).fill(Number.NaN);
  }

  /** Every text that a column has. */
  words(name: string): readonly string[] {
    return this.#words[this.columns.texts.indexOf(name)] ?? [];
  }

  text(name: string, row: number): string {
    return this.words(name)[this.values(name)[row] as number] ?? "";
  }

  number(name: string, row: number): number {
    return this.values(name)[row] as number;
  }
}

/** The same numbers with room for more. */
export function grown(values: Float32Array, atLeast: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(atLeast, values.length * 2));
  larger.set(values);
  return larger;
}

/** Columns that the reader adds to those of faces.csv. */
export const LABEL = "label";
export const DISAGREE = "classifiers_disagree";

/** How many rows fall into each of equal bins between the ends of all values of a column. */
interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly all: readonly number[];
  readonly shown: readonly number[];
}

/** `null` where nothing of the column was measured. */
export function histogram(rows: StudyRows, shown: Uint32Array, name: string, bins: number): Histogram | null {
  const values = rows.values(name);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < rows.count; row++) {
    const value = values[row] as number;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (from > to) return null;
  if (from >= 0 && to <= 1) [from, to] = [0, 1];
  const [all, some] = [new Array<number>(bins).fill(0), new Array<number>(bins).fill(0)];
  const add = (counts: number[], row: number) => {
    const value = values[row] as number;
    if (Number.isNaN(value)) return;
    const bin = to === from ? 0 : Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins));
    counts[bin] = (counts[bin] as number) + 1;
  };
  for (let row = 0; row < rows.count; row++) add(all, row);
  for (const row of shown) add(some, row);
  return { from, to, all, shown: some };
}

/** How many of some rows have each label, the commonest first; faces without one are not counted. */
export function countLabels(rows: StudyRows, shown: Uint32Array): { readonly label: string; readonly count: number }[] {
  const [words, places] = [rows.words(LABEL), rows.values(LABEL)];
  const counts = new Array<number>(words.length).fill(0);
  for (const row of shown) {
    const at = places[row] as number;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return words
    .map((label, at) => ({ label, count: counts[at] as number }))
    .filter(({ label }) => label !== "")
    .sort((a, b) => b.count - a.count);
}
