import type { StepProgress } from "../runs/record-steps.ts";
import { note } from "./output.ts";

const EVERY_MS = 5_000;

/** Says on standard error how far a study is, every few seconds and at the end. */
export function progressNotes(what: string): (progress: StepProgress) => void {
  let lastMs = performance.now();
  return ({ done, total, failed, secondsLeft }) => {
    const nowMs = performance.now();
    if (done < total && nowMs - lastMs < EVERY_MS) return;
    lastMs = nowMs;
    const left = secondsLeft === null || done === total ? "" : `, about ${Math.ceil(secondsLeft)} s left`;
    note(`${done} of ${total} ${what}${failed === 0 ? "" : `, ${failed} failed`}${left}`);
  };
}
