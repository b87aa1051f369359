import { useEffect, useRef, useState } from "preact/hooks";
import type { AskListPlan } from "../../compose/plan-ask-list.ts";
import { pageAddress } from "../page-address.ts";
import { go, href, query, withQuery } from "./address.ts";
import { ModelField } from "./ask-form.tsx";
import { JudgingFields, useJudging } from "./judging-fields.tsx";
import { Busy, Failure } from "./parts.tsx";
import { PlannedCost, usePlan } from "./plan.tsx";
import { useLoaded } from "./server.ts";
import { useStart } from "./start.ts";
import { WordsField } from "./study-begin.tsx";

interface AskBeginnings {
  readonly folders: readonly string[];
  readonly lists: readonly string[];
  readonly tables: readonly string[];
}

/** Asks about many images at once: those of a folder, a pattern or a list, or those that a filter of a study lets through. */
export function AskPage() {
  const { value, error } = useLoaded<AskBeginnings>("/ask-beginnings");
  return (
    <>
      <h1>Ask about many images</h1>
      <p>
        Every image is judged by itself, and all answers stand in one table and on one page. What is broken off is gone
        on with from there, and only what is missing is asked.
      </p>
      <Failure error={error} />
      {value === undefined ? error === null ? <Busy>Looking for images</Busy> : null : <AskManyForm {...value} />}
    </>
  );
}

function AskManyForm({ folders, lists, tables }: AskBeginnings) {
  const form = useRef<HTMLFormElement>(null);
  const [turn, setTurn] = useState(0);
  const [message, setMessage] = useState<object | null>(null);
  const { read, fields } = useJudging();
  const { refused, start } = useStart();
  const { plan, error, isCounting } = usePlan<AskListPlan>("/ask-many/plan", message);
  const study = query.value.get("study");
  useEffect(() => {
    if (form.current === null) return;
    const words = new FormData(form.current);
    const list = String(words.get("words") ?? "").trim();
    const of = study === null ? { list } : { of: { study, filter: filterOfStudy().toString() } };
    setMessage(study === null && list === "" ? null : { ...of, ...budgetIn(words), ...read(words) });
  }, [turn, fields.panel, fields.evidence, study]);
  function begin(event: SubmitEvent): void {
    event.preventDefault();
    if (message !== null) void start("/ask-many", message);
  }
  return (
    <form ref={form} class="ask-many" onInput={() => setTurn(turn + 1)} onSubmit={begin}>
      {study === null ? (
        <WordsField
          title="Folder of images, pattern, or list (.csv with a column path and, if wanted, question, context, face)"
          folders={[...folders, ...lists]}
          onInput={(words) => go(withQuery({ words }), "replace")}
        />
      ) : (
        <p>
          The images and clips of the faces that are shown in{" "}
          <a href={href(`${pageAddress("study", study)}?${filterOfStudy()}`)}>{study}</a>. They are kept as a list in
          the folder.
        </p>
      )}
      <label class="field">
        Question
        <input name="question" dir="auto" placeholder="What emotions are shown, and which cues tell you?" />
      </label>
      <label class="field">
        What you know of the situation in all of them
        <textarea name="context" rows={2} dir="auto" />
      </label>
      <div class="row">
        <ModelField from="rules" />
      </div>
      <JudgingFields tables={tables} {...fields} />
      <BudgetFields />
      <div role="status" class="plan">
        {isCounting ? "Counting what it would take" : null}
        {plan === null ? null : (
          <PlannedCost {...plan}>
            {plan.questions} {plan.questions === 1 ? "image" : "images"}, asked of {plan.judges.join(", ")}
          </PlannedCost>
        )}
      </div>
      <Failure error={refused ?? error} />
      <button type="submit" class="main" disabled={plan === null}>
        Ask about all of them
      </button>
    </form>
  );
}

function filterOfStudy(): URLSearchParams {
  const words = new URLSearchParams(query.value);
  words.delete("study");
  return words;
}

/** What may be spent at most; what is asked then is gone on with under a larger one. */
export function BudgetFields() {
  return (
    <details class="how">
      <summary>Stop before more is spent</summary>
      <div class="row numbers">
        <label class="field">
          At most, in USD
          <input name="budgetUsd" type="number" min="0.0001" step="any" />
        </label>
        <label class="field">
          At most, in tokens
          <input name="budgetTokens" type="number" min="1" step="1" />
        </label>
      </div>
    </details>
  );
}

export function budgetIn(form: FormData): object {
  const given = ["budgetUsd", "budgetTokens"].filter((name) => Number(form.get(name)) > 0);
  return Object.fromEntries(given.map((name) => [name, Number(form.get(name))]));
}
