import { useState } from "preact/hooks";
import { ConfusionTable } from "../../pages/confusion-table.tsx";
import { Audits, ConditionByCondition, ContextEffects, Settings, Usage } from "../../pages/evaluation-details.tsx";
import { Differences, Doses, Metrics, mainConfusion, Thresholds } from "../../pages/evaluation-results.tsx";
import type { EvaluationView } from "../../pages/evaluation-view.ts";
import { Scrolling } from "../../pages/figure-table.tsx";
import { WorstCases } from "../../pages/worst-cases.tsx";
import type { RunHead } from "../evaluation-answers.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { go, href, query, withQuery } from "./address.ts";
import type { GridProps } from "./evaluation-filters.tsx";
import { Answers } from "./evaluation-grid.tsx";
import type { Evaluations } from "./evaluations-page.tsx";
import { Busy, Failure, RunState } from "./parts.tsx";
import { useLoaded } from "./server.ts";
import { RunExports } from "./sharing.tsx";
import { useStart } from "./start.ts";

interface Evaluation {
  readonly run: FoundRun | null;
  /** Other runs that it can be seen beside. */
  readonly others: readonly string[];
  /** `null` while it is being prepared. */
  readonly head: RunHead | null;
}

/** One evaluation as far as it is: whether it passed, its numbers, and every answer with its transcript. */
export function EvaluationPage({ path }: { readonly path: string }) {
  const loaded = useLoaded<Evaluation>(`/evaluation?path=${encodeURIComponent(path)}`);
  const head = loaded.value?.head ?? null;
  return (
    <>
      <h1>{path.split("/").at(-1)}</h1>
      {head?.description == null ? null : <p>{head.description}</p>}
      <RunState page="evaluation" path={path} loaded={loaded} isBegun={head !== null} />
      {head === null ? null : <Run path={path} head={head} others={loaded.value?.others ?? []} />}
    </>
  );
}

function Run({ path, head, others }: GridProps) {
  const { samples, conditions, calls, answered, failed, cached, paidUsd, unpriced, failures, missing, firstAnswers } =
    head;
  const [isShown, setShown] = useState(false);
  const { value: numbers, error } = useLoaded<EvaluationView>(
    isShown ? `/evaluation/numbers?path=${encodeURIComponent(path)}` : null,
  );
  return (
    <>
      <p>
        {samples} samples under {conditions.length} {conditions.length === 1 ? "condition" : "conditions"}:{" "}
        {firstAnswers === null ? (
          <>
            {answered} of {calls} calls answered{cached === 0 ? "" : `, ${cached} of them before`}
            {failed === 0 ? "" : `, ${failed} failed`};{" "}
            {paidUsd === 0 ? "nothing paid" : `${paidUsd.toFixed(4)} USD paid`}
            {unpriced === 0 ? "" : `, and ${unpriced} calls of unknown price`}.
          </>
        ) : (
          `${calls} calls. The answers are being read: ${firstAnswers} of them are shown so far.`
        )}
      </p>
      {[
        ...(firstAnswers === null ? failures : []),
        ...(missing === null ? [] : [missing]),
        ...(numbers?.notes ?? []),
      ].map((sentence) => (
        <p class="told" key={sentence}>
          {sentence}
        </p>
      ))}
      <Failure error={error} />
      {numbers === undefined ? (
        error === null ? (
          <Busy>Working out the numbers</Busy>
        ) : null
      ) : (
        <>
          <Thresholds {...numbers} />
          <Differences {...numbers} />
          <Doses {...numbers} />
          <Confusion {...numbers} />
        </>
      )}
      <Answers path={path} head={head} others={others} onShown={() => setShown(true)} />
      {numbers === undefined ? null : <Numbers {...numbers} />}
      <Rescore path={path} />
      <RunExports path={path} />
      <p>
        <a href={href(pageAddress("run", path))}>Report and files</a>
      </p>
    </>
  );
}

function Numbers(numbers: EvaluationView) {
  return (
    <>
      <Metrics {...numbers} />
      <ContextEffects {...numbers} />
      <Audits {...numbers} />
      <ConditionByCondition {...numbers} />
      <Usage {...numbers} />
      <WorstCases {...numbers} address={href} />
      <h2>Methods</h2>
      <Methods text={numbers.methods} />
      <Settings {...numbers} />
    </>
  );
}

/** What was taken for what under one condition; a cell leads to its answers and their images. */
function Confusion({ conditions }: Pick<EvaluationView, "conditions">) {
  const having = conditions.filter((condition) => mainConfusion(condition) !== undefined);
  const condition = having.find(({ id }) => id === query.value.get("cell")) ?? having[0];
  const table = condition && mainConfusion(condition);
  if (condition === undefined || table === undefined) return null;
  return (
    <section aria-label="Confusions">
      <h2>What was taken for what</h2>
      {having.length < 2 ? null : (
        <label class="field short">
          Condition
          <select
            value={condition.id}
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
      <p class="soft">{table.title}; a number leads to its answers and their images</p>
      <Scrolling name={table.title}>
        <ConfusionTable
          table={table}
          leadsTo={(truth, answer) =>
            href(withQuery({ cell: condition.id, truth, answer, state: null, words: null, call: null }))
          }
        />
      </Scrolling>
    </section>
  );
}

/** Scores what was answered by an evaluation's file as it is now: other scorers, analysis or thresholds. */
function Rescore({ path }: { readonly path: string }) {
  const [isOpen, open] = useState(false);
  const { value } = useLoaded<Pick<Evaluations, "files" | "shipped">>(isOpen ? "/evaluations" : null);
  const { refused, start } = useStart();
  function rescore(event: SubmitEvent): void {
    event.preventDefault();
    const file = new FormData(event.currentTarget as HTMLFormElement).get("file");
    void start("/evaluations/rescore", { run: path, file });
  }
  return (
    <details onToggle={(event) => open(event.currentTarget.open)}>
      <summary>Score the answers again</summary>
      <p class="soft">
        By the scorers, the analysis and the thresholds of a file as it is now; nothing is asked again. Scorers of your
        own are code, and are run in the terminal only: <code>kuleshov eval rescore {path} --scorer mine.js</code>
      </p>
      <form class="row" onSubmit={rescore}>
        <label>
          Evaluation{" "}
          <select name="file">
            {value?.files.map((file) => (
              <option key={file}>{file}</option>
            ))}
            {value?.shipped.map(({ name }) => (
              <option key={name} value={name}>
                {name}, which ships
              </option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={value === undefined}>
          Score again
        </button>
      </form>
      <Failure error={refused} />
    </details>
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
