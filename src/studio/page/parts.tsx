import type { ComponentChildren } from "preact";
import type { Job } from "../jobs.ts";
import type { FoundRun } from "../runs.ts";
import { href } from "./address.ts";
import { post } from "./server.ts";

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

export function isUnderWay({ state }: Pick<Job, "state">): boolean {
  return state === "waiting" || state === "running";
}

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
          {state === "waiting" || state === "running" ? (
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
          <a href={href(`/${page}/${path.split("/").map(encodeURIComponent).join("/")}`)}>{path}</a>{" "}
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

interface ScrollingProps {
  readonly name: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** What may be wider than the page. It has the focus, so that it is scrolled by keyboard too. */
export function Scrolling({ name, class: more = "", children }: ScrollingProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class={`scroll ${more}`} aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
