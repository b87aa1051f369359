import { useId, useState } from "preact/hooks";
import type { FoundExemplar } from "../exemplar-routes.ts";
import { go, href, query, withQuery } from "./address.ts";
import { ModelField } from "./ask-form.tsx";
import { Busy, Failure, JobList } from "./parts.tsx";
import { jobs, post, useLoaded } from "./server.ts";

const WORK = {
  import: "Import a folder with one folder for each category, or a pack",
  search: "Search by words, or by an image",
  export: "Write a pack, to be shared",
  distil: "Write definitions, to be read and changed",
  remeasure: "Measure all again, after the toolbox has changed",
};

interface Answer {
  readonly told?: string;
  readonly found?: readonly FoundExemplar[];
  readonly error?: string;
}

/** Many examples at once: what is to be done is chosen, and its progress stands below. */
export function ExemplarsForm({ names }: { readonly names: readonly string[] }) {
  const work = query.value.get("do") ?? "import";
  const [{ told, found, error = null }, answer] = useState<Answer>({});
  const [isBusy, setBusy] = useState(false);
  const list = useId();
  const { value } = useLoaded<{ sources: readonly string[] }>("/exemplars/sources");
  const own = jobs.value.filter(({ kind }) => kind === "exemplars");
  const last = own.at(-1);
  async function begin(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget as HTMLFormElement)].filter(([name]) => name !== "work");
    const words = fields.flatMap(([name, text]) =>
      text === "" ? [] : [[name, name === "partial" || name === "allowRemote" ? true : text]],
    );
    answer({});
    setBusy(true);
    answer(
      await post<Answer>(`/exemplars/${work}`, Object.fromEntries(words)).catch(({ message }: Error) => ({
        error: message,
      })),
    );
    setBusy(false);
  }
  const field = (title: string, name: string, input: object = {}) => (
    <label class="field" key={`${work} ${name}`}>
      {title}
      <input name={name} dir="auto" {...input} />
    </label>
  );
  const file = (title: string, placeholder: string) => field(title, "file", { required: true, placeholder });
  const embedder = () =>
    field("Embedder of the texts (optional)", "embedder", { placeholder: "ollama:nomic-embed-text" });
  const which = () => (
    <label class="field">
      Which
      <select name="category">
        <option value="">all categories</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
  const fieldsOf: Readonly<Record<string, () => unknown>> = {
    import: () => [
      field("Folder, pack or table", "source", { list, required: true, placeholder: value?.sources[0] }),
      field("Labelled by (optional)", "labeller"),
      embedder(),
    ],
    search: () => [
      field("Words", "text"),
      field("Like the faces of an image", "like", { placeholder: "images/party.jpg" }),
      field("Only this face of it (optional)", "face", { placeholder: "F2" }),
      which(),
      embedder(),
    ],
    export: () => [file("The pack", "examples.jsonl"), which()],
    distil: () => [file("The file", "definitions.json"), which(), <ModelField key="model" from="rules" />],
    remeasure: () => field("A new folder for them", "to", { required: true, placeholder: "exemplars-again" }),
  };
  return (
    <form class="new-category exemplars" onSubmit={(event) => void begin(event)}>
      <h2>Many examples at once</h2>
      <div class="row">
        <label class="field">
          What to do
          <select
            name="work"
            value={work}
            onChange={(event) => {
              go(withQuery({ do: event.currentTarget.value }), "replace");
              answer({});
            }}
          >
            {Object.entries(WORK).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {fieldsOf[work]?.() as never}
        <button type="submit">Begin</button>
      </div>
      <datalist id={list}>
        {value?.sources.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      {work === "import" ? (
        <label>
          <input type="checkbox" name="partial" /> Leave out entries that cannot be used
        </label>
      ) : null}
      {work === "import" || work === "search" ? (
        <p>
          <label>
            <input type="checkbox" name="allowRemote" /> The embedder's server may be elsewhere: the texts may be sent
            there from this folder
          </label>
        </p>
      ) : null}
      <JobList jobs={own.filter(({ state }) => state !== "done")} />
      {isBusy ? <Busy>At work</Busy> : null}
      <p role="status">{told ?? (last?.state === "done" ? `${last.title}: ${last.step}` : "")}</p>
      <Failure error={error} />
      <ul class="studies">
        {found?.map(({ id, category, role, similarity, why }) => (
          <li key={id} class="row">
            <img src={href(`/api/exemplar-view?id=${id}`)} alt="" width={72} />
            <span dir="auto">
              <b>{role === "instance" ? category : `not ${category}`}</b> {similarity?.toFixed(2)}{" "}
              <span class="soft">{why.join("; ")}</span>
            </span>
          </li>
        ))}
      </ul>
    </form>
  );
}
