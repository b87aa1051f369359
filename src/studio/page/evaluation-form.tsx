import { useEffect, useState } from "preact/hooks";
import type { JudgesAtHand } from "../../compose/judges.ts";
import { armInWords } from "../../pages/stimulus-rows.tsx";
import { go, query, withQuery } from "./address.ts";
import { Begin } from "./evaluation-begin.tsx";
import { Columns } from "./evaluation-columns.tsx";
import { ARMS, type Draft, draftInAddress, fileOf } from "./evaluation-draft.ts";
import type { Evaluations } from "./evaluations-page.tsx";
import { Failure, NumberField } from "./parts.tsx";
import { useLoaded } from "./server.ts";

/** A form, beside it the file that it writes and what that would cost, and below a way to begin. */
export function EvaluationForm({ files, shipped, tables, folders }: Evaluations) {
  const named = query.value.get("file");
  const isShipped = shipped.some(({ name }) => name === named);
  const found = useLoaded<{ text: string }>(
    named === null ? null : `/evaluation-file?name=${encodeURIComponent(named)}`,
  );
  const draft = draftInAddress();
  const [byHand, setByHand] = useState<string | null>(null);
  useEffect(() => setByHand(null), [named]);
  const written = named === null ? fileOf(draft) : (found.value?.text ?? "");
  const text = byHand ?? written;
  const change = (news: Partial<Draft>) => {
    setByHand(null);
    go(withQuery({ file: null, form: JSON.stringify({ ...draft, ...news }) }), "replace");
  };
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
        {named === null ? (
          <Fields draft={draft} change={change} sources={[...tables, ...folders]} />
        ) : (
          <p>{shipped.find(({ name }) => name === named)?.description ?? "Its file stands beside, to be changed."}</p>
        )}
      </section>
      <section aria-label="The file">
        <label class="field">
          The file that this writes
          <textarea
            class="code"
            rows={16}
            spellcheck={false}
            readOnly={isShipped}
            value={text}
            onInput={(event) => setByHand(event.currentTarget.value)}
          />
        </label>
        {byHand === null || named !== null ? null : (
          <p class="told row">
            It was changed by hand.
            <button type="button" onClick={() => setByHand(null)}>
              Write it from the form again
            </button>
          </p>
        )}
        <Failure error={found.error} />
        <Begin text={text} file={isShipped ? named : null} isReady={named !== null || draft.source !== ""} />
      </section>
    </div>
  );
}

export interface FieldsProps {
  readonly draft: Draft;
  readonly change: (news: Partial<Draft>) => void;
  readonly sources: readonly string[];
}

function Fields({ draft, change, sources }: FieldsProps) {
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
      {/\.(csv|tsv)$/i.test(draft.source) ? <Columns draft={draft} change={change} /> : null}
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
      <Models draft={draft} change={change} />
      <fieldset class="checks">
        <legend>How the image is shown</legend>
        {ARMS.map((arm) => (
          <label key={arm}>
            <input
              type="checkbox"
              checked={draft.arms.includes(arm)}
              onChange={() => change({ arms: ARMS.filter((each) => (each === arm) !== draft.arms.includes(each)) })}
            />
            {armInWords(arm)}
          </label>
        ))}
      </fieldset>
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
      <div class="row numbers">
        <label class="field">
          Passes when
          <input
            name="metric"
            value={draft.metric}
            onInput={(event) => change({ metric: event.currentTarget.value })}
          />
        </label>
        <NumberField
          {...{ title: "is at least", name: "atLeast", step: "any", value: draft.atLeast }}
          change={(atLeast) => change({ atLeast })}
        />
      </div>
    </>
  );
}

function Models({ draft, change }: Omit<FieldsProps, "sources">) {
  const { value } = useLoaded<JudgesAtHand>("/judges");
  const atHand = value?.models.map(({ model }) => model) ?? ["rules"];
  const others = draft.models.filter((model) => !atHand.includes(model));
  const [other, setOther] = useState("");
  const add = () => {
    if (other.trim() !== "") change({ models: [...new Set([...draft.models, other.trim()])] });
    setOther("");
  };
  return (
    <fieldset class="checks">
      <legend>Judges</legend>
      {[...atHand, ...others].map((model) => (
        <label key={model}>
          <input
            type="checkbox"
            checked={draft.models.includes(model)}
            onChange={() =>
              change({
                models: draft.models.includes(model)
                  ? draft.models.filter((each) => each !== model)
                  : [...draft.models, model],
              })
            }
          />
          {model}
        </label>
      ))}
      <span class="row">
        <input
          aria-label="Another judge, by its name"
          placeholder="openai:gpt-4.1"
          value={other}
          onInput={(event) => setOther(event.currentTarget.value)}
        />
        <button type="button" onClick={add}>
          Add
        </button>
      </span>
    </fieldset>
  );
}
