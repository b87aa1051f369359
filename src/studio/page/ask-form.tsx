import { useState } from "preact/hooks";
import type { JudgesAtHand } from "../../compose/judges.ts";
import type { ReportView } from "../../pages/report-view.ts";
import { go } from "./address.ts";
import type { AnswerEntry } from "./image-page.tsx";
import { Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";

interface FormProps {
  readonly image: string;
  /** The answer that is changed from. */
  readonly from: AnswerEntry | undefined;
  readonly report: ReportView | undefined;
}

/** Asks about the image; what was asked before stands in the form to be changed. */
export function AskForm({ image, from, report }: FormProps) {
  const [error, setError] = useState<string | null>(null);

  async function ask(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const words = (name: string) => String(form.get(name) ?? "").trim();
    const [question, context, face, model] = ["question", "context", "face", "model"].map(words);
    try {
      const message = {
        ...{ image, ...(question ? { question } : {}), ...(context ? { context } : {}), ...(face ? { face } : {}) },
        ...(model ? { model } : {}),
        ...(form.has("objects") ? { objects: true } : {}),
        ...(form.has("allowRemote") ? { allowRemote: true } : {}),
      };
      const { job } = await post<{ job: { address: string } }>("/ask", message);
      setError(null);
      go(from?.finished ? `${job.address}&with=${encodeURIComponent(from.run)}` : job.address);
    } catch (problem) {
      setError((problem as Error).message);
    }
  }

  return (
    <form onSubmit={(event) => void ask(event)}>
      <label class="field">
        What you know of the situation
        <textarea name="context" rows={2} dir="auto" defaultValue={from?.context ?? ""} />
        <span class="hint soft">It is kept apart from what the face shows: both readings stand beside the answer.</span>
      </label>
      <label class="field">
        Question
        <input
          name="question"
          dir="auto"
          defaultValue={from?.question ?? ""}
          placeholder="What emotions are shown, and which facial cues and context tell you?"
        />
      </label>
      <div class="row">
        {report === undefined || report.faces.length < 2 ? null : (
          <label class="field">
            Face
            <select name="face" defaultValue={from?.face ?? ""}>
              <option value="">all of them</option>
              {report.faces.map(({ faceId }) => (
                <option key={faceId}>{faceId}</option>
              ))}
            </select>
          </label>
        )}
        <ModelField from={from?.model ?? "rules"} />
      </div>
      <p>
        <label>
          <input type="checkbox" name="objects" /> Look for objects too: small things are taken for others
        </label>
      </p>
      <button type="submit" class="main">
        {from === undefined ? "Ask" : "Ask again"}
      </button>
      <Failure error={error} />
    </form>
  );
}

const OTHER = "other";

/** Models that are ready, or any by its name. A model elsewhere is used only where that is allowed here. */
export function ModelField({ from }: { readonly from: string }) {
  const { value } = useLoaded<JudgesAtHand>("/judges");
  const models = value?.models ?? [];
  const isKnown = models.some(({ model }) => model === from);
  const [chosen, choose] = useState<string | null>(null);
  const now = chosen ?? (isKnown || value === undefined ? from : OTHER);
  const isRemote = now === OTHER || models.some(({ model, remote }) => model === now && remote);
  return (
    <>
      <label class="field">
        Judge
        <select
          name={now === OTHER ? undefined : "model"}
          value={now}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {models.length === 0 ? <option value={from}>{from}</option> : null}
          {models.map(({ model, sees }) => (
            <option key={model} value={model}>
              {model}
              {sees ? "" : ", sees no image"}
            </option>
          ))}
          <option value={OTHER}>another, by its name</option>
        </select>
      </label>
      {now === OTHER ? (
        <label class="field">
          Its name
          <input name="model" required placeholder="openai:gpt-4.1" defaultValue={isKnown ? "" : from} />
        </label>
      ) : null}
      {isRemote ? (
        <label>
          <input type="checkbox" name="allowRemote" /> Its server may be elsewhere: what is asked, what was measured
          and, if the model sees, the image may be sent there from this folder
        </label>
      ) : null}
    </>
  );
}
