import { MINIMUM_WEIGHT } from "../domain/presence.ts";
import { DISAGREE, LABEL, type StudyRows } from "./study-rows.ts";

/** Which rows are shown, in the words of the page's address. */
export interface RowFilter {
  readonly show: "all" | "counted" | "excluded" | "no face" | "disagree";
  readonly label: string | null;
  /** A column of `units`. */
  readonly unit: string | null;
  readonly from: number | null;
  readonly to: number | null;
  /** Least quality. */
  readonly quality: number | null;
  /** Highest quality, to look at the worst. */
  readonly qualityTo: number | null;
  /** Part of the image's path. */
  readonly name: string;
  /** A column; `null` for the order of the study. */
  readonly sort: string | null;
  readonly down: boolean;
}

export const SHOWN = ["all", "counted", "excluded", "no face", "disagree"] as const;

/** What an address says; whatever is no such word is left out. */
export function readRowFilter(query: URLSearchParams): RowFilter {
  const number = (name: string) => {
    const text = query.get(name);
    const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
    return Number.isNaN(value) ? null : value;
  };
  return {
    show: SHOWN.find((each) => each === query.get("show")) ?? "all",
    ...{ label: query.get("label"), unit: query.get("unit"), from: number("from"), to: number("to") },
    ...{ quality: number("quality"), qualityTo: number("qualityTo"), name: query.get("name") ?? "" },
    ...{ sort: query.get("sort"), down: query.get("down") !== null },
  };
}

/** The rows that a filter lets through, sorted as it says. @param isExcluded one entry for each row: 1 for excluded. */
export function filterRows(rows: StudyRows, isExcluded: Uint8Array, filter: RowFilter): Uint32Array {
  const kept = new Uint32Array(rows.count);
  const tests = testsOf(rows, isExcluded, filter);
  let count = 0;
  for (let row = 0; row < rows.count; row++) {
    if (tests.every((test) => test(row))) kept[count++] = row;
  }
  return sorted(kept.subarray(0, count), rows, filter);
}

type Test = (row: number) => boolean;

function testsOf(rows: StudyRows, isExcluded: Uint8Array, filter: RowFilter): Test[] {
  const tests: Test[] = [];
  const [faces, disagree] = [rows.values("face_id"), rows.values(DISAGREE)];
  const noFace = rows.words("face_id").indexOf("");
  if (filter.show === "counted") tests.push((row) => isExcluded[row] !== 1);
  if (filter.show === "excluded") tests.push((row) => isExcluded[row] === 1);
  if (filter.show === "no face") tests.push((row) => faces[row] === noFace);
  if (filter.show === "disagree") tests.push((row) => disagree[row] === 1);
  if (filter.label !== null) {
    const [labels, wanted] = [rows.values(LABEL), rows.words(LABEL).indexOf(filter.label)];
    tests.push((row) => labels[row] === wanted);
  }
  tests.push(...unitTests(rows, filter));
  if (filter.quality !== null || filter.qualityTo !== null) {
    tests.push(between(rows.values("quality"), filter.quality, filter.qualityTo));
  }
  if (filter.name !== "") {
    const [paths, part] = [rows.values("path"), filter.name.toLowerCase()];
    const holds = rows.words("path").map((path) => path.toLowerCase().includes(part));
    tests.push((row) => holds[paths[row] as number] === true);
  }
  return tests;
}

/** An action unit that cannot be trusted on a face is neither high nor low there. */
function unitTests(rows: StudyRows, { unit, from, to }: RowFilter): Test[] {
  if (unit === null || (from === null && to === null)) return [];
  const within = between(rows.values(unit), from, to);
  const weights = rows.values(`${unit}_weight`);
  return [(row) => within(row) && !((weights[row] as number) < MINIMUM_WEIGHT)];
}

function between(values: Float32Array, from: number | null, to: number | null): Test {
  // What is written in decimals and held as a 32-bit float is compared as it is held.
  const [low, high] = [Math.fround(from ?? Number.NEGATIVE_INFINITY), Math.fround(to ?? Number.POSITIVE_INFINITY)];
  return (row) => (values[row] as number) >= low && (values[row] as number) <= high;
}

/** What is not measured comes last in either direction; rows of one value keep the order of the study. */
function sorted(kept: Uint32Array, rows: StudyRows, { sort, down }: RowFilter): Uint32Array {
  const { texts, numbers } = rows.columns;
  if (sort === null || !(texts.includes(sort) || numbers.includes(sort))) return down ? kept.reverse() : kept;
  const values = texts.includes(sort) ? ranks(rows, sort) : rows.values(sort);
  const direction = down ? -1 : 1;
  return kept.sort((a, b) => {
    const [x, y] = [values[a] as number, values[b] as number];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return direction * (x - y) || a - b;
  });
}

/** The alphabetical place of each row's text. */
function ranks(rows: StudyRows, name: string): Float32Array {
  const words = rows.words(name);
  const order = words.map((_, at) => at).sort((a, b) => ((words[a] as string) < (words[b] as string) ? -1 : 1));
  const rankOf = new Float32Array(words.length);
  for (const [rank, at] of order.entries()) rankOf[at] = words[at] === "" ? Number.NaN : rank;
  const places = rows.values(name);
  return Float32Array.from({ length: rows.count }, (_, row) => rankOf[places[row] as number] ?? Number.NaN);
}
