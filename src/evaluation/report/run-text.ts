import { number } from "../../pages/markup.ts";
import type { RunSummary } from "../results/summarise.ts";
import type { RunPlan } from "../runner/plan-run.ts";
import { readable } from "./sections.ts";

/** The plan as a person reads it before spending anything; the last line sums up. */
export function planText({ cells, ...total }: RunPlan): string {
  const lines = cells.map(
    ({ cell, calls, cached, inputTokens, outputTokens, usd }) =>
      `${cell}: ${calls} calls (${cached} cached), about ${thousands(inputTokens)} tokens in and ${thousands(outputTokens)} out, ${moneyText(usd)}`,
  );
  const unknown = total.unpricedModels.length === 0 ? "" : `, and what ${total.unpricedModels.join(", ")} costs`;
  return [
    ...lines,
    `${total.calls} calls, ${total.cached} of them cached; about ${thousands(total.inputTokens)} tokens in and ${thousands(total.outputTokens)} out; ${moneyText(total.usd)}${unknown}`,
  ].join("\n");
}

/** The main numbers of each condition. */
export function summaryText({ cells }: RunSummary): string {
  return cells
    .map(({ cell, scorers }) => {
      const metrics = scorers.flatMap((scorer) => scorer.metrics).filter(({ estimate }) => estimate.n > 0);
      if (metrics.length === 0) return `${cell.id}\n  nothing could be scored: see the report for why`;
      const lines = metrics.map(({ metric, estimate: { value, low, high, n, unscored } }) => {
        const interval = low === null || high === null ? "" : ` [${number(low)}, ${number(high)}]`;
        return `  ${readable(metric).padEnd(36)} ${number(value)}${interval}  n = ${n}${unscored > 0 ? `, ${unscored} unscored` : ""}`;
      });
      return [cell.id, ...lines].join("\n");
    })
    .join("\n");
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function moneyText(usd: number | null): string {
  if (usd === null) return "cost unknown (add its price under prices)";
  return usd === 0 ? "free" : `about ${usd.toFixed(usd < 1 ? 4 : 2)} USD`;
}
