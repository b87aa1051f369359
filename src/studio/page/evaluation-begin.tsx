import { useState } from "preact/hooks";
import type { PlannedEvaluation } from "../evaluation-jobs.ts";
import { Failure } from "./parts.tsx";
import { PlannedCost, usePlan } from "./plan.tsx";
import { useStart } from "./start.ts";

/** What the file would cost, told before anything is spent, and the button that spends it. */
export function Begin({
  text,
  file,
  isReady,
  hasServer,
}: {
  readonly text: string;
  readonly file: string | null;
  readonly isReady: boolean;
  readonly hasServer: boolean;
}) {
  const { refused, start } = useStart();
  const [isAllowed, allow] = useState(false);
  const message = { text, ...(file === null ? {} : { file }), ...(isAllowed ? { allowRemote: true } : {}) };
  const isWanted = isReady && text !== "";
  const { plan, error, isCounting } = usePlan<PlannedEvaluation>("/evaluation-plan", isWanted ? message : null);
  return (
    <>
      <div role="status" class="plan">
        {!isReady ? "Choose a list first." : isCounting ? "Counting what it would take" : null}
        {plan === null ? null : <Plan plan={plan} />}
      </div>
      <Failure error={refused ?? error} />
      {hasServer ? (
        <p>
          <label>
            <input type="checkbox" checked={isAllowed} onChange={() => allow(!isAllowed)} /> A judge's server may be
            elsewhere: what is asked, what was measured and, if the model sees, the images may be sent there from this
            folder
          </label>
        </p>
      ) : null}
      <button type="button" class="main" disabled={plan === null} onClick={() => void start("/evaluations", message)}>
        Run the evaluation
      </button>
    </>
  );
}

function Plan({ plan: { samples, cells, calls, cached, notes, ...cost } }: { readonly plan: PlannedEvaluation }) {
  return (
    <>
      <PlannedCost {...cost}>
        {samples} samples under {cells} {cells === 1 ? "condition" : "conditions"}: {calls} calls
        {cached === 0 ? "" : `, ${cached} of them answered before`}
      </PlannedCost>
      {notes.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </>
  );
}
