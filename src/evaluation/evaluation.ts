import { resolve } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { canonicalJson } from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";
import { continueRunFolder, openRunFolder, type RunFolder, type RunMode } from "../runs/run-folder.ts";
import { readRunHistory } from "../runs/run-history.ts";
import { SHARD_SETTING, type Shard } from "../runs/shard.ts";
import { askAll } from "./ask-all.ts";
import {
  checkBaseline,
  checkClips,
  checkCorrected,
  checkFairness,
  checkJudge,
  checkPrompts,
  checkRequirements,
  checkStopRule,
} from "./check-evaluation.ts";
import { readDataset } from "./dataset/read-dataset.ts";
import type { EvaluationDependencies, PreparedEvaluation, RunOptions } from "./evaluation-dependencies.ts";
import type { EvalFile } from "./file/eval-file.ts";
import { type EvalFileChanges, parseEvalFile, readEvalFile } from "./file/read-eval-file.ts";
import { judgedScorers } from "./judge/judge-calls.ts";
import { loadLemmas } from "./load-wheels.ts";
import { withoutReuse } from "./runner/answer-cache.ts";
import { callsOfPart, imageByImage, keepShard, shareOutImages } from "./runner/evaluation-shard.ts";
import { callsOf } from "./runner/plan.ts";
import { identitiesOf, planRun } from "./runner/plan-run.ts";
import type { RunOutcome } from "./runner/run-state.ts";
import { beginRun, hasRun, openRun, type StoredRun } from "./runner/stored-run.ts";
import { promptTexts, withVariables } from "./runner/variables.ts";
import type { Sample } from "./sample.ts";
import type { Scorer } from "./score.ts";
import { scorersOf } from "./scorers/scorers-of.ts";

/** Reads and checks an evaluation file with its dataset, and plans its calls. @throws {ConfigurationError} */
export async function prepareEvaluation(
  path: string,
  dependencies: EvaluationDependencies,
  instead?: EvalFileChanges,
  {
    scorers: own = [],
    shard,
  }: { readonly scorers?: readonly Scorer[] | undefined; readonly shard?: Shard | undefined } = {},
): Promise<PreparedEvaluation> {
  const read = await readEvalFile(path, instead);
  const loaded = { ...read, file: await withPrices(read.file, dependencies) };
  const { file } = loaded;
  checkBaseline(file, path);
  checkClips(file);
  checkStopRule(file, shard);
  const lemmas = await loadLemmas();
  const dataset = await readDataset(file.dataset, { evalFilePath: path, lemmas, ...dependencies });
  const { samples, skipped, labels } = dataset;
  const scorers = await scorersOf(file, labels, own);
  if (file.task !== "measured" && samples.every(({ image, measured }) => image === null && measured !== undefined)) {
    throw new ConfigurationError(
      `Cannot ${file.task} the faces of a study that was imported without images: set task: measured, which holds what was measured against the truth`,
    );
  }
  const notes = [...dataset.notes, ...checkPrompts(file), ...checkRequirements(scorers, samples, file.matrix)];
  checkJudge(file, samples);
  checkCorrected(file, samples);
  checkFairness(file, samples);
  if (skipped.length > 0) notes.push(`${skipped.length} rows of the dataset were left out`);
  const work = await workOf(file, { samples, labels, dependencies });
  const part = shard && shareOutImages(samples, shard);
  const plan = await planRun(callsOfPart(work.calls, part), {
    file,
    cache: dependencies.cache,
    ...work,
    judge: judgedScorers(file).length === 0 ? null : await dependencies.judgeFor(file),
  });
  if (file.budget.usd !== undefined && plan.unpricedModels.length > 0) {
    const models = plan.unpricedModels.join(", ");
    throw new ConfigurationError(
      `Cannot keep the budget in USD as the price of ${models} is unknown: add it under prices`,
    );
  }
  return { loaded, samples, labels, skipped, plan, notes, part, ...work };
}

/**
 * Runs a prepared evaluation into a folder, or goes on with it there.
 *
 * @throws {ConfigurationError} if the folder is in use, or holds something else than this evaluation.
 */
export async function startEvaluation(
  prepared: PreparedEvaluation,
  dependencies: EvaluationDependencies,
  options: RunOptions,
): Promise<RunOutcome> {
  const { loaded, samples } = prepared;
  const place = await openRunFolder(options.folder, {
    ...options,
    command: "eval",
    settings: {
      evaluation: { id: loaded.file.name, sha256: sha256(loaded.text) },
      samples: { id: `${samples.length} samples`, sha256: sha256(canonicalJson(samples)) },
    },
    version: dependencies.version,
    shard: prepared.part,
  });
  return closed(place, () => runPrepared(prepared, dependencies, { place, options }), prepared.part !== undefined);
}

/** Runs a prepared evaluation into a folder that is open: calls that were answered there are not asked again. */
export async function runPrepared(
  prepared: PreparedEvaluation,
  dependencies: EvaluationDependencies,
  { place, options }: { readonly place: RunFolder; readonly options: RunOptions },
): Promise<RunOutcome> {
  const { loaded, samples, labels, skipped, identities, part, calls } = prepared;
  if (hasRun(place.folder)) refuseOtherIdentities(await openRun(place.folder), identities);
  const run = hasRun(place.folder)
    ? await openRun(place.folder)
    : await beginRun(
        place,
        {
          kuleshovVersion: dependencies.version,
          nodeVersion: process.version,
          platform: `${process.platform} ${process.arch}`,
          name: loaded.file.name,
          createdAt: place.createdAt,
          evalFilePath: resolve(loaded.path),
          evalFileText: loaded.text,
          labels: [...labels],
          skippedRows: skipped.map(({ where, reason }) => ({ where, reason })),
          identities: Object.fromEntries(identities),
          cacheFolder: dependencies.cacheFolder,
          reuse: dependencies.cache.reuses,
          modelOptions: dependencies.modelOptions ?? {},
          prompts: await promptTexts(prepared),
        },
        samples,
      );
  const askIt = (parts: EvaluationDependencies) =>
    askAll(run, loaded.file, { ...prepared, calls: callsOfPart(calls, part), place, dependencies: parts, options });
  return part === undefined ? askIt(dependencies) : keepShard({ ...prepared, part, place, dependencies }, askIt);
}

/**
 * Goes on with a run: calls that were answered are not asked again, those that failed are.
 * @throws {ConfigurationError} if there is no run, or what determines its answers has changed since.
 */
export async function continueEvaluation(
  given: EvaluationDependencies,
  options: Omit<RunOptions, keyof RunMode>,
): Promise<RunOutcome> {
  const run = await openRun(options.folder);
  await refuseShard(options.folder);
  const dependencies = run.header.reuse ? given : { ...given, cache: withoutReuse(given.cache) };
  const file = await withPrices(parseEvalFile(run.header.evalFileText, run.header.evalFilePath), dependencies);
  const work = await workOf(file, { samples: run.samples, labels: run.header.labels, dependencies });
  refuseOtherIdentities(run, work.identities);
  const plan = await planRun([], { file, cache: dependencies.cache, ...work });
  const place = await continueRunFolder(options.folder);
  return closed(place, () => askAll(run, file, { ...work, plan, place, dependencies, options }));
}

/** @param isShard it may hold what fails for good, and is done all the same. */
async function closed(place: RunFolder, work: () => Promise<RunOutcome>, isShard = false): Promise<RunOutcome> {
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const outcome = await work();
    if (outcome.stopped === null && (outcome.failed === 0 || isShard)) state = "finished";
    return outcome;
  } finally {
    await place.close(state);
  }
}

/** @throws {ConfigurationError} if the run is one that only its own command goes on with. */
async function refuseShard(folder: string): Promise<void> {
  const shard = (await readRunHistory(folder))?.began.settings[SHARD_SETTING];
  if (shard === undefined) return;
  throw new ConfigurationError(
    `Cannot go on with shard ${shard} by itself: run the command again that began it, and add --resume to try its failures again (\`${folder}\`)`,
  );
}

/** The file with the prices of models that it leaves open. */
async function withPrices(file: EvalFile, { priceOf }: EvaluationDependencies): Promise<EvalFile> {
  const models = [...file.matrix.models, ...(file.judge === undefined ? [] : [file.judge.model])];
  const priceIn = async (name: string) => file.models[name]?.price ?? priceOf?.(file.models[name]?.model ?? name);
  const known = await Promise.all(models.map(async (name) => [name, await priceIn(name)] as const));
  const prices = Object.fromEntries(known.flatMap(([model, price]) => (price === undefined ? [] : [[model, price]])));
  return { ...file, prices: { ...prices, ...file.prices } };
}

function refuseOtherIdentities({ folder, header }: StoredRun, identities: ReadonlyMap<string, unknown>): void {
  for (const [cell, identity] of identities) {
    if (canonicalJson(header.identities[cell]) === canonicalJson(identity)) continue;
    throw new ConfigurationError(
      `Cannot resume run as prompt, model or toolboxes of "${cell}" changed since it began: start a new one (\`${folder}\`)`,
    );
  }
}

async function workOf(
  file: EvalFile,
  {
    samples,
    labels,
    dependencies,
  }: {
    readonly samples: readonly Sample[];
    readonly labels: readonly string[];
    readonly dependencies: EvaluationDependencies;
  },
) {
  const solver = await dependencies.solverFor(file, labels);
  const stimuli = await dependencies.stimuliFor(file, samples);
  // A run that may stop early is to have asked about any samples, not about those that stand first.
  const asked =
    file.stopWhen === undefined
      ? imageByImage(samples)
      : createRandom(`${file.dataset.seed} order of samples`).shuffled(samples);
  const calls = await withVariables(callsOf(asked, file.matrix, file.fewShot?.audit), file, solver);
  return { solver, stimuli, calls, identities: await identitiesOf(calls, solver) };
}
