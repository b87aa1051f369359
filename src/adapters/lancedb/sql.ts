import type { ExemplarFilter } from "../../ports/exemplar-store.ts";

/** A string as an SQL literal. DataFusion knows no backslash escapes: doubling quotes is all there is. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A filter as a predicate over the store's columns; `undefined` when it lets everything through. */
export function wherePredicate(filter: ExemplarFilter | undefined): string | undefined {
  if (filter === undefined) return undefined;
  const parts = [
    oneOf("id", filter.ids),
    oneOf("category", filter.categories),
    oneOf("labeller", filter.labellers),
    oneOf("licence", filter.licences),
    oneOf("pack", filter.packs),
    oneOf("role", filter.roles),
    measuredBy(filter.toolboxes),
    filter.measured === true ? "expression IS NOT NULL" : undefined,
    filter.measured === false ? "expression IS NULL" : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" AND ");
}

/** An empty list of alternatives lets nothing through. */
function oneOf(column: string, values: readonly string[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  return values.length === 0 ? "false" : `${column} IN (${values.map(sqlText).join(", ")})`;
}

function measuredBy(toolboxes: readonly string[] | undefined): string | undefined {
  if (toolboxes === undefined) return undefined;
  if (toolboxes.length === 0) return "false";
  return `(${toolboxes.map((id) => `array_has(toolboxes, ${sqlText(id)})`).join(" OR ")})`;
}
