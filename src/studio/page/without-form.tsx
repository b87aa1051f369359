import { useId } from "preact/hooks";
import type { AnswerEntry } from "./image-page.tsx";
import { Failure } from "./parts.tsx";
import { useStart } from "./start.ts";

interface WithoutProps {
  readonly image: string;
  /** The answer whose question, context and judge it is asked with. */
  readonly from: AnswerEntry | undefined;
  readonly objects: readonly string[];
}

/** Asks the same again about the image with and without an object: one that was found, or any that is typed. */
export function WithoutForm({ image, from, objects }: WithoutProps) {
  const list = useId();
  const { refused, start } = useStart();
  function ask(event: SubmitEvent): void {
    event.preventDefault();
    const without = new FormData(event.currentTarget as HTMLFormElement).get("without");
    const { question, context, face, model } = from ?? {};
    const before = Object.entries({ question, context, face, model }).filter(([, words]) => words != null);
    void start("/ask", { image, without, ...Object.fromEntries(before) });
  }
  return (
    <details class="no-print">
      <summary>What an object changes</summary>
      <form onSubmit={ask}>
        <label class="field">
          Object that is taken away
          <input name="without" list={list} required maxLength={100} placeholder={objects[0] ?? "wine glass"} />
          <datalist id={list}>
            {objects.map((object) => (
              <option key={object} value={object} />
            ))}
          </datalist>
          <span class="hint soft">
            {objects.length === 0
              ? "Objects are looked for then; those that were found are named where it is not among them."
              : `Found: ${objects.join(", ")}.`}
          </span>
        </label>
        <button type="submit">Ask with and without it</button>
      </form>
      <Failure error={refused} />
    </details>
  );
}
