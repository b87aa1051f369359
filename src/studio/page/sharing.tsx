import { useState } from "preact/hooks";
import { pageAddress } from "../page-address.ts";
import { go, href, query, withQuery } from "./address.ts";
import { Choices } from "./evaluation-fields.tsx";
import { Busy, Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";
import { useStart } from "./start.ts";

export interface Sharing {
  readonly purpose: string | null;
  readonly notice: string | null;
  readonly restriction: string | null;
  /** Evaluation runs of the folder. */
  readonly runs: readonly string[];
}

/** What is handed out of a study, and how somebody is taken out of it. Whether it is open stands in the address. */
export function StudySharing({ study }: { readonly study: string }) {
  const isOpen = query.value.get("do") === "share";
  const toggle = (open: boolean) => {
    if (open !== isOpen) go(withQuery({ do: open ? "share" : null }), "replace");
  };
  return (
    <details open={isOpen} onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>Hand it out: a dataset, a notice for participants, or take somebody out</summary>
      <p>
        <a href={href(pageAddress("notice", study))}>A notice for the people who are shown</a>, to be completed and
        printed. <a href={href(`/withdraw/?${new URLSearchParams({ place: study })}`)}>Somebody withdraws</a>: their
        rows, images and examples are shown first, and then removed.
      </p>
      {isOpen ? <DatasetForm study={study} /> : null}
    </details>
  );
}

interface Exported {
  readonly folder: string;
  readonly files: number;
  readonly notes: readonly string[];
}

/** A dataset in the form of Psych-DS, as `export` writes it. */
function DatasetForm({ study }: { readonly study: string }) {
  const { value, error } = useLoaded<Sharing>(`/study/sharing?path=${encodeURIComponent(study)}`);
  const [runs, choose] = useState<readonly string[]>([]);
  const [done, setDone] = useState<Exported | null>(null);
  const [refused, refuse] = useState<string | null>(null);
  const [isWriting, setWriting] = useState(false);
  function write(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = (name: string) => String(form.get(name) ?? "").trim();
    const authors = words("authors")
      .split("\n")
      .flatMap((line) => line.trim() || []);
    const licence = words("licence");
    refuse(null);
    setDone(null);
    setWriting(true);
    post<Exported>("/study/export", {
      ...{ study, runs, authors, title: words("title") || study.split("/").at(-1) },
      ...(licence === "" ? {} : { licence }),
    })
      .then(setDone, (problem: Error) => refuse(problem.message))
      .finally(() => setWriting(false));
  }
  return (
    <form class="begin" onSubmit={write}>
      <h3>A dataset to share</h3>
      <p>
        Psych-DS with BIDS events, codebook, methods and starter scripts, to be put on OSF as it is. No image is in it.
      </p>
      <div class="row">
        <label class="field">
          Authors, one on each line
          <textarea name="authors" rows={2} required placeholder="Ekman, Paul" dir="auto" />
        </label>
        <label class="field">
          Title
          <input name="title" placeholder={study.split("/").at(-1)} dir="auto" />
        </label>
        <label class="field">
          Licence (optional)
          <input name="licence" placeholder="CC-BY-4.0" />
        </label>
      </div>
      {value === undefined || value.runs.length === 0 ? null : (
        <Choices legend="Evaluations that belong to it" options={value.runs} chosen={runs} change={choose} />
      )}
      <button type="submit" class="main" disabled={isWriting}>
        Write the dataset
      </button>
      {isWriting ? <Busy>Writing the dataset</Busy> : null}
      {done === null ? null : (
        <div role="status" class="told">
          <p>
            {done.files} files written into <code>{done.folder}</code>, none of them an image. {done.notes.join(" ")}
          </p>
          <p>
            File names, and names of people in clips, are as you gave them: see that they name nobody before you share
            them.
          </p>
        </div>
      )}
      <Failure error={refused ?? error} />
    </form>
  );
}

const EXPORTS = {
  csv: "Tables (CSV)",
  parquet: "Tables (CSV and Parquet)",
  bundle: "A bundle to replay it offline",
  experiment: "A page for participants",
} as const;

/** What `eval export` and `eval experiment` write of a run; it is found among the run's files then. */
export function RunExports({ path }: { readonly path: string }) {
  const { refused, start } = useStart();
  return (
    <details>
      <summary>Write tables for R and Python, a bundle, or a page for participants</summary>
      <p class="soft">
        Tables hold metrics, answers, comparisons and what the context did. A page for participants shows people the
        same stimuli, offline, each image in one arm; it takes a run with several arms. Save it and open it in a
        browser: people's answers are then read by <code>kuleshov eval experiment {path} answers.csv</code>.
      </p>
      <p class="row">
        {Object.entries(EXPORTS).map(([what, words]) => (
          <button key={what} type="button" onClick={() => void start("/evaluations/export", { run: path, what })}>
            {words}
          </button>
        ))}
      </p>
      <Failure error={refused} />
    </details>
  );
}
