import type { AskedMany, AskManyQuery } from "../ask-many.ts";
import type { AskOptions as PartsOptions } from "../compose/ask.ts";
import type { Asked } from "../compose/ask-one.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { Price } from "../domain/price.ts";
import { packageVersion } from "../platform/package-paths.ts";
import { EXIT } from "./exit.ts";
import { note, print } from "./output.ts";
import { progressNotes, showProgress } from "./progress.ts";

/** Questions under way at once: a server elsewhere answers several, a machine of one's own is busy with one. */
const AT_ONCE = { remote: 4, local: 1 };

/** `kuleshov ask <folder or list>`: every image of it, into a folder that a rerun goes on with. */
export async function askManyCommand(
  asked: Asked,
  partsFor: (images: readonly string[]) => PartsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { readAskList } = await import("../study/ask-list.ts");
  const { askMany } = await import("../ask-many.ts");
  const { openDependencies } = await import("../compose/ask.ts");
  const { pricedFor } = await import("../compose/budgeted-model.ts");
  const folder = folderOf(asked);
  const items = await readAskList(asked.image, note);
  const openedWith = partsFor(items.map(({ path }) => path));
  const { dependencies, labels, close } = await openDependencies({ ...openedWith, notify: note }, signal);
  try {
    const models = dependencies.panel?.judges ?? [dependencies.model];
    const progress = progressOf(items.length);
    const query: AskManyQuery = {
      ...{ folder, items, question: asked.question, context: asked.context, resume: asked.resume, force: asked.force },
      labels: asked.labels ?? labels,
      blurOthers: asked.blurOthers,
      settings: settingsOf(asked),
      budget: { usd: asked.budgetUsd, tokens: asked.budgetTokens },
      concurrency: models.every(({ remote }) => remote) ? AT_ONCE.remote : AT_ONCE.local,
      onProgress: progress.update,
    };
    const panelPrices = new Map<string, Price | undefined>();
    for (const model of models) panelPrices.set(model.id, await pricedFor(query.budget, model));
    // What a panel of which every judge failed cost is known where all cost the same, as on this machine.
    const price = commonPrice([...panelPrices.values()]);
    const parts = { ask: dependencies, price, panelPrices, version: packageVersion() };
    const done = await askMany(query, parts, signal).finally(progress.end);
    await report(done, asked, folder);
  } finally {
    await close();
  }
}

function commonPrice([first, ...others]: readonly (Price | undefined)[]): Price | undefined {
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : undefined;
}

function folderOf({ out, face }: Asked): string {
  if (face !== undefined) throw new ConfigurationError("--face is for one image: a list has a column face");
  if (out !== undefined) return out;
  throw new ConfigurationError("Many images are asked about into a folder: name it with --out <folder>");
}

/** What decides answers beside the model and the questions. */
function settingsOf({
  blurOthers,
  toolbox,
  scene,
  evidence,
  mode,
  shots,
  shotMode,
  categories,
  taxonomy,
  pack,
  store,
}: Asked) {
  const rest = { blurOthers, evidence, mode, shots, shotMode, categories, taxonomy, pack, store };
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { "--toolbox": toolbox, "--scene": scene, ...Object.fromEntries(given) };
}

function progressOf(total: number) {
  const bar = showProgress(total);
  const line = progressNotes("images asked about");
  const update: NonNullable<AskManyQuery["onProgress"]> = (progress) => {
    const { done, failed, secondsLeft, tokens, usd, unpriced } = progress;
    const remainingMs = secondsLeft === null ? null : secondsLeft * 1000;
    bar.update({ total, done, cached: 0, failed, underWay: 0, tokens, usd, unpriced, remainingMs });
    if (process.stderr.isTTY !== true) line(progress);
  };
  return { update, end: bar.end };
}

async function report(done: AskedMany, asked: Asked, folder: string) {
  const { answers, notes, tokens, estimated, usd, unpriced, left, exhausted } = done;
  const failures = answers.filter(({ failure }) => failure !== null);
  if (asked.json) await print(`${JSON.stringify(answers, null, 2)}\n`);
  else {
    const cost = unpriced === answers.length && unpriced > 0 ? "cost unknown" : `${usd.toFixed(4)} USD`;
    const reckoned = estimated === 0 ? "" : ` (${estimated} of them an estimate)`;
    await print(
      `${answers.length - failures.length} answered, ${failures.length} failed, ${tokens} tokens${reckoned}, ${cost}\n`,
    );
  }
  for (const { id, failure } of failures) note(`${id}: ${failure}`);
  for (const sentence of notes) note(sentence);
  if (exhausted !== null) note(`${left} are left, as ${exhausted}: a rerun with a larger budget goes on`);
  note(`Everything is in ${folder}: answers.csv, answers.jsonl, answers.html`);
  if (failures.length === answers.length) process.exitCode = EXIT.nothingDone;
  else if (failures.length > 0 || exhausted !== null) process.exitCode = EXIT.doneWithFailures;
}
