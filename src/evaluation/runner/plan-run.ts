import { FREE } from "../../domain/price.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { judgeCondition, judgedScorers } from "../judge/judge-calls.ts";
import { type Call, costOfUsage, type Solver, type StimulusSource } from "../solver.ts";
import { type AnswerCache, callKey } from "./answer-cache.ts";

import { cellId } from "./plan.ts";

/** What one cell would take. */
interface CellPlan {
  readonly cell: string;
  readonly calls: number;
  /** Of these, answers that are there already and cost nothing. */
  readonly cached: number;
  /** Of the calls that would be made; estimates. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** `null` when the price is unknown. */
  readonly usd: number | null;
}

/** What a run would take, before anything is spent. */
export interface RunPlan {
  readonly cells: readonly CellPlan[];
  readonly calls: number;
  readonly cached: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Sum of the known prices. */
  readonly usd: number;
  /** Models that cost something unknown. */
  readonly unpricedModels: readonly string[];
}

/** By cell id: what besides sample and stimulus determines its answers. */
export async function identitiesOf(calls: readonly Call[], solver: Solver): Promise<Map<string, unknown>> {
  const identities = new Map<string, unknown>();
  for (const { condition } of calls) {
    const id = cellId(condition);
    if (!identities.has(id)) identities.set(id, await solver.identify(condition));
  }
  return identities;
}

/** Counts calls, cached answers, tokens and cost per cell. Nothing is asked of any model. */
export async function planRun(
  calls: readonly Call[],
  {
    file,
    solver,
    stimuli,
    cache,
    identities,
    judge = null,
  }: {
    readonly file: EvalFile;
    readonly solver: Solver;
    readonly stimuli: StimulusSource;
    readonly cache: AnswerCache;
    readonly identities: ReadonlyMap<string, unknown>;
    /** Who judges the answers, where somebody does. */
    readonly judge?: Solver | null;
  },
): Promise<RunPlan> {
  const cells = new Map<string, { plan: CellPlan; model: string }>();
  for (const call of calls) {
    const id = cellId(call.condition);
    const known = cells.get(id)?.plan ?? { cell: id, calls: 0, cached: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
    const isCached = await hasAnswer(call, identities.get(id), { stimuli, cache });
    const size = await solver.estimate(call.condition);
    const price = solver.isFree(call.condition) ? FREE : file.prices[call.condition.model];
    const cost = costOfUsage({ ...size, latencyMs: 0 }, price);
    const plan = isCached
      ? { ...known, calls: known.calls + 1, cached: known.cached + 1 }
      : {
          ...known,
          calls: known.calls + 1,
          inputTokens: known.inputTokens + size.inputTokens,
          outputTokens: known.outputTokens + size.outputTokens,
          usd: known.usd === null || cost === null ? null : known.usd + cost,
        };
    cells.set(id, { plan, model: call.condition.model });
  }
  return totalsOf([...cells.values(), ...(judge === null ? [] : await judgePlans(calls, file, judge))]);
}

/** What having every answer judged would take; which answers the judge knows already shows only when they are there. */
async function judgePlans(calls: readonly Call[], file: EvalFile, solver: Solver) {
  const model = file.judge?.model ?? "";
  return Promise.all(
    judgedScorers(file).map(async (scorer) => {
      const condition = judgeCondition(scorer, model);
      const asked = calls.filter(({ sample }) => scorer !== "emer" || sample.truth.explanation !== null).length;
      const size = await solver.estimate(condition);
      const tokens = { inputTokens: asked * size.inputTokens, outputTokens: asked * size.outputTokens };
      const price = solver.isFree(condition) ? FREE : file.prices[model];
      const usd = costOfUsage({ ...tokens, latencyMs: 0 }, price);
      return { plan: { cell: cellId(condition), calls: asked, cached: 0, ...tokens, usd }, model };
    }),
  );
}

async function hasAnswer(
  call: Call,
  identity: unknown,
  { stimuli, cache }: { readonly stimuli: StimulusSource; readonly cache: AnswerCache },
): Promise<boolean> {
  const stimulus = await stimuli.identify(call.sample, call.condition.arm).catch(() => undefined);
  return stimulus !== undefined && (await cache.has(callKey(call, identity, stimulus)));
}

function totalsOf(cells: readonly { readonly plan: CellPlan; readonly model: string }[]): RunPlan {
  const sum = (of: (plan: CellPlan) => number) => cells.reduce((total, { plan }) => total + of(plan), 0);
  const unpriced = cells.filter(({ plan }) => plan.usd === null).map(({ model }) => model);
  return {
    cells: cells.map(({ plan }) => plan),
    calls: sum(({ calls }) => calls),
    cached: sum(({ cached }) => cached),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    usd: sum(({ usd }) => (usd === null ? 0 : usd)),
    unpricedModels: [...new Set(unpriced)],
  };
}
