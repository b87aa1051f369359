import type { Provenance } from "../domain/report.ts";

type Step = Exclude<keyof Provenance["timingsMs"], "total">;

/** Wall time of the steps of one query. */
export interface Stopwatch {
  /** Adds the time that `work` takes to a step. */
  time<T>(step: Step, work: () => Promise<T>): Promise<T>;
  timingsMs(): Provenance["timingsMs"];
}

export function startStopwatch(): Stopwatch {
  const started = performance.now();
  const steps: Record<Step, number> = { decode: 0, measure: 0, observe: 0, judge: 0 };
  return {
    async time(step, work) {
      const inProgress = performance.now();
      const result = await work();
      steps[step] += performance.now() - inProgress;
      return result;
    },
    timingsMs: () => ({ ...steps, total: performance.now() - started }),
  };
}
