import type { SignatureEntry } from "../domain/discovery.ts";
import type { SpaceDimension } from "../domain/expression-space.ts";

/** Faces in the units of their dimensions. float64 [faces][dimensions]. */
export interface NamedCoordinates {
  readonly dimensions: readonly SpaceDimension[];
  readonly rows: readonly Float64Array[];
}

/** From here on an effect is called large (Cohen 1988). */
export const LARGE_EFFECT = 0.8;
const NORMAL_975 = 1.959964;

/** Every coordinate of a group of faces beside all other faces, strongest effect first. */
export function signatureOf(
  { dimensions, rows }: NamedCoordinates,
  group: { readonly members: readonly number[]; readonly nearestKnown: readonly number[] },
): SignatureEntry[] {
  const inside = new Set(group.members);
  const others = rows.map((_, index) => index).filter((index) => !inside.has(index));
  return dimensions
    .map((dimension, column) => {
      const members = momentsOf(rows, group.members, column);
      const rest = momentsOf(rows, others, column);
      const known = group.nearestKnown.length === 0 ? null : momentsOf(rows, group.nearestKnown, column).mean;
      const { effect, error } = cohensD(members, rest);
      return {
        dimension: dimension.name,
        mean: members.mean,
        elsewhere: rest.mean,
        effect,
        low: effect - NORMAL_975 * error,
        high: effect + NORMAL_975 * error,
        nearestKnown: known,
      };
    })
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(rows: readonly Float64Array[], chosen: readonly number[], column: number): Moments {
  const values = chosen.map((index) => (rows[index] as Float64Array)[column] as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n: values.length, mean, variance: squares / Math.max(1, values.length - 1) };
}

/** Cohen's d with its standard error (Hedges and Olkin 1985, large-sample). A coordinate that never varies has effect 0. */
function cohensD(a: Moments, b: Moments): { effect: number; error: number } {
  const pooled = Math.sqrt(((a.n - 1) * a.variance + (b.n - 1) * b.variance) / Math.max(1, a.n + b.n - 2));
  if (pooled === 0 || a.n === 0 || b.n === 0) return { effect: 0, error: 0 };
  const effect = (a.mean - b.mean) / pooled;
  return { effect, error: Math.sqrt((a.n + b.n) / (a.n * b.n) + effect ** 2 / (2 * (a.n + b.n))) };
}
