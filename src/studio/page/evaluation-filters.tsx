import { DifferenceTable } from "../../pages/evaluation-results.tsx";
import type { DifferencesView } from "../../pages/evaluation-view.ts";
import type { RunHead } from "../evaluation-answers.ts";
import { go, query, withQuery } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";

export interface GridProps {
  readonly path: string;
  readonly head: RunHead;
  /** Other runs that it can be seen beside. */
  readonly others: readonly string[];
}

/** Which answers are shown, and beside which: all of it stands in the address. */
export function Filters({ path, head, others }: GridProps) {
  const word = (name: string) => query.value.get(name) ?? "";
  const set = (name: string, value: string) =>
    go(withQuery({ [name]: value === "" ? null : value, ...(name === "with" ? { withcell: null } : {}) }), "replace");
  const { labels, conditions } = head;
  const choice = (
    name: string,
    title: string,
    options: readonly (readonly [value: string, shown: string])[],
    none = "all",
  ) => (
    <label>
      {title}
      <select name={name} value={word(name)} onChange={(event) => set(name, event.currentTarget.value)}>
        <option value="">{none}</option>
        {options.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
  const same = (values: readonly string[]) => values.map((value) => [value, value] as const);
  const cells = conditions.map(({ id, short }) => [id, short] as const);
  return (
    <div class="filters">
      <div class="row">
        {conditions.length > 1 ? choice("cell", "Condition", cells) : null}
        {choice("state", "Outcome", same(["right", "wrong", "partly", "answered", "abstained", "failed", "not shown"]))}
        {labels.length === 0 ? null : choice("truth", "Right is", same(labels))}
        {labels.length === 0 ? null : choice("answer", "Answer", same(labels))}
        <label>
          With the words
          <input name="words" value={word("words")} onInput={(event) => set("words", event.currentTarget.value)} />
        </label>
        {choice(
          "with",
          "Beside",
          [...(conditions.length > 1 ? [[path, "another condition of this run"] as const] : []), ...same(others)],
          "nothing",
        )}
        {word("with") === path ? choice("withcell", "That condition", cells, "the first") : null}
        {word("with") === "" ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={query.value.has("differ")}
              onChange={(event) => set("differ", event.currentTarget.checked ? "1" : "")}
            />
            Only where they differ
          </label>
        )}
      </div>
    </div>
  );
}

/** Which differences from what it is seen beside hold up. */
export function Compared({
  path,
  head: { conditions },
  other,
}: Pick<GridProps, "path" | "head"> & { readonly other: string }) {
  const [cell, withcell] = [query.value.get("cell") ?? "", query.value.get("withcell") ?? ""];
  const words = new URLSearchParams({ path, with: other, cell, withcell });
  const { value, error } = useLoaded<Pick<DifferencesView, "rows">>(`/evaluation/compare?${words}`);
  if (value === undefined) return error === null ? <Busy>Comparing</Busy> : <Failure error={error} />;
  const { rows } = value;
  if (rows.length === 0) return <p class="told">They have no scored answers about the same samples.</p>;
  const own = conditions.find(({ id }) => id === cell)?.short ?? conditions[0]?.short;
  return (
    <details open>
      <summary>
        Of {rows.length} comparisons with {own} here, {rows.filter(({ holds }) => holds).length} hold up after
        correction
      </summary>
      <DifferenceTable rows={rows} />
    </details>
  );
}

interface Difference {
  readonly sum: string;
  readonly causes: readonly string[];
  readonly prompts: readonly string[];
}

/** What another run was asked otherwise, and how many answers are others. */
export function AskedOtherwise({ path, other }: { readonly path: string; readonly other: string }) {
  const { value, error } = useLoaded<Difference>(`/evaluation/diff?${new URLSearchParams({ path, with: other })}`);
  if (value === undefined) return error === null ? <Busy>Looking for what differs</Busy> : <p class="soft">{error}</p>;
  return (
    <section aria-label="What was asked otherwise">
      <p>{value.sum}</p>
      {value.causes.map((cause) => (
        <p key={cause}>{cause}.</p>
      ))}
      {value.prompts.map((prompt) => (
        <pre key={prompt} class="diff">
          {prompt}
        </pre>
      ))}
    </section>
  );
}
