import { costOf } from "../domain/price.ts";
import { judgmentSize } from "../evaluation/solvers/judge-solver.ts";
import type { AskItem } from "../study/ask-list.ts";
import { type Asked, partsOptions } from "./asked.ts";
import { modelOptionsOf } from "./model-settings.ts";
import { openModel } from "./models.ts";
import { pricedFor } from "./prices.ts";
import { openCalibration, openPanel } from "./several-judges.ts";

/** What asking about many images would take; tokens and price are rough. */
export interface AskListPlan {
  readonly questions: number;
  /** Who would be asked each of them. */
  readonly judges: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the judges whose price is known. */
  readonly usd: number;
  readonly unpricedModels: readonly string[];
}

/**
 * Says what asking about many images would take, before anything is asked or measured.
 *
 * @throws {ConfigurationError} if there is no such judge, or it is elsewhere and not allowed.
 * @throws {ProviderError} if its server does not answer.
 */
export async function planAskList(asked: Asked, items: readonly AskItem[], signal?: AbortSignal): Promise<AskListPlan> {
  const options = modelOptionsOf(asked);
  const { model: name, shots } = partsOptions(asked);
  await openCalibration(options, shots?.shots ?? 0);
  const panel = await openPanel(options, options, signal);
  const judges = panel?.judges ?? [await openModel(name, options, signal)];
  const size = judgmentSize({ samples: asked.samples, shots: shots?.shots, isMeasured: asked.toolbox.length > 0 });
  let [inputTokens, outputTokens, usd] = [0, 0, 0];
  const unpricedModels: string[] = [];
  for (const judge of judges) {
    const isFree = judge.id === "rules"; // they take no tokens
    const own = {
      input: isFree ? 0 : items.length * size.inputTokens,
      output: isFree ? 0 : items.length * size.outputTokens,
    };
    inputTokens += own.input;
    outputTokens += own.output;
    const cost = costOf(own, await pricedFor({ usd: asked.budgetUsd }, judge));
    if (cost === null) unpricedModels.push(judge.id);
    else usd += cost;
  }
  return {
    questions: items.length,
    ...{ judges: judges.map(({ id }) => id), inputTokens, outputTokens, usd, unpricedModels },
  };
}
