import { useState } from "preact/hooks";
import { ConfusionTable } from "../../pages/confusion-table.tsx";
import type { RunView } from "../evaluation-answers.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { go, href, query, withQuery } from "./address.ts";
import { Answers, number } from "./evaluation-grid.tsx";
import { RunState, Scrolling } from "./parts.tsx";
import { useLoaded } from "./server.ts";

interface Evaluation {
  readonly run: FoundRun | null;
  /** Other runs that it can be seen beside. */
  readonly others: readonly string[];
  /** `null` while it is being prepared. */
  readonly view: RunView | null;
}

/** One evaluation as far as it is: whether it passed, its numbers, and every answer with its transcript. */
export function EvaluationPage({ path }: { readonly path: string }) {
  const loaded = useLoaded<Evaluation>(`/evaluation?path=${encodeURIComponent(path)}`);
  const view = loaded.value?.view ?? null;
  return (
    <>
      <h1>{path.split("/").at(-1)}</h1>
      {view?.description == null ? null : <p>{view.description}</p>}
      <RunState page="evaluation" path={path} loaded={loaded} isBegun={view !== null} />
      {view === null ? null : <Run path={path} view={view} others={loaded.value?.others ?? []} />}
    </>
  );
}

function Run({
  path,
  view,
  others,
}: {
  readonly path: string;
  readonly view: RunView;
  readonly others: readonly string[];
}) {
  const { samples, cells, calls, answered, failed, cached, paidUsd, unpriced, failures, fixed, thresholds } = view;
  return (
    <>
      <p>
        {samples} samples under {cells.length} {cells.length === 1 ? "condition" : "conditions"}: {answered} of {calls}{" "}
        calls answered{cached === 0 ? "" : `, ${cached} of them before`}
        {failed === 0 ? "" : `, ${failed} failed`}; {paidUsd === 0 ? "nothing paid" : `${paidUsd.toFixed(4)} USD paid`}
        {unpriced === 0 ? "" : `, and ${unpriced} calls of unknown price`}.
      </p>
      {[...failures, ...fixed].map((sentence) => (
        <p class="told" key={sentence}>
          {sentence}
        </p>
      ))}
      {thresholds.length === 0 ? null : <Thresholds view={view} />}
      <Results cells={cells} />
      <Confusion cells={cells} />
      <Answers path={path} view={view} others={others} />
      <h2>Methods</h2>
      <Methods text={view.methods} />
      <details>
        <summary>The evaluation file</summary>
        <pre>{view.file}</pre>
      </details>
      <p>
        <a href={href(pageAddress("run", path))}>Report and files</a>
      </p>
    </>
  );
}

function Thresholds({ view: { thresholds, cells } }: { readonly view: RunView }) {
  const shortOf = (id: string) => cells.find((cell) => cell.id === id)?.short ?? id;
  const missed = thresholds.filter(({ state }) => state !== "passed").length;
  return (
    <section aria-label="Thresholds">
      <h2>{missed === 0 ? "All thresholds passed" : `${missed} of ${thresholds.length} thresholds not passed`}</h2>
      <ul class="thresholds">
        {thresholds.map(({ metric, wanted, cell, value, state }) => (
          <li key={`${metric} ${wanted} ${cell}`}>
            <strong class={state === "passed" ? "holds" : "bad"}>{state}</strong> {metric.replaceAll("_", " ")}{" "}
            {number(value)}, wanted {wanted} <span class="soft">{shortOf(cell)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Metrics one below the other, conditions side by side. */
function Results({ cells }: Pick<RunView, "cells">) {
  const keys = [...new Set(cells.flatMap(({ metrics }) => metrics.map(({ scorer, metric }) => `${scorer}/${metric}`)))];
  const found = (cell: RunView["cells"][number], key: string) =>
    cell.metrics.find(({ scorer, metric }) => `${scorer}/${metric}` === key);
  const scored = keys.filter((key) => cells.some((cell) => (found(cell, key)?.value ?? null) !== null));
  return (
    <section aria-label="Results">
      <h2>Results</h2>
      {scored.length === 0 ? <p>Nothing could be scored yet.</p> : null}
      <Scrolling name="Metrics by condition">
        <table>
          <thead>
            <tr>
              <th scope="col">metric</th>
              {cells.map(({ id, short }) => (
                <th key={id} scope="col">
                  {short}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scored.map((key) => (
              <tr key={key}>
                <th scope="row">{(key.split("/")[1] ?? key).replaceAll("_", " ")}</th>
                {cells.map((cell) => {
                  const one = found(cell, key);
                  if (one === undefined) return <td key={cell.id}>not asked for</td>;
                  const { value, low, high, n, unscored } = one;
                  return (
                    <td key={cell.id}>
                      {number(value)}{" "}
                      <span class="interval">
                        {low === null || high === null ? "no interval" : `[${number(low)}, ${number(high)}]`}, n = {n}
                        {unscored === 0 ? "" : `, ${unscored} unscored`}
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </section>
  );
}

/** What was taken for what under one condition; a cell leads to its answers and their images. */
function Confusion({ cells }: Pick<RunView, "cells">) {
  const having = cells.filter(({ confusions }) => confusions.length > 0);
  const cell = having.find(({ id }) => id === query.value.get("cell")) ?? having[0];
  if (cell === undefined) return null;
  return (
    <section aria-label="Confusions">
      <h2>What was taken for what</h2>
      {having.length < 2 ? null : (
        <label class="field short">
          Condition
          <select
            value={cell.id}
            onChange={(event) =>
              go(withQuery({ cell: event.currentTarget.value, truth: null, answer: null }), "replace")
            }
          >
            {having.map(({ id, short }) => (
              <option key={id} value={id}>
                {short}
              </option>
            ))}
          </select>
        </label>
      )}
      {cell.confusions.map((table) => (
        <Scrolling key={table.title} name={table.title}>
          <p class="soft">{table.title}; a number leads to its answers and their images</p>
          <ConfusionTable
            table={table}
            leadsTo={(truth, answer) =>
              href(withQuery({ cell: cell.id, truth, answer, state: null, words: null, call: null, most: null }))
            }
          />
        </Scrolling>
      ))}
    </section>
  );
}

function Methods({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <section aria-label="Methods">
      <p class="methods">{text}</p>
      <p class="row">
        <button type="button" onClick={copy}>
          Copy the paragraph
        </button>
        <span role="status">{isCopied ? "Copied" : ""}</span>
      </p>
    </section>
  );
}
