import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { isUnderWay, type Job } from "../jobs.ts";
import { pageAddress } from "../page-address.ts";
import type { FoundRun } from "../runs.ts";
import { href } from "./address.ts";
import { jobAt, type Loaded, post } from "./server.ts";

/** Why something did not work, in one sentence, told to screen readers too. */
export function Failure({ error }: { readonly error: string | null }) {
  return <div role="alert">{error === null ? null : <p class="failure">{error}</p>}</div>;
}

/** Something that takes a moment. */
export function Busy({ children }: { readonly children: ComponentChildren }) {
  return (
    <p role="status" class="busy soft">
      {children}
    </p>
  );
}

const STATES = {
  waiting: "waiting",
  running: "at work",
  done: "done",
  failed: "nothing came out",
  stopped: "stopped",
} as const;

/** What is under way, with a way to stop it. */
export function JobList({ jobs, stop = "Stop" }: { readonly jobs: readonly Job[]; readonly stop?: string }) {
  return (
    <ul class="jobs">
      {jobs.map(({ id, kind, title, state, step, progress, address, failure }) => (
        <li key={id}>
          <a href={href(address)}>{title}</a>
          <span class="soft">
            {kind}: {STATES[state]}
            {state === "running" && step !== null ? `, ${step}` : ""}
          </span>
          {progress === null ? null : (
            <progress max={progress.total} value={progress.done} aria-label={`${title}: share done`} />
          )}
          {progress === null ? null : (
            <span class="soft">
              {progress.done} of {progress.total}
            </span>
          )}
          {isUnderWay({ state }) ? (
            <button type="button" class="quiet" onClick={() => post(`/jobs/${id}/stop`)}>
              {stop} <span class="hidden">{title}</span>
            </button>
          ) : null}
          {failure === null ? null : <span class="bad">{failure}</span>}
        </li>
      ))}
    </ul>
  );
}

/** When something was, in the reader's own way of writing it. */
export function When({ at }: { readonly at: string | null }) {
  if (at === null) return null;
  return (
    <time dateTime={at}>{new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}</time>
  );
}

/** Runs of commands that have a page of their own, as links. */
export function RunList({ runs, page }: { readonly runs: readonly FoundRun[]; readonly page: string }) {
  return (
    <ul class="studies">
      {runs.map(({ path, createdAt, finished, command, problem }) => (
        <li key={path}>
          <a href={href(pageAddress(page, path))}>{path}</a>{" "}
          <span class="soft">
            {command === "import" ? "imported " : ""}
            <When at={createdAt} />
            {finished ? "" : ", not finished"}
          </span>{" "}
          {problem === null ? null : <span class="bad">{problem}</span>}
        </li>
      ))}
    </ul>
  );
}

interface StateProps {
  readonly page: "lab" | "evaluation";
  readonly path: string;
  readonly loaded: Loaded<{ readonly run: FoundRun | null }>;
  /** Whether anything was asked. */
  readonly isBegun: boolean;
}

/** What is under way in a run, why it cannot be shown, and a way to go on where it was broken off. */
export function RunState({ page, path, loaded: { value, error }, isBegun }: StateProps) {
  const [refused, setRefused] = useState<string | null>(null);
  const job = jobAt(pageAddress(page, path));
  const isRunning = job !== undefined && isUnderWay(job);
  const resume = () => {
    setRefused(null);
    post(`/${page}s/resume`, { run: path }).catch((problem: Error) => setRefused(problem.message));
  };
  return (
    <>
      {job === undefined || job.state === "done" ? null : <JobList jobs={[job]} />}
      <Failure error={isRunning ? null : (refused ?? error)} />
      {value === undefined && error === null ? <Busy>Reading the {page}</Busy> : null}
      {isRunning || value?.run?.finished !== false ? null : isBegun ? (
        <p class="told row">
          Not all was answered; what is done is kept.
          <button type="button" onClick={resume}>
            Go on, and try again what failed
          </button>
        </p>
      ) : (
        <p class="told">Nothing was asked before it ended: begin the {page} again.</p>
      )}
    </>
  );
}

interface NumberProps {
  readonly title: string;
  readonly name?: string;
  readonly min?: number;
  readonly step?: "any";
  readonly value: number | null;
  /** With `null` where the field is empty. */
  readonly change: (value: number | null) => void;
}

export function NumberField({ title, value, change, ...input }: NumberProps) {
  const tell = (text: string) => change(text === "" ? null : Number(text));
  return (
    <label class="field">
      {title}
      <input type="number" {...input} value={value ?? ""} onInput={(event) => tell(event.currentTarget.value)} />
    </label>
  );
}
