import type { Field, RowPlace, Traces } from "./traces.ts";

/** The texts of a JSON value that stand in no list, each with the keys it stands under, as in `image.path`. */
export function fieldsOf(value: unknown, key = ""): Field[] {
  if (typeof value === "string") return [[key, value]];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => fieldsOf(item, key === "" ? name : `${key}.${name}`));
}

/** Every record in a JSON value: itself, and what stands in its lists. */
export function* recordsIn(value: unknown): Generator<readonly Field[]> {
  if (Array.isArray(value)) {
    for (const item of value) yield* recordsIn(item);
  } else if (typeof value === "object" && value !== null) {
    yield fieldsOf(value);
    for (const item of Object.values(value)) yield* listsIn(item);
  }
}

function* listsIn(value: unknown): Generator<readonly Field[]> {
  if (Array.isArray(value)) yield* recordsIn(value);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) yield* listsIn(item);
}

/** What is left of a JSON value without a person. */
interface PrunedJson {
  /** `undefined` when all of it is theirs. */
  readonly value: unknown;
  /** Items of lists, and entries under a key of theirs, that were taken out. */
  readonly removed: number;
}

/** Takes a person's items out of the lists of a value; what is about them outside of any list makes all of it theirs. */
export function pruneJson(value: unknown, traces: Traces, place: RowPlace): PrunedJson {
  let removed = 0;
  function kept(item: unknown): unknown {
    if (Array.isArray(item)) {
      const rest = item.map(kept).filter((part) => part !== undefined);
      removed += item.length - rest.length;
      return rest;
    }
    if (typeof item === "string") return traces.ownsText(item) ? undefined : item;
    if (typeof item !== "object" || item === null) return item;
    if (traces.ownsRow(fieldsOf(item), place)) return undefined;
    const entries = Object.entries(item).filter(([key]) => !traces.ownsText(key));
    removed += Object.keys(item).length - entries.length;
    return Object.fromEntries(entries.map(([key, part]) => [key, kept(part)]));
  }
  const left = kept(value);
  return { value: left, removed: left === undefined ? 1 : removed };
}

/** A value in which texts that give a person away say "withdrawn" instead, for what cannot be left out. */
export function blankJson(value: unknown, traces: Traces): unknown {
  if (typeof value === "string") return traces.ownsText(value) ? "withdrawn" : value;
  if (Array.isArray(value)) return value.map((item) => blankJson(item, traces));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [traces.ownsText(key) ? "withdrawn" : key, blankJson(item, traces)]),
  );
}
