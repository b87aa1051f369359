import { useState } from "preact/hooks";
import type { JudgesAtHand } from "../../compose/judges.ts";
import { Choices } from "./evaluation-fields.tsx";
import { useLoaded } from "./server.ts";

/** What several judges or judgments, and other toolboxes' files, are called in a form. */
interface JudgingProps {
  /** Files that may be a toolbox's. */
  readonly tables: readonly string[];
  readonly panel: readonly string[];
  readonly setPanel: (panel: readonly string[]) => void;
  readonly evidence: readonly string[];
  readonly setEvidence: (evidence: readonly string[]) => void;
}

/** Several samples or judges, labels, objects and other toolboxes' files: folded, as the one judge does for most. */
export function JudgingFields({ tables, panel, setPanel, evidence, setEvidence }: JudgingProps) {
  const { value } = useLoaded<JudgesAtHand>("/judges");
  const models = value?.models ?? [];
  const isRemote = panel.some((name) => models.find(({ model }) => model === name)?.remote !== false);
  return (
    <details class="how">
      <summary>Several judges or samples, labels, objects, other toolboxes' files</summary>
      <label class="field">
        Labels to choose from, with commas between them
        <input name="labels" dir="auto" placeholder="anger, fear, happiness, neutral" />
        <span class="hint soft">Left empty, the judge finds its own words.</span>
      </label>
      <p>
        <label>
          <input type="checkbox" name="objects" /> Look for objects too: small things are taken for others
        </label>
      </p>
      <label class="field short">
        Judgments of the judge that are taken together
        <input name="samples" inputMode="numeric" placeholder="1" />
        <span class="hint soft">From 2 on their mean stands with its spread.</span>
      </label>
      <Choices
        legend="A panel instead of the one judge: two or more that judge the same evidence"
        options={models.map(({ model }) => model)}
        chosen={panel}
        change={setPanel}
        other={{ title: "Another judge of the panel, by its name", example: "openai:gpt-4.1" }}
      />
      {panel.length === 0 ? null : (
        <label class="field short">
          Who chooses among the claims of all
          <select name="chair">
            <option value="">nobody: the mean of all stands</option>
            {panel
              .filter((name) => name !== "rules")
              .map((name) => (
                <option key={name}>{name}</option>
              ))}
          </select>
        </label>
      )}
      {isRemote ? (
        <p>
          <label>
            <input type="checkbox" name="allowRemote" /> Their servers may be elsewhere: what is asked, what was
            measured and, for models that see, the image may be sent there from this folder
          </label>
        </p>
      ) : null}
      <Choices
        legend="What other toolboxes measured, as evidence beside ours"
        options={tables}
        chosen={evidence}
        change={setEvidence}
        other={{ title: "Another file, or one whose toolbox you name", example: "openface:results/faces.csv" }}
      />
    </details>
  );
}

/** The fields' part of a form, and what of a whole form about judging is sent. */
export function useJudging() {
  const [panel, setPanel] = useState<readonly string[]>([]);
  const [evidence, setEvidence] = useState<readonly string[]>([]);
  const read = (form: FormData) => {
    const words = (name: string) => String(form.get(name) ?? "").trim();
    const given = Object.fromEntries(
      ["question", "context", "samples", "chair"].flatMap((name) => (words(name) === "" ? [] : [[name, words(name)]])),
    );
    const labels = words("labels")
      .split(",")
      .map((label) => label.trim())
      .filter((label) => label !== "");
    return {
      ...given,
      ...(panel.length > 0 ? { panel } : words("model") === "" ? {} : { model: words("model") }),
      ...(labels.length === 0 ? {} : { labels }),
      ...(evidence.length === 0 ? {} : { evidence }),
      ...(form.has("objects") ? { objects: true } : {}),
      ...(form.has("allowRemote") ? { allowRemote: true } : {}),
    };
  };
  return { read, fields: { panel, setPanel, evidence, setEvidence } };
}
