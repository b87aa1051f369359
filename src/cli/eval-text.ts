import { commonest } from "../domain/group-by.ts";
import type { ScoredRun } from "../evaluation/report/write-report.ts";
import { comparisonSummary, hasPairs } from "../evaluation/results/compare.ts";
import type { MetricResult } from "../evaluation/results/score-cell.ts";
import type { RunSummary } from "../evaluation/results/summarise.ts";
import type { RunPlan } from "../evaluation/runner/plan-run.ts";
import type { RunOutcome } from "../evaluation/runner/run-state.ts";
import { readable } from "../pages/evaluation-view.ts";
import { number } from "../pages/markup.ts";

export function callsInWords({ done, total, cached, failed }: RunOutcome): string {
  return `${done} of ${total} calls done, ${cached} of them from the cache, ${failed} failed`;
}

/** The plan as a person reads it before spending anything; the last line sums up. */
export function planText({ cells, ...total }: RunPlan): string {
  const lines = cells.map(
    ({ cell, calls, cached, inputTokens, outputTokens, usd }) =>
      `${cell}: ${calls} calls (${cached} cached), about ${thousands(inputTokens)} tokens in and ${thousands(outputTokens)} out, ${moneyText(usd)}`,
  );
  const { unpricedModels } = total;
  const cost = unpricedModels.length === 1 ? "costs" : "cost";
  const unknown = unpricedModels.length === 0 ? "" : `, and what ${unpricedModels.join(" and ")} ${cost}`;
  return [
    ...lines,
    `${total.calls} calls, ${total.cached} of them cached; about ${thousands(total.inputTokens)} tokens in and ${thousands(total.outputTokens)} out; ${moneyText(total.usd)}${unknown}`,
  ].join("\n");
}

/** The main numbers of each condition; those that are the same under all of several are told once, after the others. */
export function summaryText({ cells }: RunSummary): string {
  const told = cells.map(({ cell, scorers, rates }) => {
    const scored = scorers.flatMap((scorer) => scorer.metrics).filter(({ estimate }) => estimate.n > 0);
    const metrics = [...scored, ...rates.filter(({ estimate }) => (estimate.value ?? 0) > 0)];
    const notes = scorers.flatMap((scorer) => scorer.notes.map((note) => `  ${note}`));
    return { id: cell.id, scorers, lines: metrics.map(metricLine), notes, isScored: scored.length > 0 };
  });
  const [first, ...others] = told.filter(({ isScored }) => isScored);
  const shared = others.length === 0 ? [] : (first?.lines ?? []);
  const same = shared.filter((line) => others.every(({ lines }) => lines.includes(line)));
  const own = told.flatMap(({ id, scorers, lines, notes, isScored }) => {
    if (!isScored) return [`${id}\n  nothing could be scored${commonestReason(scorers)}`];
    const telling = [...lines.filter((line) => !same.includes(line)), ...notes];
    return telling.length === 0 ? [] : [[id, ...telling].join("\n")];
  });
  if (same.length === 0) return own.join("\n");
  const heading = `the same under all ${others.length + 1} conditions${others.length + 1 < told.length ? " that could be scored" : ""}`;
  return [...own, heading, ...same].join("\n");
}

function metricLine({ metric, estimate: { value, low, high, n, unscored } }: MetricResult): string {
  const interval = low === null || high === null ? "" : ` [${number(low)}, ${number(high)}]`;
  return `  ${readable(metric).padEnd(36)} ${number(value)}${interval}  n = ${n}${unscored > 0 ? `, ${unscored} unscored` : ""}`;
}

/** What follows from several conditions: what the context did, and how many differences hold up. Empty of one condition. */
export function findingsText({
  contextEffects,
  comparisons,
}: Pick<ScoredRun, "contextEffects" | "comparisons">): string {
  const context = contextEffects.flatMap(({ condition, effects }) => {
    const told = effects.filter(({ estimate }) => estimate.value !== null).map(({ sentence }) => `  ${sentence}\n`);
    return told.length === 0 ? [] : [`what the context did under "${condition}"\n`, ...told];
  });
  const compared = comparisons.some(hasPairs) ? [`${comparisonSummary(comparisons)}.\n`] : [];
  return [...context, ...compared].join("");
}

/** Why scores are missing, in the words that most of the calls have for it. */
function commonestReason(scorers: RunSummary["cells"][number]["scorers"]): string {
  const calls = scorers[0]?.calls ?? [];
  const reasons = calls.flatMap(({ score }) => (score.value === null ? [score.explanation] : []));
  const most = commonest(reasons);
  return most === undefined ? ": no call was finished" : `; ${most.count} of ${calls.length} calls: ${most.item}`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function moneyText(usd: number | null): string {
  if (usd === null) return "cost unknown (add its price under prices)";
  return usd === 0 ? "free" : `about ${usd.toFixed(usd < 1 ? 4 : 2)} USD`;
}
