import type { AnswerRow } from "../../evaluation/results/answer-rows.ts";
import type { Comparison } from "../../evaluation/results/compare.ts";
import type { RunView } from "../evaluation-answers.ts";
import { go, href, query, withQuery } from "./address.ts";
import { imageOf, Transcript } from "./evaluation-transcript.tsx";
import { Busy, Failure, Scrolling } from "./parts.tsx";
import { useLoaded } from "./server.ts";

interface GridProps {
  readonly path: string;
  readonly view: RunView;
  readonly others: readonly string[];
}

interface Found {
  readonly total: number;
  readonly rows: readonly { readonly row: AnswerRow; readonly other: AnswerRow | null }[];
}

const FILTERS = ["cell", "state", "truth", "answer", "words", "with", "withcell", "differ", "most"] as const;
const ROWS_MORE = 200;

/** Every answer, filtered, beside those of another run where one is named. All of it stands in the address. */
export function Answers({ path, view, others }: GridProps) {
  const words = new URLSearchParams({ path });
  for (const name of FILTERS) {
    const value = query.value.get(name);
    if (value !== null) words.set(name, value);
  }
  const { value, error } = useLoaded<Found>(`/evaluation/answers?${words}`);
  const call = query.value.get("call");
  const other = query.value.get("with");
  return (
    <section aria-label="Answers">
      <h2>Answers</h2>
      <Filters path={path} view={view} others={others} />
      <Failure error={error} />
      {other === null ? null : <Compared path={path} view={view} other={other} />}
      <p role="status">
        {value === undefined ? "Looking" : `${value.total} ${value.total === 1 ? "answer" : "answers"} shown`}
      </p>
      <div class={call === null ? "answers" : "answers opened"}>
        {call === null ? null : <Transcript key={call} path={path} call={call} cells={view.cells} />}
        {value === undefined ? null : <Lines {...value} path={path} view={view} />}
      </div>
    </section>
  );
}

function Lines({ total, rows, path, view }: Found & Pick<GridProps, "path" | "view">) {
  const isBeside = query.value.get("with") !== null;
  if (total === 0) return <p>No answer fits these filters.</p>;
  return (
    <Scrolling name="Answers one by one">
      <table>
        <thead>
          <tr>
            <th scope="col">sample</th>
            {view.cells.length > 1 ? <th scope="col">condition</th> : null}
            <th scope="col">right is</th>
            <th scope="col">answer</th>
            {!isBeside ? null : <th scope="col">the other</th>}
            <th scope="col">outcome</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, other: its }) => (
            <Line key={row.call} path={path} row={row} other={isBeside ? its : undefined} view={view} />
          ))}
        </tbody>
      </table>
      {rows.length < total ? (
        <button type="button" onClick={() => go(withQuery({ most: String(rows.length + ROWS_MORE) }), "replace")}>
          Show more
        </button>
      ) : null}
    </Scrolling>
  );
}

interface LineProps extends Pick<GridProps, "path" | "view"> {
  readonly row: AnswerRow;
  /** `undefined` where no other run is shown, `null` where the other was not asked. */
  readonly other: AnswerRow | null | undefined;
}

function Line({ path, row, other, view }: LineProps) {
  const { call, sample, hasImage, state } = row;
  const isSelected = call === query.value.get("call");
  return (
    <tr class={isSelected ? "selected" : ""}>
      <th scope="row">
        <a href={href(withQuery({ call }))} aria-current={isSelected ? "true" : undefined}>
          {hasImage ? <img src={imageOf(path, sample)} alt="" loading="lazy" /> : null}
          <span dir="auto">{sample}</span>
        </a>
      </th>
      {view.cells.length > 1 ? <td>{view.cells.find(({ id }) => id === row.cell)?.short ?? row.cell}</td> : null}
      <td>{row.truth ?? "not given"}</td>
      <td>{answerText(row)}</td>
      {other === undefined ? null : <td>{other === null ? "not asked" : answerText(other)}</td>}
      <td class={CLASSES[state]}>{state}</td>
    </tr>
  );
}

const CLASSES: Readonly<Record<AnswerRow["state"], string>> = {
  ...{ right: "holds", wrong: "bad", partly: "soft", answered: "", abstained: "soft", failed: "bad" },
  "not shown": "soft",
};

function answerText({ answer, probability, said }: AnswerRow): string {
  if (answer === null) return said.length > 120 ? `${said.slice(0, 119)}…` : said;
  return probability === null ? answer : `${answer} ${Math.round(100 * probability)} %`;
}

function Filters({ path, view, others }: GridProps) {
  const word = (name: string) => query.value.get(name) ?? "";
  const set = (name: string, value: string) =>
    go(
      withQuery({ [name]: value === "" ? null : value, most: null, ...(name === "with" ? { withcell: null } : {}) }),
      "replace",
    );
  const labels = [
    ...new Set(view.cells.flatMap(({ confusions }) => confusions.flatMap((table) => table.labels))),
  ].sort();
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
  const cells = view.cells.map(({ id, short }) => [id, short] as const);
  return (
    <div class="filters">
      <div class="row">
        {view.cells.length > 1 ? choice("cell", "Condition", cells) : null}
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
          [...(view.cells.length > 1 ? [[path, "another condition of this run"] as const] : []), ...same(others)],
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

export function number(value: number | null): string {
  return value === null ? "unscored" : value.toFixed(3);
}

/** Which differences from what it is seen beside hold up. */
function Compared({ path, view, other }: Pick<GridProps, "path" | "view"> & { readonly other: string }) {
  const [cell, withcell] = [query.value.get("cell") ?? "", query.value.get("withcell") ?? ""];
  const words = new URLSearchParams({ path, with: other, cell, withcell });
  const { value, error } = useLoaded<{ comparisons: readonly Comparison[] }>(`/evaluation/compare?${words}`);
  if (value === undefined) return error === null ? <Busy>Comparing</Busy> : <Failure error={error} />;
  const { comparisons } = value;
  if (comparisons.length === 0) return <p class="told">They have no scored answers about the same samples.</p>;
  const isOwn = other === path;
  const holds = ({ adjustedPValue }: Comparison) => adjustedPValue !== null && adjustedPValue < 0.05;
  const own = view.cells.find(({ id }) => id === comparisons[0]?.first)?.short ?? comparisons[0]?.first;
  return (
    <details open>
      <summary>
        Of {comparisons.length} comparisons with {own} here, {comparisons.filter(holds).length} hold up after correction
      </summary>
      <Scrolling name="Comparisons" class="compared">
        <table>
          <thead>
            <tr>
              {["metric", "the other", "is higher by", "pairs", "p, Holm", ""].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {comparisons.map((one) => (
              <tr key={`${one.scorer} ${one.metric} ${one.second}`}>
                <th scope="row">{one.metric.replaceAll("_", " ")}</th>
                <td>{(isOwn ? view.cells.find(({ id }) => id === one.second)?.short : null) ?? one.second}</td>
                <td>
                  {number(one.difference)}{" "}
                  <span class="interval">
                    [{number(one.low)}, {number(one.high)}]
                  </span>
                </td>
                <td>{one.pairs}</td>
                <td>{one.adjustedPValue === null ? "no test" : one.adjustedPValue.toFixed(3)}</td>
                <td class={holds(one) ? "holds" : ""}>{holds(one) ? "holds up" : "does not hold up"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </details>
  );
}
