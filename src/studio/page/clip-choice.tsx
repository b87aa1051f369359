import { go, query, withQuery } from "./address.ts";
import { columnName } from "./study-list.tsx";

/** Columns that are shown until somebody chooses others. */
const FIRST = [/^AU12_both$/, /^AU0?4_both$/, /^AU0?6_both$/];
const MOST_CURVES = 6;

/** The curves that the address names, or the first. */
export function chosenColumns(all: readonly string[]): string[] {
  const chosen = query.value.get("show")?.split(",");
  if (chosen !== undefined) return chosen.filter((name) => all.includes(name)).slice(0, MOST_CURVES);
  return all.filter((name) => FIRST.some((wanted) => wanted.test(name)));
}

interface ChoiceProps {
  readonly columns: readonly string[];
  readonly all: readonly string[];
  readonly people: readonly string[];
}

/** Which curves, and of whom. */
export function CurveChoice({ columns, all, people }: ChoiceProps) {
  const offered = all.filter((name) => /_both(_[a-z]+)?$/.test(name) || isLabel(name, all));
  const show = (names: readonly string[]) => go(withQuery({ show: names.join(",") }), "replace");
  return (
    <div class="row">
      {columns.map((name) => (
        <button key={name} type="button" onClick={() => show(columns.filter((other) => other !== name))}>
          {columnName(name)} <span aria-hidden="true">×</span>
          <span class="hidden">, hide the curve</span>
        </button>
      ))}
      {columns.length >= MOST_CURVES ? null : (
        <label>
          Show{" "}
          <select name="curve" value="" onChange={(event) => show([...columns, event.currentTarget.value])}>
            <option value="">another curve</option>
            {offered
              .filter((name) => !columns.includes(name))
              .map((name) => (
                <option key={name} value={name}>
                  {columnName(name)}
                </option>
              ))}
          </select>
        </label>
      )}
      {people.length < 2 ? null : (
        <label>
          of{" "}
          <select
            name="person-shown"
            value={query.value.get("person") ?? ""}
            onChange={(event) => go(withQuery({ person: event.currentTarget.value || null }), "replace")}
          >
            <option value="">everybody</option>
            {people.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

/** Probabilities of a classifier have its name before them, which `_neutral` tells. */
function isLabel(name: string, all: readonly string[]): boolean {
  return all.some((other) => other.endsWith("_neutral") && name.startsWith(other.slice(0, -"neutral".length)));
}
