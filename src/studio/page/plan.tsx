import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "./server.ts";

const PLAN_AFTER_MS = 500;

interface Planned<T> {
  readonly of: string;
  readonly plan: T | null;
  readonly error: string | null;
}

/** What something would take, asked again whenever the message is another; `null` asks nothing. */
export function usePlan<T>(address: string, message: object | null) {
  const [planned, setPlanned] = useState<Planned<T> | null>(null);
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const wanted = useRef("");
  const key = message === null ? "" : JSON.stringify(message);
  useEffect(() => {
    wanted.current = key;
    if (message === null) return;
    const timer = setTimeout(() => {
      // One after another: reading a large data set takes a while, and only the last message is of interest.
      before.current = before.current.then(async () => {
        if (wanted.current !== key) return;
        await post<T>(address, message).then(
          (plan) => setPlanned({ of: key, plan, error: null }),
          (problem: Error) => setPlanned({ of: key, plan: null, error: problem.message }),
        );
      });
    }, PLAN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const isOfThis = message !== null && planned?.of === key;
  return {
    plan: isOfThis ? planned.plan : null,
    error: isOfThis ? planned.error : null,
    isCounting: message !== null && !isOfThis,
  };
}

interface Cost {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly unpricedModels: readonly string[];
}

/** What would be asked, in words, and behind it what that costs. */
export function PlannedCost({ children, ...cost }: Cost & { readonly children: ComponentChildren }) {
  const { inputTokens, outputTokens, usd, unpricedModels } = cost;
  const thousands = (value: number) => Math.round(value).toLocaleString("en-US");
  const unknown = `at a price that is not known of ${unpricedModels.join(", ")}`;
  const known = `about ${usd.toFixed(usd < 1 ? 4 : 2)} USD`;
  const price =
    unpricedModels.length === 0 ? (usd === 0 ? "free" : known) : usd === 0 ? unknown : `${known} and ${unknown}`;
  return (
    <p>
      <strong>
        {children}, {price}
      </strong>
      {inputTokens === 0 ? null : (
        <span class="soft">
          {" "}
          About {thousands(inputTokens)} tokens in and {thousands(outputTokens)} out.
        </span>
      )}
    </p>
  );
}
