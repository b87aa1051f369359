/**
 * A statistic of n units that are already known to it, where unit i counts `weights[i]` times (0 leaves it out).
 * Resampling a data set is then only a change of weights: the bootstrap, the jackknife and the plain value use one
 * function and nothing is sorted or copied twice. `null` means undefined for these weights, never 0.
 */
export interface WeightedStatistic {
  (weights: Float64Array): number | null;
  /** What `ofGroups` takes where a statistic can be had of groups for less than of their units. */
  readonly grouped?: (group: ArrayLike<number>, groups: number) => WeightedStatistic;
}

/** The statistic of the data as they are. */
export function plainValue(statistic: WeightedStatistic, n: number): number | null {
  return n === 0 ? null : statistic(new Float64Array(n).fill(1));
}

/** The same statistic, given a weight for each group of units (subjects, say), which all units of the group have. */
export function ofGroups(statistic: WeightedStatistic, group: ArrayLike<number>, groups: number): WeightedStatistic {
  if (statistic.grouped !== undefined) return statistic.grouped(group, groups);
  const weights = new Float64Array(group.length);
  return (ofEach) => {
    for (let i = 0; i < weights.length; i++) weights[i] = ofEach[group[i] as number] as number;
    return statistic(weights);
  };
}

/** What follows from several statistics of the same units, such as their difference. */
export function combinedStatistic<const Parts extends readonly WeightedStatistic[]>(
  parts: Parts,
  resultOf: (values: { readonly [Part in keyof Parts]: number | null }) => number | null,
): WeightedStatistic {
  const statistic = (weights: Float64Array) =>
    resultOf(parts.map((part) => part(weights)) as { [Part in keyof Parts]: number | null });
  const grouped = (group: ArrayLike<number>, groups: number) =>
    combinedStatistic(
      parts.map((part) => ofGroups(part, group, groups)),
      (values) => resultOf(values as { [Part in keyof Parts]: number | null }),
    );
  return Object.assign(statistic, { grouped });
}

/** What units add to a sum; those that add nothing may be left out. */
export interface Addends {
  readonly units: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** What follows from sums over the units. @param added what each unit adds to each sum. */
export function sumsStatistic(
  added: readonly Addends[],
  resultOf: (sums: Float64Array) => number | null,
): WeightedStatistic {
  const terms = added.map(({ units, values }) => ({
    units: Uint32Array.from(units),
    values: Float64Array.from(values),
  }));
  const sums = new Float64Array(added.length);
  const statistic = (weights: Float64Array) => {
    for (let at = 0; at < terms.length; at++) sums[at] = sumOf(terms[at] as (typeof terms)[number], weights);
    return resultOf(sums);
  };
  const grouped = (group: ArrayLike<number>, groups: number) =>
    sumsStatistic(
      terms.map((own) => ofAll(groupSums(own, group, groups))),
      resultOf,
    );
  return Object.assign(statistic, { grouped });
}

/** What every unit adds, in their order. */
export function ofAll(values: ArrayLike<number>): Addends {
  const units: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) units.push(i);
  return { units, values: units.map((unit) => values[unit] as number) };
}

/** Four sums at once, as one addition would wait for the other; this is where resampling spends its time. */
function sumOf(
  { units, values }: { readonly units: Uint32Array; readonly values: Float64Array },
  weights: Float64Array,
): number {
  const whole = units.length - (units.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += (weights[units[i] as number] as number) * (values[i] as number);
    b += (weights[units[i + 1] as number] as number) * (values[i + 1] as number);
    c += (weights[units[i + 2] as number] as number) * (values[i + 2] as number);
    d += (weights[units[i + 3] as number] as number) * (values[i + 3] as number);
  }
  for (let i = whole; i < units.length; i++) a += (weights[units[i] as number] as number) * (values[i] as number);
  return a + b + (c + d);
}

function groupSums({ units, values }: Addends, group: ArrayLike<number>, groups: number): Float64Array {
  const sums = new Float64Array(groups);
  for (let i = 0; i < units.length; i++) {
    const of = group[units[i] as number] as number;
    sums[of] = (sums[of] as number) + (values[i] as number);
  }
  return sums;
}

/** Of units that each have something of what is counted: how much of it all is of one kind. `null` where there is nothing. */
export function shareStatistic(counted: ArrayLike<number>, all: ArrayLike<number>): WeightedStatistic {
  return sumsStatistic([ofAll(counted), ofAll(all)], ([part = 0, whole = 0]) => (whole > 0 ? part / whole : null));
}

/** Arithmetic mean of the values. */
export function meanStatistic(values: ArrayLike<number>): WeightedStatistic {
  return shareStatistic(values, new Float64Array(values.length).fill(1));
}
