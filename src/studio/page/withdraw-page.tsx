import { useState } from "preact/hooks";
import { query } from "./address.ts";
import { Choices } from "./evaluation-fields.tsx";
import { Busy, Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";

interface Plan {
  readonly account: string;
  readonly seen: string;
}

interface Outcome {
  readonly account: string;
  readonly isClear: boolean;
  readonly outOfReach: string;
}

/** Takes a person out of the folder, as `withdraw` does: first shown, then removed and checked. */
export function WithdrawPage() {
  const { value } = useLoaded<{ places: readonly string[] }>("/withdraw/places");
  const [places, choose] = useState<readonly string[]>([query.value.get("place") ?? "."]);
  const [asked, setAsked] = useState<object>({});
  const [plan, setPlan] = useState<Plan | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [refused, refuse] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);

  function act<T>(doing: string, inside: string, message: object, then: (answer: T) => void): void {
    refuse(null);
    setBusy(doing);
    setPlan(null);
    setOutcome(null);
    post<T>(inside, message)
      .then(then, (problem: Error) => refuse(problem.message))
      .finally(() => setBusy(null));
  }
  function look(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const columns = String(form.get("columns") ?? "")
      .split(",")
      .flatMap((name) => name.trim() || []);
    const order = { person: form.get("person"), places, columns };
    setAsked(order);
    act<Plan>("Looking for everything of theirs", "/withdraw/plan", order, setPlan);
  }
  const remove = (seen: string) =>
    act<Outcome>("Removing, and looking for what is left", "/withdraw", { ...asked, seen }, setOutcome);
  return (
    <>
      <h1>Somebody withdraws</h1>
      <p>
        Their rows, texts, images and examples are found and shown first. Nothing is removed before you say so, and what
        is removed does not come back. Their name is kept in no address and no history.
      </p>
      <form class="begin" onSubmit={look} onInput={() => setPlan(null)}>
        <div class="row">
          <label class="field">
            Who, as tables, folders or files name them
            <input name="person" required maxLength={200} autocomplete="off" placeholder="P017" dir="auto" />
          </label>
          <label class="field">
            Other columns that name people (optional)
            <input name="columns" placeholder="who, rater" />
            <span class="hint soft">Beside subject, person and participant; with commas between them.</span>
          </label>
        </div>
        <Choices
          legend="Where to look; what is not chosen is left alone"
          options={[".", ...(value?.places ?? [])]}
          chosen={places}
          inWords={(place) => (place === "." ? "the whole folder, images too" : place)}
          change={(now) => {
            choose(now);
            setPlan(null);
          }}
        />
        <button type="submit" class="main" disabled={busy !== null || places.length === 0}>
          Show what is theirs
        </button>
      </form>
      {busy === null ? null : <Busy>{busy}</Busy>}
      <Failure error={refused} />
      {plan === null ? null : (
        <section aria-label="What would be removed">
          <h2>What would be removed</h2>
          <pre>{plan.account}</pre>
          <p class="told row">
            Nothing is removed yet.
            <button type="button" class="danger" onClick={() => remove(plan.seen)}>
              Remove all of this for good
            </button>
          </p>
        </section>
      )}
      {outcome === null ? null : (
        <section role="status" aria-label="What was removed">
          <h2>{outcome.isClear ? "Removed" : "Removed, but not all of it"}</h2>
          <pre class={outcome.isClear ? undefined : "bad"}>{outcome.account}</pre>
          <p class="soft">{outcome.outOfReach} Close the browser too: it keeps small images for an hour.</p>
        </section>
      )}
    </>
  );
}
