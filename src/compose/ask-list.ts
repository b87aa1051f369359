import { type AskedMany, type AskManyQuery, askMany } from "../ask-many.ts";
import type { Price } from "../domain/price.ts";
import { jobOfProcess } from "../fleet/job-of-process.ts";
import { packageVersion } from "../platform/package-paths.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import { createPurse } from "../runs/purse.ts";
import { type AskItem, readAskList } from "../study/ask-list.ts";
import { readTries } from "../study/asked-answers.ts";
import { openDependencies } from "./ask.ts";
import { type Asked, partsOptions } from "./asked.ts";
import { modelOptionsOf } from "./model-settings.ts";
import { pricedFor } from "./prices.ts";

/**
 * Questions under way at once: a server elsewhere answers several, a machine of one's own is busy with one. A worker of a
 * fleet has one too, so that no more is lost when it is killed; there are others beside it.
 */
export function questionsAtOnce(models: readonly Pick<JudgeModel, "remote">[]): number {
  if (jobOfProcess() !== undefined) return 1;
  return models.every(({ remote }) => remote) ? 4 : 1;
}

/** Told what happens while a list is asked about. */
interface AskListListeners {
  readonly notify: (notice: string) => void;
  /** Told once how many questions there are; what it gives is told of every answer. */
  readonly begin: (total: number) => NonNullable<AskManyQuery["onProgress"]>;
}

/**
 * Asks about every image of a folder, pattern or list, into a folder that a rerun goes on with.
 *
 * @param given what is asked where it is known already, as of a run that is gone on with.
 */
export async function askListInto(
  folder: string,
  asked: Asked,
  { notify: tell, begin }: AskListListeners,
  signal: AbortSignal,
  given?: readonly AskItem[],
): Promise<AskedMany> {
  // What holds for every image is told once.
  const told = new Set<string>();
  const notify = (notice: string) => {
    if (!told.has(notice)) tell(notice);
    told.add(notice);
  };
  const items = given ?? (await readAskList(asked.image, notify));
  const images = items.map(({ path }) => path);
  const budget = { usd: asked.budgetUsd, tokens: asked.budgetTokens };
  const tries = asked.force ? [] : await readTries(folder).catch(() => []);
  const options = {
    ...{ ...modelOptionsOf(asked), ...partsOptions(asked, images), notify },
    ...{ budget, spent: createPurse({}, tries).spent() },
  };
  const { dependencies, labels, close } = await openDependencies(options, signal);
  try {
    const models = dependencies.panel?.judges ?? [dependencies.model];
    const query: AskManyQuery = {
      ...{ folder, items, question: asked.question, context: asked.context, resume: asked.resume, force: asked.force },
      labels: asked.labels ?? labels,
      blurOthers: asked.blurOthers,
      settings: settingsOf(asked),
      budget,
      shard: asked.shard,
      concurrency: questionsAtOnce(models),
      onProgress: begin(items.length),
    };
    const panelPrices = new Map<string, Price | undefined>();
    for (const model of models) panelPrices.set(model.id, await pricedFor(query.budget, model));
    // What a panel of which every judge failed cost is known where all cost the same, as on this machine.
    const price = commonPrice([...panelPrices.values()]);
    return await askMany(query, { ask: dependencies, price, panelPrices, version: packageVersion() }, signal);
  } finally {
    await close();
  }
}

function commonPrice([first, ...others]: readonly (Price | undefined)[]): Price | undefined {
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : undefined;
}

/** What decides answers beside the model and the questions. */
const DECIDING = [
  "objects",
  "mirrored",
  "blurOthers",
  "evidence",
  "mode",
  "shots",
  "shotMode",
  "categories",
  "taxonomy",
  "pack",
  "distilled",
  "store",
  "transcribe",
] as const satisfies readonly (keyof Asked)[];

function settingsOf(asked: Asked) {
  const given = DECIDING.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]] as const]));
  return { "--toolbox": asked.toolbox, "--scene": asked.scene, ...Object.fromEntries(given) };
}
