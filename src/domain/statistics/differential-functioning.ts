import { normalCdf } from "./normal-distribution.ts";

/** One decision about an item, such as a label or an action unit. */
export interface ItemDecision {
  /** What people coded: 0 or 1, or an intensity. */
  readonly coded: number;
  /** Whether the model said that it is there. */
  readonly said: boolean;
  readonly group: string;
}

/** Whether a model says the same of the same code in every group. */
export interface DifferentialFunctioning {
  /** Twice the gain in log likelihood from knowing the group, by itself and with the code. */
  readonly chiSquare: number;
  readonly degrees: number;
  /** By the chi-square distribution, which takes decisions for independent. */
  readonly pValue: number;
  /** Of that, the part of the group by itself: it says the item more often, whatever is coded. */
  readonly uniform: number;
  /** Gain in Nagelkerke's R squared: negligible under .035, large above .070 (Jodoin and Gierl 2001). */
  readonly effect: number;
}

/** Each group must have so many decisions with the item coded, and without it. */
const FEWEST = 5;

/**
 * Differential item functioning by logistic regression (Swaminathan and Rogers 1990): what the model says by what was coded,
 * with and without the group and its interaction.
 *
 * @returns `null` under two groups with five decisions each of both kinds, or where the model always says the same.
 */
export function differentialFunctioning(decisions: readonly ItemDecision[]): DifferentialFunctioning | null {
  const cells = cellsOf(decisions);
  const dummies = dummiesOf(cells);
  if (dummies === null) return null;
  const n = decisions.length;
  const said = cells.reduce((sum, one) => sum + one.said, 0);
  const alone = logLikelihood(cells, aloneRow);
  const withGroup = logLikelihood(cells, ({ coded, group }) => [1, coded, ...dummies(group)]);
  const whole = logLikelihood(cells, wholeRow(dummies));
  const none = said * Math.log(said / n) + (n - said) * Math.log(1 - said / n);
  const explained = (value: number) => (1 - Math.exp((2 * (none - value)) / n)) / (1 - Math.exp((2 * none) / n));
  const chiSquare = Math.max(0, 2 * (whole - alone));
  const degrees = 2 * dummies("").length;
  return {
    ...{ chiSquare, degrees, pValue: chiSquareTail(chiSquare, degrees) },
    uniform: Math.max(0, 2 * (withGroup - alone)),
    effect: Math.max(0, explained(whole) - explained(alone)),
  };
}

/** Its chi-square by itself, for permutations. */
export function functioningChiSquare(decisions: readonly ItemDecision[]): number | null {
  const cells = cellsOf(decisions);
  const dummies = dummiesOf(cells);
  if (dummies === null) return null;
  return Math.max(0, 2 * (logLikelihood(cells, wholeRow(dummies)) - logLikelihood(cells, aloneRow)));
}

type RowOf = (cell: Pick<Cell, "coded" | "group">) => readonly number[];
type Dummies = (group: string) => readonly number[];

const aloneRow: RowOf = ({ coded }) => [1, coded];

function wholeRow(dummies: Dummies): RowOf {
  return ({ coded, group }) => {
    const own = dummies(group);
    return [1, coded, ...own, ...own.map((dummy) => dummy * coded)];
  };
}

/** The groups but the first as zeros and ones; `null` where there is too little to compare. */
function dummiesOf(cells: readonly Cell[]): Dummies | null {
  const groups = [...new Set(cells.map(({ group }) => group))].sort();
  const isEnough = groups.every((group) =>
    [true, false].every(
      (shown) =>
        cells.reduce((sum, one) => (one.group === group && one.coded > 0 === shown ? sum + one.n : sum), 0) >= FEWEST,
    ),
  );
  const differs = cells.some(({ said }) => said > 0) && cells.some(({ n, said }) => said < n);
  if (groups.length < 2 || !isEnough || !differs) return null;
  return (group) => groups.slice(1).map((one) => (one === group ? 1 : 0));
}

interface Cell {
  readonly coded: number;
  readonly group: string;
  n: number;
  said: number;
}

/** Decisions with the same code and group, counted. */
function cellsOf(decisions: readonly ItemDecision[]): readonly Cell[] {
  const cells = new Map<string, Cell>();
  for (const { coded, said, group } of decisions) {
    const key = `${coded} ${group}`;
    const cell = cells.get(key) ?? { coded, group, n: 0, said: 0 };
    cells.set(key, cell);
    cell.n++;
    if (said) cell.said++;
  }
  return [...cells.values()];
}

/**
 * Log likelihood of a logistic regression at its maximum, by Newton's steps. Where an item is told perfectly the maximum lies
 * at infinity, and the likelihood still converges.
 */
function logLikelihood(all: readonly Cell[], rowOf: RowOf): number {
  const merged = new Map<string, { row: readonly number[]; n: number; said: number }>();
  for (const cell of all) {
    const row = rowOf(cell);
    const known = merged.get(row.join());
    if (known === undefined) merged.set(row.join(), { row, n: cell.n, said: cell.said });
    else [known.n, known.said] = [known.n + cell.n, known.said + cell.said];
  }
  const cells = [...merged.values()];
  const rows = cells.map(({ row }) => row);
  const size = rows[0]?.length ?? 0;
  // As many parameters as cells: each has its own share.
  if (cells.length === size) {
    const part = (count: number, n: number) => (count === 0 ? 0 : count * Math.log(count / n));
    return cells.reduce((sum, { n, said }) => sum + part(said, n) + part(n - said, n), 0);
  }
  let beta = new Array<number>(size).fill(0);
  const valueAt = (at: readonly number[]) =>
    cells.reduce((sum, { n, said }, i) => {
      const eta = dot(rows[i] as readonly number[], at);
      // ln(1 + e^eta) without overflow
      return sum + said * eta - n * (Math.max(eta, 0) + Math.log1p(Math.exp(-Math.abs(eta))));
    }, 0);
  let value = valueAt(beta);
  for (let step = 0; step < 60; step++) {
    const gradient = new Array<number>(size).fill(0);
    const information = gradient.map((_, i) => gradient.map((_one, j) => (i === j ? 1e-10 : 0)));
    cells.forEach(({ n, said }, at) => {
      const row = rows[at] as readonly number[];
      const p = 1 / (1 + Math.exp(-dot(row, beta)));
      row.forEach((x, i) => {
        gradient[i] = (gradient[i] as number) + x * (said - n * p);
        row.forEach((y, j) => {
          (information[i] as number[])[j] = ((information[i] as number[])[j] as number) + n * p * (1 - p) * x * y;
        });
      });
    });
    const move = solved(information, gradient);
    let [scale, next] = [1, beta];
    let reached = Number.NEGATIVE_INFINITY;
    for (; scale > 1e-6 && !(reached >= value); scale /= 2) {
      next = beta.map((one, i) => one + scale * (move[i] as number));
      reached = valueAt(next);
    }
    if (!(reached > value + 1e-12)) break;
    [beta, value] = [next, reached];
  }
  return value;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, one, i) => sum + one * (b[i] as number), 0);
}

/** Gaussian elimination with pivots. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.reduce(
      (best, row, i) =>
        i > column && Math.abs(row[column] as number) > Math.abs(rows[best]?.[column] as number) ? i : best,
      column,
    );
    [rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]];
    const own = rows[column] as number[];
    rows.forEach((row, i) => {
      if (i === column) return;
      const factor = (row[column] as number) / (own[column] as number);
      for (let j = column; j < row.length; j++) row[j] = (row[j] as number) - factor * (own[j] as number);
    });
  }
  return rows.map((row, i) => (row.at(-1) as number) / (row[i] as number));
}

/** P(chi-square > x) with a whole number of degrees of freedom, by its recurrence from one or two of them. */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(x > 0)) return 1;
  let tail = degrees % 2 === 0 ? Math.exp(-x / 2) : 2 * normalCdf(-Math.sqrt(x));
  let term = degrees % 2 === 0 ? Math.exp(-x / 2) : Math.sqrt((2 * x) / Math.PI) * Math.exp(-x / 2);
  for (let k = degrees % 2 === 0 ? 2 : 1; k < degrees; k += 2) {
    if (degrees % 2 === 0) term *= x / k;
    else if (k > 1) term *= x / k;
    tail += term;
  }
  return Math.min(1, tail);
}
