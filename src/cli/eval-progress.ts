import { Presets, SingleBar } from "cli-progress";
import type { RunProgress } from "../evaluation/runner/progress.ts";

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
