import type { JudgesAtHand } from "../../compose/judges.ts";
import { armInWords } from "../../pages/stimulus-rows.tsx";
import { go, query, withQuery, written } from "./address.ts";
import { Begin } from "./evaluation-begin.tsx";
import { Columns } from "./evaluation-columns.tsx";
import { ARMS, type Draft, draftOf, edited } from "./evaluation-draft.ts";
import { Choices, Examples, Thresholds } from "./evaluation-fields.tsx";
import type { Evaluations } from "./evaluations-page.tsx";
import { Failure, NumberField } from "./parts.tsx";
import { useLoaded } from "./server.ts";

/** A form over a file: what is changed in either stands in both, and what it would cost below. */
export function EvaluationForm({ files, shipped, tables, folders, prompts }: Evaluations) {
  const named = query.value.get("file");
  const isShipped = shipped.some(({ name }) => name === named);
  const found = useLoaded<{ text: string }>(
    named === null ? null : `/evaluation-file?name=${encodeURIComponent(named)}`,
  );
  const asFound = named === null ? "" : found.value?.text;
  const text = written.value ?? asFound ?? "";
  const write = (next: string) => go(withQuery({}, next === asFound ? null : next), "replace");
  const draft = draftOf(text);
  return (
    <div class="beside">
      <section aria-label="What is evaluated">
        <label class="field">
          Begin with
          <select value={named ?? ""} onChange={(event) => go(withQuery({ file: event.currentTarget.value || null }))}>
            <option value="">a list or folder of your own</option>
            {files.map((file) => (
              <option key={file}>{file}</option>
            ))}
            {shipped.map(({ name }) => (
              <option key={name} value={name}>
                {name}, which ships with Kuleshov
              </option>
            ))}
          </select>
        </label>
        {isShipped ? <p>{shipped.find(({ name }) => name === named)?.description}</p> : null}
        {draft === null ? (
          <p class="told">The file cannot be read as it stands, so that only its text can be changed.</p>
        ) : asFound === undefined ? null : (
          <Fields
            draft={draft}
            change={(news) => write(edited(text, draft, news))}
            sources={[...tables, ...folders]}
            prompts={prompts}
          />
        )}
      </section>
      <section aria-label="The file">
        <label class="field">
          The file that this writes
          <textarea
            class="code"
            rows={20}
            spellcheck={false}
            value={text}
            onInput={(event) => write(event.currentTarget.value)}
          />
        </label>
        {named === null || asFound === undefined || text === asFound ? null : (
          <p class="told row">
            It was changed, and is kept beside {named}, which stays as it is.
            <button type="button" onClick={() => write(asFound)}>
              Undo the changes
            </button>
          </p>
        )}
        <Failure error={found.error} />
        <Begin
          text={text}
          file={isShipped ? named : null}
          isReady={draft === null || draft.source !== ""}
          hasServer={draft?.hasServer ?? false}
        />
      </section>
    </div>
  );
}

export interface FieldsProps {
  readonly draft: Draft;
  readonly change: (news: Partial<Draft>) => void;
}

function Fields({
  draft,
  change,
  sources,
  prompts,
}: FieldsProps & { readonly sources: readonly string[]; readonly prompts: readonly string[] }) {
  const { value: judges } = useLoaded<JudgesAtHand>("/judges");
  const isOther = draft.source !== "" && !sources.includes(draft.source);
  return (
    <>
      <label class="field">
        List (.csv) or folder with one folder for each label
        <select
          name="source"
          value={draft.source}
          onChange={({ currentTarget: { value } }) => {
            const name = (value.split("/").at(-1) ?? "").replace(/\.\w+$/, "").toLowerCase();
            const plain = name.replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "");
            change({ source: value, roles: {}, name: plain || "evaluation" });
          }}
        >
          <option value="">choose one</option>
          {isOther ? <option value={draft.source}>{`${draft.source} (${draft.format})`}</option> : null}
          {sources.map((source) => (
            <option key={source} value={source}>
              {source === "." ? "this folder" : source}
            </option>
          ))}
        </select>
      </label>
      {sources.length === 0 ? (
        <p>There is none in the folder yet: put a table with images and labels into it, or a folder for each label.</p>
      ) : null}
      {!isOther && draft.format === "csv" ? <Columns draft={draft} change={change} /> : null}
      <label class="field">
        Name
        <input
          name="name"
          value={draft.name}
          pattern="[a-z0-9][a-z0-9\-]*"
          title="lower-case letters, digits and hyphens"
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
      </label>
      <Choices
        legend="Judges"
        options={judges?.models.map(({ model }) => model) ?? ["rules"]}
        chosen={draft.models}
        change={(models) => change({ models })}
        other={{ title: "Another judge, by its name", example: "openai:gpt-4.1" }}
      />
      <Choices
        legend="How the image is shown"
        options={ARMS}
        chosen={draft.arms}
        inWords={armInWords}
        change={(arms) => change({ arms })}
      />
      <Choices
        legend="What was measured is told, or not"
        options={["mesh", "none"]}
        chosen={draft.evidence}
        inWords={(each) => (each === "none" ? "nothing measured" : `measured by ${each}`)}
        change={(evidence) => change({ evidence })}
        other={{ title: "Another toolbox, or several with commas between", example: "mesh, hsemotion" }}
      />
      {prompts.length === 0 && draft.prompts.length < 2 ? null : (
        <Choices
          legend="Prompts"
          options={["judge", ...prompts]}
          chosen={draft.prompts}
          inWords={(each) => (each === "judge" ? "judge, which ships with Kuleshov" : each)}
          change={(prompts) => change({ prompts })}
        />
      )}
      <Examples draft={draft} change={change} />
      <div class="row numbers">
        <NumberField
          {...{ title: "Answers for each", name: "repeats", min: 1, value: draft.repeats }}
          change={(repeats) => change({ repeats: Math.max(1, repeats ?? 1) })}
        />
        <NumberField
          {...{ title: "At most so many rows", name: "limit", min: 1, value: draft.limit }}
          change={(limit) => change({ limit })}
        />
        <NumberField
          {...{ title: "At most so many USD", name: "usd", min: 0, step: "any", value: draft.usd }}
          change={(usd) => change({ usd })}
        />
      </div>
      <Thresholds draft={draft} change={change} />
    </>
  );
}
