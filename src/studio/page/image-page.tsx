import { VIDEO_ENDINGS } from "../../measuring/image-format.ts";
import type { ReportView } from "../../pages/report-view.ts";
import type { PlacedWithout } from "../../pages/without-view.tsx";
import { isUnderWay, type Job } from "../jobs.ts";
import type { Note } from "../notes.ts";
import { href, query, withQuery } from "./address.ts";
import { AnswerView } from "./answer-view.tsx";
import { AskForm } from "./ask-form.tsx";
import { Difference } from "./difference.tsx";
import { Busy, Failure, When } from "./parts.tsx";
import { jobs, pixels, post, useLoaded } from "./server.ts";

/** One question about the image and what became of it. */
export interface AnswerEntry {
  readonly run: string;
  readonly createdAt: string | null;
  readonly finished: boolean;
  readonly problem: string | null;
  readonly question: string | null;
  readonly context: string | null;
  readonly face: string | null;
  readonly model: string;
  /** The object that was taken away, to see what that changes. */
  readonly without: string | null;
}

/** An image or clip, and what was asked about it. */
export interface AboutImage {
  readonly name: string;
  readonly gone: string | null;
  readonly answers: readonly AnswerEntry[];
}

export interface ShownAnswer {
  readonly view: ReportView;
  readonly notes: readonly Note[];
  /** Names of the objects that were found. */
  readonly objects: readonly string[];
  /** What an object changes; its image is a file of the answer. */
  readonly without: PlacedWithout | null;
}

/** One image: its answer, with what was measured, and the means to ask again and to disagree. */
export function ImagePage({ rest: image }: { readonly rest: string }) {
  const about = useLoaded<AboutImage>(`/image?path=${encodeURIComponent(image)}`);
  const answers = about.value?.answers ?? [];
  const run = query.value.get("answer") ?? answers.find(({ finished }) => finished)?.run ?? null;
  const entry = answers.find((each) => each.run === run);
  const job = jobs.value.findLast(({ address }) => run !== null && address.includes(encodeURIComponent(run)));
  const isRunning = job !== undefined && isUnderWay(job);
  const isThere = entry?.finished === true && !isRunning;
  const shown = useLoaded<ShownAnswer>(isThere ? `/answer?run=${encodeURIComponent(entry.run)}` : null);
  const before = query.value.get("with");
  const compared = useLoaded<ShownAnswer>(
    isThere && before !== null ? `/answer?run=${encodeURIComponent(before)}` : null,
  );
  const asking = (
    <AskForm key={run ?? ""} {...{ image, isClip: isClip(image), from: entry, report: shown.value?.view }} />
  );
  const history = <History answers={answers} at={run} />;
  return (
    <>
      <h1>{about.value?.name ?? image.split("/").at(-1)}</h1>
      <Failure error={about.error ?? about.value?.gone ?? entry?.problem ?? shown.error ?? compared.error} />
      {job === undefined ? null : <JobNow job={job} />}
      {compared.value !== undefined && shown.value !== undefined ? (
        <Difference before={compared.value.view} after={shown.value.view} />
      ) : null}
      {shown.value === undefined ? (
        <div class="report">
          <Waiting image={image} isRunning={isRunning} hasAnswer={isThere} />
          <section aria-label="Ask">
            <h2>Ask</h2>
            {asking}
            {history}
          </section>
        </div>
      ) : (
        <AnswerView
          image={image}
          run={entry?.run ?? ""}
          {...shown.value}
          from={entry}
          asking={asking}
          history={history}
        />
      )}
    </>
  );
}

function isClip(path: string): boolean {
  return VIDEO_ENDINGS.includes(path.split(".").at(-1)?.toLowerCase() ?? "");
}

/** What the question that was asked last is at. */
function JobNow({ job: { id, state, step, failure } }: { readonly job: Job }) {
  if (state !== "waiting" && state !== "running") return <Failure error={failure} />;
  return (
    <div class="row">
      <Busy>{state === "waiting" ? "waiting for the question before" : (step ?? "beginning")}</Busy>
      <button type="button" onClick={() => post(`/jobs/${id}/stop`)}>
        Stop
      </button>
    </div>
  );
}

function Waiting({
  image,
  isRunning,
  hasAnswer,
}: {
  readonly image: string;
  readonly isRunning: boolean;
  readonly hasAnswer: boolean;
}) {
  return (
    <div>
      {isRunning || hasAnswer ? null : (
        <p>Nothing was asked about it yet, or it came to no end. Ask below; what is known of the situation helps.</p>
      )}
      <img class="plain" src={pixels(image, 1600)} alt={image} />
    </div>
  );
}

function History({ answers, at }: { readonly answers: readonly AnswerEntry[]; readonly at: string | null }) {
  if (answers.length < 2) return null;
  return (
    <section aria-label="Answers so far" class="no-print">
      <h2>Answers so far</h2>
      <ul class="history">
        {answers.map(({ run, question, context, face, model, without, createdAt, finished }) => (
          <li key={run}>
            <a href={href(withQuery({ answer: run, with: null }))} aria-current={run === at ? "true" : undefined}>
              {context ?? "no context"}
            </a>{" "}
            <span class="soft">
              {[face, question, without === null ? null : `without ${without}`, model, finished ? null : "not finished"]
                .filter((part) => part !== null)
                .join(" · ")}{" "}
              · <When at={createdAt} />
            </span>{" "}
            {run === at || at === null || !finished ? null : (
              <a href={href(withQuery({ with: run }))}>
                compare<span class="hidden"> with {context ?? "no context"}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
