import { useState } from "preact/hooks";
import { STARTER_PACKS } from "../../exemplars/starter-packs.ts";
import type { Threshold } from "./evaluation-draft.ts";
import type { FieldsProps } from "./evaluation-form.tsx";
import { NumberField } from "./parts.tsx";

interface ChoicesProps {
  readonly legend: string;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly inWords?: (option: string) => string;
  readonly change: (chosen: readonly string[]) => void;
  /** What is typed where it is none of the options. */
  readonly other?: { readonly title: string; readonly example: string };
}

/** Each that is chosen is a condition; those of the file that are not offered are there too. */
export function Choices({ legend, options, chosen, inWords = String, change, other }: ChoicesProps) {
  const all = [...new Set([...options, ...chosen])];
  const [typed, type] = useState("");
  const add = () => {
    if (typed.trim() !== "") change([...new Set([...chosen, typed.trim()])]);
    type("");
  };
  return (
    <fieldset class="checks">
      <legend>{legend}</legend>
      {all.map((each) => (
        <label key={each}>
          <input
            type="checkbox"
            checked={chosen.includes(each)}
            onChange={() => change(all.filter((one) => (one === each) !== chosen.includes(one)))}
          />
          {inWords(each)}
        </label>
      ))}
      {other === undefined ? null : (
        <span class="row">
          <input
            aria-label={other.title}
            placeholder={other.example}
            value={typed}
            onInput={(event) => type(event.currentTarget.value)}
          />
          <button type="button" aria-label={`Add: ${other.title}`} onClick={add}>
            Add
          </button>
        </span>
      )}
    </fieldset>
  );
}

const MODES = { images: "as images", descriptions: "in words", both: "as images and in words" };

/** Labelled examples before the query: how many, from where, and how they are shown. */
export function Examples({ draft, change }: FieldsProps) {
  const { shots, store, packs, mode } = draft;
  return (
    <>
      <Choices
        legend="Labelled examples that the judge is shown before"
        options={["0", "4", "8"]}
        chosen={shots.map(String)}
        inWords={(each) => (each === "0" ? "none" : each)}
        change={(chosen) => change({ shots: chosen.map(Number).filter((each) => Number.isInteger(each) && each >= 0) })}
        other={{ title: "Another number of examples", example: "16" }}
      />
      {shots.every((each) => each === 0) ? null : (
        <>
          <Choices
            legend="Examples only of these packs"
            options={STARTER_PACKS}
            chosen={packs}
            inWords={(each) => (STARTER_PACKS.includes(each) ? `${each}, which ships with Kuleshov` : each)}
            change={(packs) => change({ packs })}
            other={{ title: "Another pack, by its name or file", example: "packs/own.jsonl" }}
          />
          <div class="row">
            <label class="field">
              Store of the examples
              <input
                name="store"
                value={store}
                placeholder=".kuleshov/exemplars"
                onInput={(event) => change({ store: event.currentTarget.value })}
              />
              <span class="hint soft">Where the page Categories keeps them, unless another is named.</span>
            </label>
            <label class="field">
              Shown
              <select name="mode" value={mode} onChange={(event) => change({ mode: event.currentTarget.value })}>
                {Object.entries(MODES).map(([each, words]) => (
                  <option key={each} value={each}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </>
      )}
    </>
  );
}

const METRICS = ["accuracy", "macro_f1", "unweighted_average_recall", "expected_calibration_error", "claims_agreeing"];

/** What must be reached under every condition. */
export function Thresholds({ draft: { thresholds }, change }: FieldsProps) {
  const set = (at: number, news: Partial<Threshold>) =>
    change({ thresholds: thresholds.map((each, i) => (i === at ? { ...each, ...news } : each)) });
  return (
    <fieldset class="checks thresholds-form">
      <legend>Passes when</legend>
      {thresholds.map(({ metric, atLeast, atMost }, at) => (
        <div class="row numbers" key={at}>
          <label class="field">
            Metric
            <input
              list="metrics"
              value={metric}
              onInput={(event) => set(at, { metric: event.currentTarget.value.replaceAll(" ", "_") })}
            />
          </label>
          <NumberField
            {...{ title: "is at least", step: "any", value: atLeast }}
            change={(value) => set(at, { atLeast: value })}
          />
          <NumberField
            {...{ title: "and at most", step: "any", value: atMost }}
            change={(value) => set(at, { atMost: value })}
          />
          <button
            type="button"
            class="quiet"
            onClick={() => change({ thresholds: thresholds.filter((_, i) => i !== at) })}
          >
            Take out <span class="hidden">{metric}</span>
          </button>
        </div>
      ))}
      <button
        type="button"
        onClick={() =>
          change({ thresholds: [...thresholds, { metric: "accuracy", atLeast: 0.5, atMost: null, more: {} }] })
        }
      >
        Add a threshold
      </button>
      <datalist id="metrics">
        {METRICS.map((metric) => (
          <option key={metric} value={metric} />
        ))}
      </datalist>
    </fieldset>
  );
}
