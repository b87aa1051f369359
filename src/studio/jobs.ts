import { errorSentence } from "../platform/system-error.ts";

/** Something that was started in the studio and goes on whether or not a page is open. */
export interface Job {
  readonly id: string;
  /** The command that does the same: `ask`, `measure`, ... Jobs of one kind run one after another. */
  readonly kind: string;
  /** For people, e.g. the image's name. */
  readonly title: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "stopped";
  /** What it is at, in words; `null` before it begins. */
  readonly step: string | null;
  /** How much is done, where it is countable. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** Where in the studio it belongs, e.g. `/image/images/a.jpg`. */
  readonly address: string;
  /** Why nothing came out, in one sentence. */
  readonly failure: string | null;
  readonly startedAt: string;
}

/** What a job tells while it runs. */
export type JobNews = Partial<Pick<Job, "step" | "progress" | "address">>;

/** What a job does: tells how far it is, and ends early when it is stopped. */
export type Work = (tell: (news: JobNews) => void, signal: AbortSignal) => Promise<void>;

/** What is under way in this process, and what was. */
export interface Jobs {
  list(): readonly Job[];
  start(about: Pick<Job, "kind" | "title" | "address">, work: Work): Job;
  /** What is under way at an address already, for what must not be begun twice. */
  underWayAt(address: string): Job | undefined;
  /** Ends a job as Ctrl-C ends a command: what is done is kept. @returns whether there is such a job. */
  stop(id: string): boolean;
  /** Told after every change of any job. @returns an end to it. */
  subscribe(listener: () => void): () => void;
  /** Stops every job, and waits for their ends. */
  close(): Promise<void>;
}

/** Ended jobs that are remembered; what they made is on disk. */
const MOST_ENDED = 30;

interface Entry {
  job: Job;
  readonly controller: AbortController;
}

export function createJobs(): Jobs {
  const entries: Entry[] = [];
  const listeners = new Set<() => void>();
  const lanes = new Map<string, Promise<void>>();
  let count = 0;

  const change = (entry: Entry, news: Partial<Job>) => {
    entry.job = { ...entry.job, ...news };
    for (const listener of listeners) listener();
  };

  async function run(entry: Entry, work: Work): Promise<void> {
    const { signal } = entry.controller;
    if (signal.aborted) return change(entry, { state: "stopped" });
    change(entry, { state: "running" });
    try {
      await work((news) => change(entry, news), signal);
      change(entry, { state: "done" });
    } catch (error) {
      change(entry, signal.aborted ? { state: "stopped" } : { state: "failed", failure: errorSentence(error) });
    }
  }

  function forgetOldest(): void {
    const ended = entries.filter(({ job }) => !isUnderWay(job));
    for (const entry of ended.slice(0, -MOST_ENDED)) entries.splice(entries.indexOf(entry), 1);
  }

  return {
    list: () => entries.map(({ job }) => job),
    start(about, work) {
      count += 1;
      const job: Job = {
        ...{ ...about, id: `J${count}`, state: "waiting", step: null, progress: null, failure: null },
        startedAt: new Date().toISOString(),
      };
      const entry = { job, controller: new AbortController() };
      entries.push(entry);
      const before = lanes.get(job.kind) ?? Promise.resolve();
      lanes.set(
        job.kind,
        before.then(() => run(entry, work)),
      );
      forgetOldest();
      change(entry, {});
      return job;
    },
    underWayAt: (address) => entries.map(({ job }) => job).find((job) => job.address === address && isUnderWay(job)),
    stop(id) {
      const entry = entries.find(({ job }) => job.id === id && isUnderWay(job));
      entry?.controller.abort(new DOMException("stopped in the studio", "AbortError"));
      return entry !== undefined;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      for (const { controller } of entries) controller.abort(new DOMException("the studio was closed", "AbortError"));
      await Promise.all(lanes.values());
    },
  };
}

export function isUnderWay({ state }: Pick<Job, "state">): boolean {
  return state === "waiting" || state === "running";
}
