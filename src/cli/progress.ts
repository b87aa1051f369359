import { Presets, SingleBar } from "cli-progress";
import type { RunProgress } from "../evaluation/runner/progress.ts";
import type { StepProgress } from "../runs/record-steps.ts";
import { note } from "./output.ts";

/** A progress bar on standard error with failures, cost and time left; nothing when nobody watches. */
export function showProgress(total: number | null): { update(progress: RunProgress): void; end(): void } {
  if (process.stderr.isTTY !== true) return { update: () => {}, end: () => {} };
  const bar = new SingleBar(
    {
      format: "{bar} {value}/{total} | {cached} cached | {failed} failed | {usd} USD | {left} left",
      stream: process.stderr,
      hideCursor: true,
      fps: 5,
    },
    Presets.shades_classic,
  );
  bar.start(total ?? 1, 0, { cached: 0, failed: 0, usd: "0.0000", left: "?" });
  return {
    update({ total: all, done, cached, failed, usd, unpriced, remainingMs }) {
      bar.setTotal(all);
      const paid = `${usd.toFixed(4)}${unpriced > 0 ? "+?" : ""}`;
      bar.update(done, { cached, failed, usd: paid, left: timeText(remainingMs) });
    },
    end: () => bar.stop(),
  };
}

function timeText(ms: number | null): string {
  if (ms === null) return "?";
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Shows how far a study is: on standard error, so that scripts read clean output. */
interface ProgressView {
  show(progress: StepProgress): void;
  end(): void;
}

/** A bar on a terminal, elsewhere a line now and then. */
export function createProgressView(): ProgressView {
  return process.stderr.isTTY ? barView() : lineView();
}

function barView(): ProgressView {
  const bar = new SingleBar({
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
function timeLeft(seconds: number | null): string {
  if (seconds === null) return "time left not known yet";
  if (seconds < 60) return `about ${Math.ceil(seconds)} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

const EVERY_MS = 5_000;

/** Says on standard error how far a study is, every few seconds and at the end. */
export function progressNotes(what: string): (progress: StepProgress) => void {
  let lastMs = performance.now();
  return ({ done, total, failed, secondsLeft }) => {
    const nowMs = performance.now();
    if (done < total && nowMs - lastMs < EVERY_MS) return;
    lastMs = nowMs;
    const left = secondsLeft === null || done === total ? "" : `, ${timeLeft(secondsLeft)}`;
    note(`${done} of ${total} ${what}${failed === 0 ? "" : `, ${failed} failed`}${left}`);
  };
}
