import type { FoundRun } from "../runs.ts";
import { EvaluationForm } from "./evaluation-form.tsx";
import { EvaluationPage } from "./evaluation-page.tsx";
import { Busy, Failure, RunList } from "./parts.tsx";
import { useLoaded } from "./server.ts";

/** What an evaluation can be begun with, and those that were run. */
export interface Evaluations {
  readonly runs: readonly FoundRun[];
  readonly shipped: readonly { readonly name: string; readonly description: string }[];
  /** Evaluation files, tables and folders with one folder of images for each label, seen from the folder. */
  readonly files: readonly string[];
  readonly tables: readonly string[];
  readonly folders: readonly string[];
  /** Prompts of one's own: `<id>.prompt.md`. */
  readonly prompts: readonly string[];
}

/** One evaluation, or all of them and a form for the next where the address names none. */
export function EvaluationsPage({ rest }: { readonly rest: string }) {
  return rest === "" ? <AllEvaluations /> : <EvaluationPage key={rest} path={rest} />;
}

function AllEvaluations() {
  const { value, error } = useLoaded<Evaluations>("/evaluations");
  return (
    <>
      <h1>Evaluations</h1>
      <p>
        An evaluation has judges answer about many images whose labels are known, and says how often they are right,
        under which conditions, and what it costs.
      </p>
      <Failure error={error} />
      {value === undefined && error === null ? <Busy>Looking for evaluations</Busy> : null}
      {value === undefined ? null : <EvaluationForm {...value} />}
      {value === undefined || value.runs.length === 0 ? null : (
        <>
          <h2>In this folder</h2>
          <RunList runs={value.runs} page="evaluation" />
        </>
      )}
    </>
  );
}
