// The one form in which every benchmark tells what it found: a figure with its unit and, where one is wanted, its target.
import { appendFileSync } from "node:fs";

/**
 * Prints a figure and, in a run of several benchmarks, keeps it for their table. One that misses its target makes the process
 * end with 1. `doubt` is why it cannot be held against its target here.
 */
export function figure(name, value, { unit = "", atMost, atLeast, doubt } = {}) {
  const met = doubt === undefined ? isMet(value, { atMost, atLeast }) : null;
  const verdict = met === null ? doubt : met ? "met" : "MISSED";
  const wanted = targetOf({ atMost, atLeast });
  console.log(`${name}: ${numeral(value)} ${unit}${wanted === "" ? "" : ` (target: ${wanted}; ${verdict})`}`.trim());
  keep({
    name,
    value,
    unit,
    ...(atMost === undefined ? {} : { atMost }),
    ...(atLeast === undefined ? {} : { atLeast }),
    met,
  });
  if (met === false) process.exitCode = 1;
}

/** Says why something cannot be measured on this machine, which is no target missed. */
export function notRun(reason) {
  console.log(`Not run: ${reason}`);
  keep({ notRun: reason });
}

/** Seconds of processors since a `process.cpuUsage()`: wall time also measures what else runs on the machine. */
export function cpuSecondsSince(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export function targetOf({ atMost, atLeast }) {
  return [
    atLeast === undefined ? [] : `at least ${numeral(atLeast)}`,
    atMost === undefined ? [] : `at most ${numeral(atMost)}`,
  ]
    .flat()
    .join(", ");
}

/** Three digits that count, or all before the point. */
export function numeral(value) {
  if (!Number.isFinite(value) || value === 0) return String(value);
  return String(Number(Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)));
}

/** `null` where no target is stated; a figure that is no number meets none. */
function isMet(value, { atMost, atLeast }) {
  if (atMost === undefined && atLeast === undefined) return null;
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

function keep(entry) {
  const file = process.env.KULESHOV_BENCH_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
