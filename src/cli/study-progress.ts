import cliProgress from "cli-progress";
import type { StepProgress } from "../runs/record-steps.ts";
import { note } from "./output.ts";

/** Shows how far a study is: on standard error, so that scripts read clean output. */
export interface ProgressView {
  show(progress: StepProgress): void;
  end(): void;
}

/** A bar on a terminal, elsewhere a line now and then. */
export function createProgressView(): ProgressView {
  return process.stderr.isTTY ? barView() : lineView();
}

function barView(): ProgressView {
  const bar = new cliProgress.SingleBar({
    format: "{bar} {value} of {total}, {failed} failed, {left}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    clearOnComplete: false,
    stopOnComplete: false,
    gracefulExit: false, // Ctrl-C is the command's to handle
    stream: process.stderr,
  });
  let started = false;
  return {
    show({ done, total, failed, secondsLeft }) {
      const texts = { failed, left: timeLeft(secondsLeft) };
      if (!started) bar.start(total, done, texts);
      else bar.update(done, texts);
      started = true;
    },
    end() {
      if (started) bar.stop();
    },
  };
}

const LINE_EVERY_MS = 10_000;

function lineView(): ProgressView {
  let shownMs = performance.now();
  return {
    show({ done, total, failed, secondsLeft }) {
      if (performance.now() - shownMs < LINE_EVERY_MS) return;
      shownMs = performance.now();
      note(`${done} of ${total}, ${failed} failed, ${timeLeft(secondsLeft)}`);
    },
    end() {
      // Every line is complete as it stands.
    },
  };
}

/** `about 2 h 5 min left`. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null) return "time left not known yet";
  if (seconds < 60) return `about ${Math.ceil(seconds)} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
