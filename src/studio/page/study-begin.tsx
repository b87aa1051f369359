import { useId, useState } from "preact/hooks";
import type { JudgesAtHand } from "../../compose/judges.ts";
import { href, query } from "./address.ts";
import { Choices } from "./evaluation-fields.tsx";
import { Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";
import { useStart } from "./start.ts";

/** What a study can be begun with, seen from the folder. */
export interface Beginnings {
  readonly folders: readonly string[];
  /** Files that may be a toolbox's, or labels. */
  readonly tables: readonly string[];
  /** Toolboxes that measure, where they are on this machine. */
  readonly toolboxes: readonly string[];
}

/** A folder, pattern or list; folders that hold images are offered. */
export function WordsField({ title, folders, onInput }: WordsProps) {
  const list = useId();
  return (
    <label class="field">
      {title}
      <input
        name="words"
        list={list}
        required
        defaultValue={query.value.get("words") ?? folders[0] ?? ""}
        onInput={(event) => onInput?.(event.currentTarget.value)}
      />
      <datalist id={list}>
        {folders.map((folder) => (
          <option key={folder} value={folder} />
        ))}
      </datalist>
    </label>
  );
}

interface WordsProps {
  readonly title: string;
  readonly folders: readonly string[];
  readonly onInput?: (words: string) => void;
}

/** What no folder's name may hold is left out of what a study is called after. */
function suggestedName(words: string): string {
  return (
    words
      .split("/")
      .at(-1)
      ?.replace(/[\\/:*?"<>|.]/g, "") || "study"
  );
}

export function MeasureForm({ folders, toolboxes }: Beginnings) {
  const { refused, start } = useStart();
  const [words, setWords] = useState(query.value.get("words") ?? folders[0] ?? "");
  const [chosen, choose] = useState<readonly string[]>(["mesh"]);
  function begin(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [name, neutral] = [String(form.get("name") ?? ""), String(form.get("neutral") ?? "")];
    void start("/study/measure", {
      ...{ words, name: name || suggestedName(words), toolboxes: chosen, fps: Number(form.get("fps")) },
      ...(neutral === "" ? {} : { neutral }),
      contactSheet: form.has("contactSheet"),
      ...(form.has("mirrored") ? { mirrored: true } : {}),
    });
  }
  return (
    <form class="begin" onSubmit={begin}>
      <h2>Measure a folder</h2>
      {folders.length === 0 ? (
        <p>
          There is no image in the folder yet: <a href={href("/")}>drop some on Home</a>, or put them into it.
        </p>
      ) : null}
      <div class="row">
        <WordsField
          title="Folder of images, pattern, or list (.csv with a column path)"
          folders={folders}
          onInput={setWords}
        />
        <NameField suggested={suggestedName(words)} />
        <button type="submit" class="main">
          Measure
        </button>
      </div>
      <details>
        <summary>How it is measured</summary>
        <Choices legend="Toolboxes" options={toolboxes} chosen={chosen} change={choose} />
        <div class="row">
          <label class="field">
            Frames of clips in a second
            <input name="fps" type="number" min="0.1" max="60" step="any" required defaultValue="5" />
          </label>
          <label class="field">
            The person's neutral face (an image)
            <input name="neutral" placeholder="images/neutral.jpg" />
          </label>
        </div>
        <p>
          <label>
            <input type="checkbox" name="contactSheet" /> Write contact sheets too
          </label>
        </p>
        <p>
          <label>
            <input type="checkbox" name="mirrored" /> The images are mirrored, as selfies are: left and right are the
            subject's again
          </label>
        </p>
      </details>
      <Failure error={refused} />
    </form>
  );
}

function NameField({ suggested }: { readonly suggested: string }) {
  return (
    <label class="field">
      Name of the study
      <input name="name" placeholder={suggested} />
    </label>
  );
}

/** A study of what toolboxes wrote, where the images are elsewhere or may not be shared. */
export function ImportForm({ tables }: Pick<Beginnings, "tables">) {
  const { refused, refuse, start } = useStart();
  const [files, choose] = useState<readonly string[]>([]);
  const suggested = suggestedName((files[0] ?? "").replace(/\.[^.]*$/, ""));
  function begin(event: SubmitEvent): void {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name") ?? "");
    if (files.length === 0) refuse("No file is chosen yet: choose one or more above.");
    else void start("/study/import", { files, name: name || suggested });
  }
  return (
    <form class="begin" onSubmit={begin}>
      <p>
        OpenFace, Py-Feat, LibreFace, PyAFAR, AFFDEX, FaceReader and others: their files become a study without the
        images. Several about the same images are joined, so that how far they agree can be seen.
      </p>
      <Choices
        legend="Files that toolboxes wrote"
        options={tables}
        chosen={files}
        change={choose}
        other={{ title: "Another file, or one whose toolbox you name", example: "pyfeat@2.1.5:results/faces.csv" }}
      />
      <div class="row">
        <NameField suggested={suggested} />
        <button type="submit" class="main">
          Import
        </button>
      </div>
      <Failure error={refused} />
    </form>
  );
}

/** How well faces are measured, on images that people labelled. */
export function PassportForm({ folders, tables, toolboxes }: Beginnings) {
  const { refused, start } = useStart();
  const { value } = useLoaded<JudgesAtHand>("/judges");
  const [measuring, measureBy] = useState<readonly string[]>(["mesh"]);
  const [models, choose] = useState<readonly string[]>([]);
  const atHand = (value?.models ?? []).filter(({ model }) => model !== "rules");
  const isRemote = models.some((name) => atHand.find(({ model }) => model === name)?.remote !== false);
  const labels = tables.filter((table) => /\.([ct]sv|parquet)$/i.test(table));
  function begin(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void start("/passports", {
      ...{ images: form.get("words"), labels: form.get("labels"), toolboxes: measuring, models },
      ...(form.has("allowRemote") ? { allowRemote: true } : {}),
    });
  }
  return (
    <form class="begin" onSubmit={begin}>
      <p>
        A table with one row for each face, <code>path</code> and what people say of it (<code>label</code>, votes,
        codes or action units), makes a measurement passport: figures with intervals, and a paragraph for the paper.
      </p>
      <div class="row">
        <WordsField title="Folder that the table's paths are seen from" folders={[".", ...folders]} />
        <label class="field">
          Table of labels
          <input name="labels" list="label-tables" required placeholder={labels[0] ?? "labels.csv"} />
          <datalist id="label-tables">
            {labels.map((table) => (
              <option key={table} value={table} />
            ))}
          </datalist>
        </label>
        <button type="submit" class="main">
          Validate
        </button>
      </div>
      <Choices legend="Toolboxes" options={toolboxes} chosen={measuring} change={measureBy} />
      <Choices
        legend="Models that read the faces too"
        options={atHand.map(({ model }) => model)}
        chosen={models}
        change={choose}
        other={{ title: "Another model, by its name", example: "openai:gpt-4.1" }}
      />
      {isRemote ? (
        <p>
          <label>
            <input type="checkbox" name="allowRemote" /> Their servers may be elsewhere: the faces, what was measured
            and the question may be sent there from this folder
          </label>
        </p>
      ) : null}
      <Failure error={refused} />
    </form>
  );
}
