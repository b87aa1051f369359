import { useState } from "preact/hooks";
import type { JudgesAtHand } from "../../compose/judges.ts";
import type { ReportView } from "../../pages/report-view.ts";
import { go } from "./address.ts";
import type { AnswerEntry } from "./image-page.tsx";
import { JudgingFields, useJudging } from "./judging-fields.tsx";
import { Failure } from "./parts.tsx";
import { post, useLoaded } from "./server.ts";

interface FormProps {
  readonly image: string;
  readonly isClip: boolean;
  /** The answer that is changed from. */
  readonly from: AnswerEntry | undefined;
  readonly report: ReportView | undefined;
}

/** Asks about the image; what was asked before stands in the form to be changed. */
export function AskForm({ image, isClip, from, report }: FormProps) {
  const { value } = useLoaded<{ tables: readonly string[] }>("/ask-beginnings");
  const { read, fields } = useJudging();
  const [error, setError] = useState<string | null>(null);

  async function ask(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const own = ["face", "transcript", "sound"].flatMap((name) => {
      const words = String(form.get(name) ?? "").trim();
      return words === "" ? [] : [[name, words]];
    });
    try {
      const message = { image, ...Object.fromEntries(own), ...read(form) };
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
      {isClip ? <WordsOfClip /> : null}
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
      <JudgingFields tables={value?.tables ?? []} {...fields} />
      <button type="submit" class="main">
        {from === undefined ? "Ask" : "Ask again"}
      </button>
      <Failure error={error} />
    </form>
  );
}

/** What is said in a clip, and where its sound lies. */
function WordsOfClip() {
  return (
    <>
      <label class="field">
        What is said: a transcript in the folder, or the words themselves
        <textarea name="transcript" rows={2} dir="auto" placeholder="clips/interview.vtt" />
        <span class="hint soft">
          .vtt, .srt, .csv, .json of Whisper, .TextGrid or .eaf; speakers are matched to faces.
        </span>
      </label>
      <label class="field">
        Its sound, where it was recorded apart (a file in the folder)
        <input name="sound" placeholder="clips/interview.wav" />
      </label>
    </>
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
