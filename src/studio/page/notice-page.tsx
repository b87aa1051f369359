import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { pageAddress } from "../page-address.ts";
import { href } from "./address.ts";
import { Busy, Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";
import type { Sharing } from "./sharing.tsx";

/** A notice for the people whose images a study holds, as `notice` prints it. On paper it stands alone. */
export function NoticePage({ rest: study }: { readonly rest: string }) {
  const { value, error } = useLoaded<Sharing>(`/study/sharing?path=${encodeURIComponent(study)}`);
  const [refused, refuse] = useState<string | null>(null);
  function keep(event: SubmitEvent): void {
    event.preventDefault();
    const purpose = new FormData(event.currentTarget as HTMLFormElement).get("purpose");
    refuse(null);
    post("/study/purpose", { study, purpose }).catch((problem: Error) => refuse(problem.message));
  }
  if (value === undefined) return error === null ? <Busy>Reading the study</Busy> : <Failure error={error} />;
  return (
    <>
      <form class="no-print" onSubmit={keep}>
        {value.notice === null ? <h1>A notice for participants</h1> : null}
        <p>
          For the people whose images <a href={href(pageAddress("study", study))}>{study}</a> holds. What is in italics
          is for you to fill in on paper or in a copy.
        </p>
        <label class="field">
          What the study is for
          <textarea name="purpose" rows={2} required dir="auto" defaultValue={value.purpose ?? ""} />
          <span class="hint soft">Kept in the study's purpose.txt.</span>
        </label>
        <div class="row">
          <button type="submit" class={value.notice === null ? "main" : undefined}>
            {value.notice === null ? "Write the notice" : "Write it again"}
          </button>
          {value.notice === null ? null : (
            <button type="button" class="main" onClick={() => print()}>
              Print the notice
            </button>
          )}
        </div>
        {value.restriction === null ? null : <p class="told">{value.restriction}</p>}
        <Failure error={refused ?? error} />
      </form>
      {value.notice === null ? null : <Notice text={value.notice} />}
    </>
  );
}

/** Paragraphs, a heading, and words that stand out: all that a notice has of Markdown. */
function Notice({ text }: { readonly text: string }) {
  const parts = text.trim().split(/\n\n+/);
  return (
    <article class="notice">
      {parts.map((part) =>
        part.startsWith("# ") ? <h1 key={part}>{part.slice(2)}</h1> : <p key={part}>{spans(part)}</p>,
      )}
    </article>
  );
}

function spans(text: string): ComponentChildren[] {
  return text.split(/(\*\*[^*]+\*\*|(?<!\w)_[^_]+_(?!\w)|`[^`]+`)/).map((part) => {
    if (part.startsWith("**")) return <b>{part.slice(2, -2)}</b>;
    if (/^_.+_$/s.test(part)) return <em>{part.slice(1, -1)}</em>;
    return /^`.+`$/s.test(part) ? <code>{part.slice(1, -1)}</code> : part;
  });
}
