import { useState } from "preact/hooks";
import { visibleText } from "../../platform/visible-text.ts";
import type { Note } from "../notes.ts";
import { Failure, When } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";

interface NotesProps {
  readonly image: string;
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
    <section aria-label="Your notes">
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
        {faceId === null ? null : <CategoryForm image={image} faceId={faceId} />}
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

function CategoryForm({ image, faceId }: { readonly image: string; readonly faceId: string }) {
  const [told, setTold] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(false);
  const { value } = useLoaded<{ categories: readonly string[] }>(isOpen ? "/categories" : null);
  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = (name: string) => String(form.get(name) ?? "").trim();
    setError(null);
    setTold("Adding");
    try {
      const why = words("why") === "" ? null : words("why");
      await post("/exemplars", { image, faceId, category: words("category"), role: words("role"), why });
      setTold(`${faceId} was added to ${words("category")}; ask with --categories, or on the page of categories.`);
    } catch (problem) {
      setTold(null);
      setError((problem as Error).message);
    }
  }
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Add to a category</summary>
      <form onSubmit={(event) => void add(event)}>
        <label class="field">
          Category
          <input name="category" required maxLength={80} list="categories" dir="auto" />
        </label>
        <datalist id="categories">
          {(value?.categories ?? []).map((name) => (
            <option key={name} value={visibleText(name)} />
          ))}
        </datalist>
        <label class="field">
          {faceId} is
          <select name="role">
            <option value="instance">an example of it</option>
            <option value="counter">taken for it, and is not</option>
          </select>
        </label>
        <label class="field">
          Why (optional)
          <input name="why" dir="auto" />
        </label>
        <button type="submit">Add {faceId}</button>
        {told === null ? null : <p role="status">{told}</p>}
        <Failure error={error} />
      </form>
    </details>
  );
}
