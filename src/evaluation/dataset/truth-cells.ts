import { numberInCell } from "../../platform/tables/table-rows.ts";

/** A row of a table that cannot be used: its message is the reason, what follows "line 7:". */
export class RowProblem extends Error {}

/** A cell with its column; `null` for one that is empty. */
interface Cell {
  readonly column: string | undefined;
  readonly text: string | null;
  readonly decimalComma: boolean;
}

/** The number in a cell, `null` where it is empty. @throws {RowProblem} */
export function numberOf({ column, text, decimalComma }: Cell): number | null {
  const value = text === null ? Number.NaN : numberInCell(text, decimalComma);
  if (value === undefined) throw new RowProblem(`its cell "${column}" is "${text}", which is not a number`);
  return Number.isNaN(value) ? null : value;
}

/** What raters voted for. */
export interface Votes<Label extends string> {
  readonly total: number;
  readonly shares: readonly { readonly label: Label; readonly probability: number }[];
  /** The labels that most raters gave: more than one at a tie. */
  readonly most: readonly [Label, ...Label[]];
}

/** The votes of a row, `null` where every cell is empty. @throws {RowProblem} */
export function votesOf<Label extends string>(
  counts: readonly { readonly label: Label; readonly count: number | null }[],
): Votes<Label> | null {
  if (counts.every(({ count }) => count === null)) return null;
  const given = counts.map(({ label, count }) => ({ label, count: count ?? 0 }));
  if (given.some(({ count }) => count < 0)) throw new RowProblem("it has fewer than 0 votes for a label");
  const total = given.reduce((sum, { count }) => sum + count, 0);
  const highest = Math.max(...given.map(({ count }) => count));
  const [first, ...others] = given.filter(({ count }) => count === highest).map(({ label }) => label);
  if (first === undefined || total === 0) throw new RowProblem("nobody voted for a label of it");
  const shares = given.map(({ label, count }) => ({ label, probability: count / total }));
  return { total, shares, most: [first, ...others] };
}

/** Checks how strongly an action unit was coded. @param most 1 for present or absent, 5 for intensities. @throws {RowProblem} */
export function codedValue(column: string, value: number, most: 1 | 5): number {
  if (value >= 0 && value <= most) return value;
  throw new RowProblem(`its cell "${column}" is ${value}, not a number from 0 to ${most}`);
}
