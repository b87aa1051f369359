import type { FoundRun } from "../runs.ts";
import { href, query } from "./address.ts";
import { ModelField } from "./ask-form.tsx";
import { Busy, Failure, RunList } from "./parts.tsx";
import { useLoaded } from "./server.ts";
import { useStart } from "./start.ts";
import { WordsField } from "./study-begin.tsx";

interface Searches {
  /** Categories that examples are kept of in this folder. */
  readonly categories: readonly string[];
  readonly packs: readonly { readonly name: string; readonly categories: readonly string[] }[];
  readonly folders: readonly string[];
  readonly runs: readonly FoundRun[];
}

/** Looks in many images for the expression that the examples of a category show. */
export function FindPage() {
  const { value, error } = useLoaded<Searches>("/searches");
  return (
    <>
      <h1>Find</h1>
      <p>
        Ranks the faces of many images by how far they show the same expression as the examples of a category, and has
        the best of them judged.
      </p>
      <Failure error={error} />
      {value === undefined ? error === null ? <Busy>Looking for categories</Busy> : null : <FindForm {...value} />}
      {value === undefined || value.runs.length === 0 ? null : (
        <>
          <h2>In this folder</h2>
          <RunList runs={value.runs} page="run" />
        </>
      )}
    </>
  );
}

function FindForm({ categories, packs, folders }: Searches) {
  const { refused, start } = useStart();
  function begin(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [pack, category] = JSON.parse(String(form.get("category"))) as [string | null, string];
    const model = String(form.get("model") ?? "").trim();
    void start("/searches", {
      ...{ category, pack, words: form.get("words"), top: Number(form.get("top")) },
      ...(model ? { model } : {}),
      ...(form.has("allowRemote") ? { allowRemote: true } : {}),
    });
  }
  const option = (category: string, pack: string | null) => (
    <option
      key={category}
      value={JSON.stringify([pack, category])}
      selected={pack === null && category === query.value.get("category")}
    >
      {category}
    </option>
  );
  return (
    <form onSubmit={begin}>
      {categories.length === 0 ? (
        <p>
          No category of your own has examples yet: <a href={href("/categories/")}>drag faces into one</a>, or look for
          one of those that ship.
        </p>
      ) : null}
      <div class="row">
        <label class="field">
          Category
          <select name="category">
            {categories.length === 0 ? null : (
              <optgroup label="Yours">{categories.map((category) => option(category, null))}</optgroup>
            )}
            {packs.map(({ name, categories: its }) => (
              <optgroup key={name} label={`${name}, which ships with Kuleshov`}>
                {its.map((category) => option(category, name))}
              </optgroup>
            ))}
          </select>
        </label>
        <WordsField title="Look in: folder of images, pattern, list or study" folders={folders} />
        <label class="field">
          Faces that are shown and judged
          <input name="top" type="number" min={1} max={500} required defaultValue="24" />
        </label>
        <ModelField from="rules" />
      </div>
      <button type="submit" class="main">
        Look for it
      </button>
      <Failure error={refused} />
    </form>
  );
}
