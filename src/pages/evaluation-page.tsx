import { Audits, ConditionByCondition, ContextEffects, Settings, Usage } from "./evaluation-details.tsx";
import { Confusions, Differences, Doses, Metrics, mainConfusion, Thresholds } from "./evaluation-results.tsx";
import type { EvaluationView } from "./evaluation-view.ts";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";
import { WorstCases } from "./worst-cases.tsx";

/** The report of an evaluation as one page: what the studio shows of it, without its answers one by one. */
export function evaluationPage(view: EvaluationView): string {
  const { name, description, samples, createdAt, kuleshovVersion, notes, conditions } = view;
  // Without labels to be right or wrong by, as in a lab, what the context did is what the run is about.
  const isLabelled = conditions.some((condition) => mainConfusion(condition) !== undefined);
  const body = rendered(
    <>
      <h1>{name}</h1>
      <p class="soft">{description ?? "Evaluation report"}</p>
      <p>
        {samples} {samples === 1 ? "sample" : "samples"}, {conditions.length}{" "}
        {conditions.length === 1 ? "condition" : "conditions"}, run on {createdAt.slice(0, 16).replace("T", " ")} UTC
        with Kuleshov {kuleshovVersion}.
      </p>
      {notes.length === 0 ? null : (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Thresholds {...view} />
      {isLabelled ? null : <ContextEffects {...view} />}
      <Differences {...view} />
      <Doses {...view} />
      <Confusions {...view} />
      {isLabelled ? <ContextEffects {...view} /> : null}
      <Metrics {...view} />
      <Audits {...view} />
      <ConditionByCondition {...view} />
      <Usage {...view} />
      <WorstCases {...view} />
      <h2>Methods</h2>
      <p>{view.methods}</p>
      <Settings {...view} />
    </>,
  );
  return page({ title: `${name}: evaluation report`, body });
}
