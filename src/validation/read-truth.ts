import { resolve } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { BASIC_LABELS, type BasicLabel, type LabelProbability } from "../domain/labels.ts";
import { codedValue, numberOf, RowProblem, type Votes, votesOf } from "../evaluation/dataset/truth-cells.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import { columnsInWords, isMissing, numberInCell, readTable, type TableRow } from "../platform/tables/table-rows.ts";

/** What people say of one face. */
export interface Truth {
  readonly line: number;
  readonly path: string;
  /** `F1`, `F2`, ... from left to right; `null` for the largest face of the image. */
  readonly faceId: string | null;
  readonly label: BasicLabel | null;
  /** Shares of raters. */
  readonly votes: readonly LabelProbability[] | null;
  readonly codes: Codes | null;
  /** Who it is; the path where no column says so. */
  readonly subject: string;
  readonly group: string | null;
}

/** Action units that somebody coded. */
export interface Codes {
  /** Intensity 0 to 5 where it was coded, else 1 for shown and 0 for not. */
  readonly values: ReadonlyMap<string, number>;
  /** Whether action units that are not listed were coded as absent: true of a list such as `12+25`. */
  readonly rest: "absent" | "not coded";
  readonly scale: "binary" | "intensity-0-5";
}

/** The rows of a table of labels that say something, and what is wrong with the others. */
export interface TruthTable {
  readonly truths: readonly Truth[];
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
  readonly namesSubjects: boolean;
  /** Labels that are none of the eight, with how many rows have them. */
  readonly otherLabels: ReadonlyMap<string, number>;
}

/** From this intensity on an action unit counts as shown: B, as databases of action units count. */
const SHOWN_FROM = 2;
const AU_COLUMN = /^au0*([1-9]\d?)(?:_[rc])?$/;
/** `12`, `AU12`, `L12`, `12C`, `R14B`: side in front, intensity behind. */
const CODE = /^(?:au)?([lrutb]?)0*([1-9]\d?)([a-e]?)$/i;
/** How far shares may miss 1 by rounding. */
const ROUNDING = 0.02;

/** @returns whether an action unit is shown; `undefined` where nobody coded it. */
export function isShown({ values, rest, scale }: Codes, au: string): boolean | undefined {
  const value = values.get(au);
  if (value === undefined) return rest === "absent" ? false : undefined;
  return value >= (scale === "binary" ? 1 : SHOWN_FROM);
}

/**
 * Reads a table with one row per face: `path`, and any of `face`, `label`, votes (a column for each label, or
 * `votes_<label>`), `codes` or a column for each action unit, `subject`, `group`.
 *
 * @throws {ConfigurationError} if no row of it says anything.
 */
export async function readTruth(table: string, folder: string): Promise<TruthTable> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read labels as ${reason}: \`${table}\``, options);
  const rows = await readTable(table, { refuse, rename: (name) => name.trim().toLowerCase() });
  const columns = Object.keys(rows[0]?.cells ?? {});
  const layout = layoutOf(columns, rows);
  const wrong = faultOf(columns, layout);
  if (wrong !== undefined) throw refuse(wrong);
  const read = rows.map((row) => readRow(row, { ...layout, folder }));
  const truths = read.flatMap((one) => ("truth" in one ? [one.truth] : []));
  const problems = read.flatMap((one) => ("reason" in one ? [one] : []));
  const otherLabels = new Map<string, number>();
  for (const { other } of read) if (other !== null) otherLabels.set(other, (otherLabels.get(other) ?? 0) + 1);
  if (truths.length === 0) {
    const [first] = problems;
    throw refuse(first === undefined ? "it says nothing" : `no row can be used (line ${first.line}: ${first.reason})`);
  }
  return { truths, problems, namesSubjects: columns.includes("subject"), otherLabels };
}

/** What is wrong with a whole table: what follows "as". */
function faultOf(columns: readonly string[], { votes, units }: Layout): string | undefined {
  if (columns.length === 0) return "the table has no rows";
  if (!columns.includes("path")) return `it has no column path (it has ${columnsInWords(columns)})`;
  if (votes.length + units.length > 0 || columns.includes("label") || columns.includes("codes")) return undefined;
  return "it has none of the columns label, votes_happiness and its like, codes, AU12 and its like";
}

type ReadRow = ({ readonly truth: Truth } | { readonly line: number; readonly reason: string }) & {
  /** Its label, where that is none of the eight. */
  readonly other: string | null;
};

function readRow(row: TableRow, layout: Layout & { readonly folder: string }): ReadRow {
  const label = row.cells.label?.trim() ?? "";
  const other = isMissing(label) || basicLabelOf(label) !== undefined ? null : label;
  try {
    const truth = truthOf(row, layout);
    if (truth.label !== null || truth.votes !== null || truth.codes !== null) return { truth, other };
    const reason =
      other === null
        ? "it has neither label, votes nor codes"
        : `its label "${other}" is none of ${BASIC_LABELS.join(", ")}, and it has no codes`;
    return { line: row.line, reason, other };
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return { line: row.line, reason: error.message, other };
  }
}

interface Layout {
  readonly votes: readonly { readonly label: BasicLabel; readonly column: string }[];
  readonly units: readonly { readonly au: string; readonly column: string }[];
  /** One for the whole table: a column of 0 and 1 among intensities is still one of intensities. */
  readonly scale: Codes["scale"];
}

function layoutOf(columns: readonly string[], rows: readonly TableRow[]): Layout {
  const votes = columns.flatMap((column) => {
    const label = basicLabelOf(column.replace(/^votes?[ _]/, ""));
    return label === undefined ? [] : [{ label, column }];
  });
  const units = columns.flatMap((column) => {
    const au = AU_COLUMN.exec(column)?.[1];
    return au === undefined ? [] : [{ au: `AU${au}`, column }];
  });
  const values = rows.flatMap(({ cells, decimalComma }) =>
    units.map(({ column }) => numberInCell(cells[column] ?? "", decimalComma) ?? 0),
  );
  return { votes, units, scale: values.some((value) => value > 0 && value !== 1) ? "intensity-0-5" : "binary" };
}

function truthOf({ line, cells, decimalComma }: TableRow, layout: Layout & { readonly folder: string }): Truth {
  const text = (column: string) => {
    const cell = cells[column]?.trim() ?? "";
    return cell === "" || (column !== "codes" && isMissing(cell)) ? null : cell;
  };
  const path = text("path");
  if (path === null) throw new RowProblem("its path is empty");
  const face = text("face");
  if (face !== null && !/^F?[1-9]\d*$/i.test(face)) {
    throw new RowProblem(`its face is "${face}", not F1, F2, ... from left to right`);
  }
  const numeric = (column: string) => numberOf({ column, text: cells[column] ?? "", decimalComma });
  const votes = votesOf(layout.votes.map(({ label, column }) => ({ label, count: numeric(column) })));
  if (votes !== null) checkShares(votes);
  const label = text("label");
  return {
    line,
    path: resolve(layout.folder, path),
    faceId: face === null ? null : `F${face.replace(/^F/i, "")}`,
    label:
      (label === null ? undefined : basicLabelOf(label)) ??
      (label === null && votes?.most.length === 1 ? votes.most[0] : null),
    votes: votes?.shares ?? null,
    codes: listedCodes(text("codes")) ?? columnCodes(layout, numeric),
    subject: text("subject") ?? path,
    group: text("group"),
  };
}

/** Counts may be any; what is given in parts has to be whole. */
function checkShares({ total, shares }: Votes<BasicLabel>): void {
  if (shares.every(({ probability }) => Number.isInteger(Number((probability * total).toFixed(9))))) return;
  if (Math.abs(total - 1) <= ROUNDING || Math.abs(total - 100) <= 100 * ROUNDING) return;
  throw new RowProblem(
    `its votes sum to ${Number(total.toFixed(4))}: give counts of raters, or shares that sum to 1 or to 100`,
  );
}

function listedCodes(cell: string | null): Codes | null {
  if (cell === null) return null;
  if (/^(?:0|none|neutral)$/i.test(cell)) return { values: new Map(), rest: "absent", scale: "binary" };
  const values = new Map<string, number>();
  for (const word of cell.split(/[+,;\s]+/).filter((one) => one !== "")) {
    const au = CODE.exec(word)?.[2];
    if (au === undefined) {
      throw new RowProblem(`its code "${word}" is no action unit: write 12+25, R14, 1C+2C, or 0 where none is shown`);
    }
    values.set(`AU${au}`, 1);
  }
  return { values, rest: "absent", scale: "binary" };
}

function columnCodes({ units, scale }: Layout, numeric: (column: string) => number | null): Codes | null {
  const coded = units.flatMap(({ au, column }) => {
    const value = numeric(column);
    return value === null ? [] : [[au, codedValue(au, value, 5)] as const];
  });
  return coded.length === 0 ? null : { values: new Map(coded), rest: "not coded", scale };
}
