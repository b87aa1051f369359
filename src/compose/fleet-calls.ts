import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelOptions } from "../adapters/model-provider.ts";
import { BudgetError, KuleshovError, ProviderError } from "../domain/errors.ts";
import { costOf, type Price } from "../domain/price.ts";
import type { TokenUse } from "../domain/token-use.ts";
import type { JobOfProcess } from "../fleet/job-of-process.ts";
import { contentKey } from "../platform/content-store.ts";
import { requestParts } from "../platform/request-parts.ts";
import type { CallLedger } from "../ports/call-ledger.ts";
import type { ChatRequest, JudgeModel } from "../ports/chat-model.ts";
import { pricedFor } from "./prices.ts";

type Open = (options: ModelOptions) => Promise<JudgeModel>;

/** Opens a model of a job; see {@link throughLedger}. */
export async function openThroughLedger(open: Open, options: ModelOptions, job: JobOfProcess): Promise<JudgeModel> {
  ledgerOfProcess ??= openLedger(job);
  return throughLedger(open, options, { job, ledger: await ledgerOfProcess });
}

/**
 * Opens a model whose requests and replies go through the ledger of the fleet: each request is noted before it is made, and
 * what was replied to it before, to whichever worker, is not asked again.
 */
export async function throughLedger(
  open: Open,
  options: ModelOptions,
  { job, ledger }: { readonly job: Pick<JobOfProcess, "shard" | "budgetUsd">; readonly ledger: CallLedger },
): Promise<JudgeModel> {
  const own = new AsyncLocalStorage<{ readonly key: string; readonly ids: string[] }>();
  let price: Price | undefined;
  const beforeRequest = async (tokens = 0) => {
    await options.beforeRequest?.(tokens);
    const mine = own.getStore();
    if (mine === undefined) return; // asked of the server before it is a model
    const id = randomUUID();
    const usd = costOf({ input: tokens, output: 0 }, price) ?? 0;
    const waitMs = await ledger.begin({ id, key: mine.key, model: model.id, tokens, usd });
    mine.ids.push(id);
    await sleep(waitMs);
  };
  const model = await open({ ...options, beforeRequest });
  price = await pricedFor({ usd: job.budgetUsd ?? undefined }, model);
  const places = createPlaces(job.shard);
  const tookOf = (tokens: TokenUse) => ({
    tokens: (tokens.input ?? 0) + (tokens.output ?? 0),
    usd: costOf(tokens, price) ?? 0,
  });
  const reply: JudgeModel["reply"] = async (request, signal) => {
    const { key, free } = places.take(request, model);
    const known = await ledger.find(key);
    if (known !== undefined) return known;
    const mine = { key, ids: [] };
    try {
      const given = await own.run(mine, () => model.reply(request, signal));
      await ledger.end(mine.ids, given, tookOf(given.tokens));
      return given;
    } catch (error) {
      free();
      // What was broken off may have been answered and paid: it stays open.
      if (error instanceof KuleshovError) await ledger.end(mine.ids, null, tookOf(error.spent ?? NOTHING));
      throw error;
    }
  };
  // Its capabilities change as its server turns things down: they are read, not copied.
  return Object.create(model, { reply: { value: reply, enumerable: true } }) as JudgeModel;
}

const NOTHING: TokenUse = { input: 0, output: 0 };

let ledgerOfProcess: Promise<CallLedger> | undefined;

async function openLedger(job: JobOfProcess): Promise<CallLedger> {
  const { openDatabase } = await import("../adapters/postgres/database.ts");
  const { createCallLedger } = await import("../adapters/postgres/call-ledger.ts");
  const ledger = createCallLedger(await openDatabase(job.database, () => undefined, { patient: true }), job);
  return {
    find: (key) => ledger.find(key).catch(endOfJob),
    begin: (call) => ledger.begin(call).catch(endOfJob),
    end: (ids, reply, took) => ledger.end(ids, reply, took).catch(endOfJob),
  };
}

/** Without its ledger a job can ask nobody: it ends, as it does where a server is gone. */
function endOfJob(error: unknown): never {
  if (error instanceof BudgetError || !(error instanceof KuleshovError)) throw error;
  throw new ProviderError(error.message, { retryable: false, unreachable: true }, { cause: error });
}

/**
 * The key of each request of a shard: what is asked, of which model, and how often the same was asked before, since samples
 * without a seed are the same request and not the same answer.
 */
function createPlaces(shard: number) {
  const taken = new Map<string, Set<number>>();
  return {
    take(request: ChatRequest, model: JudgeModel) {
      const { id, identity } = model;
      const asked = contentKey({ id, identity, shard, request: requestParts(request, model) });
      const places = taken.get(asked) ?? new Set();
      taken.set(asked, places);
      let place = 0;
      while (places.has(place)) place += 1;
      places.add(place);
      return { key: `${asked}:${place}`, free: () => places.delete(place) };
    },
  };
}
