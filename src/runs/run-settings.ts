import { canonicalJson } from "../platform/content-store.ts";

/** What decides the results of a run: JSON values by the name that a user knows each by, e.g. `--fps` or `query`. */
export type RunSettings = Readonly<Record<string, unknown>>;

/** In which settings a run differs from what is asked for now, one phrase each: `query: composed -> pout`. */
export function settingsThatDiffer(then: RunSettings, now: RunSettings): string[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .filter((name) => canonicalJson(then[name]) !== canonicalJson(now[name]))
    .map((name) => {
      const [before, after] = [inWords(then[name]), inWords(now[name])];
      return before === after ? `${name}: other contents` : `${name}: ${before} -> ${after}`;
    });
}

/** Longer lists, as a shell makes of a pattern, are only counted; longer texts are cut. */
const MOST_NAMED = 4;
const LONGEST = 60;

function inWords(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length > MOST_NAMED ? `${value.length} of them` : value.map(inWords).join(" ");
  if (typeof value === "object") return named(value);
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** A thing by its id or path; what else it holds, such as hashes, is its contents. */
function named(value: object): string {
  if ("id" in value) return String(value.id);
  return "path" in value ? String(value.path) : "set";
}
