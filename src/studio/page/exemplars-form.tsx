import { useId, useState } from "preact/hooks";
import { Failure, JobList } from "./parts.tsx";
import { jobs, post, useLoaded } from "./server.ts";

const WORK = {
  import: "Import a folder with one folder for each category, or a pack",
  export: "Write a pack, to be shared",
  remeasure: "Measure all again, after the toolbox has changed",
};

/** Examples of many faces at once: what is to be done is chosen, and its progress stands below. */
export function ExemplarsForm({ names }: { readonly names: readonly string[] }) {
  const [work, choose] = useState("import");
  const [told, tell] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const list = useId();
  const { value } = useLoaded<{ sources: readonly string[] }>("/exemplars/sources");
  const own = jobs.value.filter(({ kind }) => kind === "exemplars");
  const last = own.at(-1);
  async function begin(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget as HTMLFormElement)].filter(([name]) => name !== "work");
    const words = fields.flatMap(([name, text]) => (text === "" ? [] : [[name, text === "on" ? true : text]]));
    setError(null);
    tell(null);
    try {
      tell((await post<{ told?: string }>(`/exemplars/${work}`, Object.fromEntries(words))).told ?? null);
    } catch (problem) {
      setError((problem as Error).message);
    }
  }
  const field = (title: string, name: string, input: object = {}) => (
    <label class="field" key={`${work} ${name}`}>
      {title}
      <input name={name} dir="auto" {...input} />
    </label>
  );
  return (
    <form class="new-category exemplars" onSubmit={(event) => void begin(event)}>
      <h2>Many examples at once</h2>
      <div class="row">
        <label class="field">
          What to do
          <select name="work" value={work} onChange={(event) => choose(event.currentTarget.value)}>
            {Object.entries(WORK).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {work === "import" ? (
          <>
            {field("Folder, pack or table", "source", { list, required: true, placeholder: value?.sources[0] })}
            {field("Labelled by (optional)", "labeller")}
            {field("Embedder of the texts (optional)", "embedder", { placeholder: "ollama:nomic-embed-text" })}
          </>
        ) : work === "export" ? (
          <>
            {field("The pack", "file", { required: true, placeholder: "examples.jsonl" })}
            <label class="field">
              Which
              <select name="category">
                <option value="">all categories</option>
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          </>
        ) : (
          field("A new folder for them", "to", { required: true, placeholder: "exemplars-again" })
        )}
        <button type="submit">Begin</button>
      </div>
      <datalist id={list}>
        {value?.sources.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      {work === "import" ? (
        <p>
          <label>
            <input type="checkbox" name="partial" /> Leave out entries that cannot be used
          </label>{" "}
          <label>
            <input type="checkbox" name="allowRemote" /> The embedder's server may be elsewhere: the texts may be sent
            there from this folder
          </label>
        </p>
      ) : null}
      <JobList jobs={own.filter(({ state }) => state !== "done")} />
      <p role="status">{told ?? (last?.state === "done" ? `${last.title}: ${last.step}` : "")}</p>
      <Failure error={error} />
    </form>
  );
}
