import { studentTQuantile } from "./student-t.ts";

/** What one independent unit (a person) adds to the two sums whose ratio is asked for. */
export interface RatioPart {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * The interval of a ratio of two sums by Fieller (1954): every w at which a t test over the units does not tell the mean of
 * numerator - w denominator from 0. It keeps its level with few units, where a bootstrap of ratios falls short of it, and has no
 * end where the denominator itself might be 0: then `null`, as under two units.
 */
export function ratioInterval(
  parts: readonly RatioPart[],
  level: number,
): { readonly low: number; readonly high: number } | null {
  const n = parts.length;
  if (n < 2) return null;
  const sum = (of: (part: RatioPart) => number) => parts.reduce((total, part) => total + of(part), 0);
  const [top, below] = [sum(({ numerator }) => numerator), sum(({ denominator }) => denominator)];
  // n times the unbiased covariance is the variance of a sum.
  const spread = (a: (part: RatioPart) => number, b: (part: RatioPart) => number) =>
    (n / (n - 1)) * sum((part) => (a(part) - sum(a) / n) * (b(part) - sum(b) / n));
  const [numerator, denominator] = [(one: RatioPart) => one.numerator, (one: RatioPart) => one.denominator];
  const t2 = studentTQuantile((1 + level) / 2, n - 1) ** 2;
  // (top - w below)^2 <= t^2 var(numerator - w denominator), solved for w.
  const a = below ** 2 - t2 * spread(denominator, denominator);
  const b = top * below - t2 * spread(numerator, denominator);
  const c = top ** 2 - t2 * spread(numerator, numerator);
  if (a <= 0) return null;
  const half = Math.sqrt(Math.max(0, b ** 2 - a * c));
  return { low: (b - half) / a, high: (b + half) / a };
}
