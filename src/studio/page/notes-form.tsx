import { useState } from "preact/hooks";
import type { Note } from "../notes.ts";
import { CategoryForm } from "./category-form.tsx";
import { Failure, When } from "./parts.tsx";
import { post } from "./server.ts";

interface NotesProps {
  /** `null` for a clip, whose frames become examples on its own page. */
  readonly image: string | null;
  readonly run: string;
  readonly faceId: string | null;
  readonly notes: readonly Note[];
}

const KINDS: readonly { readonly kind: Note["kind"]; readonly words: string }[] = [
  { kind: "disagree", words: "I disagree" },
  { kind: "not a face", words: "Not a face" },
  { kind: "wrong object", words: "Wrong object" },
];

/** What a person says against an answer, and of which category a face is an example. Nothing of it changes the report. */
export function NotesOnFace({ image, run, faceId, notes }: NotesProps) {
  const own = notes.filter((note) => note.faceId === faceId);
  return (
    <section aria-label="Your notes" class={own.length === 0 ? "no-print" : undefined}>
      <h3>Your notes</h3>
      {own.length === 0 ? null : (
        <ul>
          {own.map(({ at, kind, text }) => (
            <li key={at}>
              <b>{KINDS.find((each) => each.kind === kind)?.words}</b>
              {text === "" ? "" : `: ${text}`}{" "}
              <span class="soft">
                <When at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <div class="no-print">
        <NoteForm run={run} faceId={faceId} />
        {faceId === null || image === null ? null : (
          <CategoryForm name={faceId} add={(label) => post("/exemplars", { image, faceId, ...label })} />
        )}
      </div>
    </section>
  );
}

function NoteForm({ run, faceId }: { readonly run: string; readonly faceId: string | null }) {
  const [error, setError] = useState<string | null>(null);
  async function keep(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const element = event.currentTarget as HTMLFormElement;
    const form = new FormData(element);
    const note = { run, faceId, evidenceId: null, kind: form.get("kind"), text: String(form.get("text") ?? "") };
    try {
      await post("/notes", note);
      setError(null);
      element.reset();
    } catch (problem) {
      setError((problem as Error).message);
    }
  }
  return (
    <details>
      <summary>I disagree, or this is not a face</summary>
      <form onSubmit={(event) => void keep(event)}>
        <fieldset class="row plain">
          <legend class="hidden">What is wrong</legend>
          {KINDS.filter(({ kind }) => faceId !== null || kind !== "not a face").map(({ kind, words }, at) => (
            <label key={kind}>
              <input type="radio" name="kind" value={kind} defaultChecked={at === 0} /> {words}
            </label>
          ))}
        </fieldset>
        <label class="field">
          Why, or what instead
          <textarea name="text" rows={2} dir="auto" />
          <span class="hint soft">It is kept beside the report, in notes.jsonl, and changes no measurement.</span>
        </label>
        <button type="submit">Keep the note</button>
        <Failure error={error} />
      </form>
    </details>
  );
}
