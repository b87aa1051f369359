import { useEffect, useRef, useState } from "preact/hooks";
import type { PlannedEvaluation } from "../evaluation-jobs.ts";
import type { Job } from "../jobs.ts";
import { go } from "./address.ts";
import { Failure } from "./parts.tsx";
import { post } from "./server.ts";

const PLAN_AFTER_MS = 500;

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
  const [planned, setPlanned] = useState<{ of: string; plan: PlannedEvaluation | null; error: string | null } | null>(
    null,
  );
  const [error, setError] = useState<string | null>(null);
  const [isAllowed, allow] = useState(false);
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const wanted = useRef("");
  const key = `${file} ${isAllowed} ${text}`;
  const message = { text, ...(file === null ? {} : { file }), ...(isAllowed ? { allowRemote: true } : {}) };
  useEffect(() => {
    wanted.current = key;
    if (!isReady || text === "") return;
    const timer = setTimeout(() => {
      // One after another: reading a large data set takes a while, and only the last text is of interest.
      before.current = before.current.then(async () => {
        if (wanted.current !== key) return;
        await post<PlannedEvaluation>("/evaluation-plan", message).then(
          (plan) => setPlanned({ of: key, plan, error: null }),
          (problem: Error) => setPlanned({ of: key, plan: null, error: problem.message }),
        );
      });
    }, PLAN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key, isReady]);

  async function begin(): Promise<void> {
    setError(null);
    try {
      const { job } = await post<{ job: Job }>("/evaluations", message);
      go(job.address);
    } catch (problem) {
      setError((problem as Error).message);
    }
  }

  const plan = planned?.of === key ? planned.plan : null;
  return (
    <>
      <div role="status" class="plan">
        {!isReady ? "Choose a list first." : planned?.of !== key ? "Counting what it would take" : null}
        {plan === null ? null : <Plan plan={plan} />}
      </div>
      <Failure error={error ?? (planned?.of === key ? planned.error : null)} />
      {hasServer ? (
        <p>
          <label>
            <input type="checkbox" checked={isAllowed} onChange={() => allow(!isAllowed)} /> A judge's server may be
            elsewhere: what is asked, what was measured and, if the model sees, the images may be sent there from this
            folder
          </label>
        </p>
      ) : null}
      <button type="button" class="main" disabled={plan === null} onClick={() => void begin()}>
        Run the evaluation
      </button>
    </>
  );
}

function Plan({
  plan: { samples, cells, calls, cached, inputTokens, outputTokens, usd, unpricedModels, notes },
}: {
  readonly plan: PlannedEvaluation;
}) {
  const thousands = (value: number) => Math.round(value).toLocaleString("en-US");
  const unknown = `at a price that is not known of ${unpricedModels.join(", ")}`;
  const known = `about ${usd.toFixed(usd < 1 ? 4 : 2)} USD`;
  const cost =
    unpricedModels.length === 0 ? (usd === 0 ? "free" : known) : usd === 0 ? unknown : `${known} and ${unknown}`;
  return (
    <>
      <p>
        <strong>
          {samples} samples under {cells} {cells === 1 ? "condition" : "conditions"}: {calls} calls
          {cached === 0 ? "" : `, ${cached} of them answered before`}, {cost}
        </strong>
        {inputTokens === 0 ? null : (
          <span class="soft">
            {" "}
            About {thousands(inputTokens)} tokens in and {thousands(outputTokens)} out.
          </span>
        )}
      </p>
      {notes.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </>
  );
}
