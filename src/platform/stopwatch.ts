import type { Provenance } from "../domain/report.ts";

/** What one query goes through, in this order. */
export type Step = Exclude<keyof Provenance["timingsMs"], "total">;

/** A step that began or ended, with the time since the query began. */
export interface StepEvent {
  readonly step: Step;
  readonly state: "started" | "finished";
  readonly atMs: number;
}

/** Wall time of the steps of one query. */
export interface Stopwatch {
  /** Adds the time that `work` takes to a step. */
  time<T>(step: Step, work: () => Promise<T>): Promise<T>;
  timingsMs(): Provenance["timingsMs"];
}

/** @param onStep told when a step begins, and when it has ended well. */
export function startStopwatch(onStep?: (event: StepEvent) => void): Stopwatch {
  const started = performance.now();
  const steps: Record<Step, number> = { decode: 0, measure: 0, observe: 0, judge: 0 };
  const sinceStart = () => performance.now() - started;
  return {
    async time(step, work) {
      const beganMs = sinceStart();
      onStep?.({ step, state: "started", atMs: beganMs });
      const result = await work();
      const endedMs = sinceStart();
      steps[step] += endedMs - beganMs;
      onStep?.({ step, state: "finished", atMs: endedMs });
      return result;
    },
    timingsMs: () => ({ ...steps, total: sinceStart() }),
  };
}
