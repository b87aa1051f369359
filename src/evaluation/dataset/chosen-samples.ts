import { ConfigurationError } from "../../domain/errors.ts";
import { nearestNames } from "../../domain/nearest-name.ts";
import { createRandom } from "../../domain/statistics/random.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import type { Sample } from "../sample.ts";

interface Row {
  readonly sample: Sample;
}

/**
 * The samples of a dataset that its source asks for: of a layout without a table those whose labels, subjects or columns
 * are as wanted, of all the named ones, of these a random subset.
 * @throws {ConfigurationError} if nothing is called so.
 */
export function chosenSamples<R extends Row>(rows: readonly R[], source: DatasetSource, path: string): readonly R[] {
  return subset(withIds(wanted(rows, source, path), source, path), source);
}

/** Rows of tables were chosen where all their cells were at hand. */
function wanted<R extends Row>(rows: readonly R[], { format, where }: DatasetSource, path: string): readonly R[] {
  if (format === "csv" || format === "jsonl" || format === "study") return rows;
  const columns = new Set(rows.flatMap(({ sample }) => Object.keys(cellsOf(sample))));
  for (const name of Object.keys(where))
    if (!columns.has(name)) throw notThere("column", name, { known: columns, path });
  return rows.filter(({ sample }) => {
    const cells = cellsOf(sample);
    return Object.entries(where).every(([name, values]) => values.includes(cells[name] ?? ""));
  });
}

function cellsOf({ columns, truth: { label }, subject }: Sample): Readonly<Record<string, string>> {
  return { ...(label === null ? {} : { label }), ...(subject === null ? {} : { subject }), ...columns };
}

function withIds<R extends Row>(rows: readonly R[], { ids, where }: DatasetSource, path: string): readonly R[] {
  if (ids === undefined) return rows;
  const known = new Set(rows.map(({ sample }) => sample.id));
  // Of chosen rows a named one may be missing rightly.
  const missing = Object.keys(where).length > 0 ? undefined : ids.find((id) => !known.has(id));
  if (missing !== undefined) throw notThere("sample", missing, { known, path });
  const named = new Set(ids);
  return rows.filter(({ sample }) => named.has(sample.id));
}

function subset<R extends Row>(rows: readonly R[], { limit, seed }: DatasetSource): readonly R[] {
  if (limit === undefined || limit >= rows.length) return rows;
  const picked = new Set(createRandom(seed).shuffled(rows).slice(0, limit));
  return rows.filter((row) => picked.has(row));
}

function notThere(
  what: "column" | "sample",
  name: string,
  { known, path }: { readonly known: ReadonlySet<string>; readonly path: string },
): ConfigurationError {
  const [nearest] = nearestNames(name, [...known], 1);
  const meant = nearest === undefined ? "" : ` (nearest: "${nearest}")`;
  return new ConfigurationError(`Cannot use dataset as it has no ${what} "${name}"${meant}: \`${path}\``);
}
