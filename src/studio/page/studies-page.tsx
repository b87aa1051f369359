import { useState } from "preact/hooks";
import type { Job } from "../jobs.ts";
import type { FoundRun } from "../runs.ts";
import { go, href, query } from "./address.ts";
import { Busy, Failure, RunList } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";
import { StudyPage } from "./study-page.tsx";

interface Studies {
  readonly studies: readonly FoundRun[];
  readonly folders: readonly string[];
}

/** One study, or all of them where the address names none. */
export function StudiesPage({ rest }: { readonly rest: string }) {
  return rest === "" ? <AllStudies /> : <StudyPage key={rest} rest={rest} />;
}

function AllStudies() {
  const { value, error } = useLoaded<Studies>("/studies");
  return (
    <>
      <h1>Studies</h1>
      <p>A study measures every face in many images into tables, which you then look through, clean and hand out.</p>
      <Failure error={error} />
      {value === undefined ? (
        error === null ? (
          <Busy>Looking for studies</Busy>
        ) : null
      ) : (
        <Begin folders={value.folders} />
      )}
      {value === undefined || value.studies.length === 0 ? null : (
        <>
          <h2>In this folder</h2>
          <RunList runs={value.studies} page="study" />
        </>
      )}
    </>
  );
}

function Begin({ folders }: Pick<Studies, "folders">) {
  const [words, setWords] = useState(query.value.get("words") ?? folders[0] ?? "");
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const suggested =
    words
      .split("/")
      .at(-1)
      ?.replace(/[\\/:*?"<>|.]/g, "") || "study";
  async function begin(event: Event): Promise<void> {
    event.preventDefault();
    setError(null);
    try {
      const { job } = await post<{ job: Job }>("/study/measure", { words, name: name || suggested });
      go(job.address);
    } catch (problem) {
      setError((problem as Error).message);
    }
  }
  return (
    <form class="begin" onSubmit={(event) => void begin(event)}>
      <h2>Measure a folder</h2>
      {folders.length === 0 ? (
        <p>
          There is no image in the folder yet: <a href={href("/")}>drop some on Home</a>, or put them into it.
        </p>
      ) : null}
      <div class="row">
        <label class="field">
          Folder of images, pattern, or list (.csv with a column path)
          <input name="words" list="folders" required value={words} onInput={(e) => setWords(e.currentTarget.value)} />
        </label>
        <label class="field">
          Name of the study
          <input name="name" value={name} placeholder={suggested} onInput={(e) => setName(e.currentTarget.value)} />
        </label>
        <button type="submit" class="main">
          Measure
        </button>
      </div>
      <datalist id="folders">
        {folders.map((folder) => (
          <option key={folder} value={folder} />
        ))}
      </datalist>
      <Failure error={error} />
    </form>
  );
}
