import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createPersonSegmenter } from "../adapters/scene/person-segmenter.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { Face } from "../domain/measurement.ts";
import { FREE, type Price } from "../domain/price.ts";
import { locateDatasetPath } from "../evaluation/dataset/locate.ts";
import type { EvaluationDependencies } from "../evaluation/evaluation-dependencies.ts";
import { variedSource } from "../evaluation/few-shot/exemplar-variant.ts";
import { type EvalFile, takesClips } from "../evaluation/file/eval-file.ts";
import { JUDGED } from "../evaluation/judge/judge-calls.ts";
import { createAnswerJudge } from "../evaluation/judge/judge-solver.ts";
import { createAnswerCache, withoutReuse } from "../evaluation/runner/answer-cache.ts";
import { cellId } from "../evaluation/runner/plan.ts";
import type { Condition } from "../evaluation/solver.ts";
import { createChoiceSolver } from "../evaluation/solvers/choice-solver.ts";
import type { ConditionDependencies } from "../evaluation/solvers/condition-dependencies.ts";
import { createJudgeSolver } from "../evaluation/solvers/judge-solver.ts";
import { createMeasuredSolver } from "../evaluation/solvers/measured-solver.ts";
import { isTaxonomyFile, loadTaxonomy } from "../exemplars/load-taxonomy.ts";
import { type PromptLibrary, readPromptFile } from "../judging/prompt-library.ts";
import { createLabStimuli } from "../lab/lab-stimuli.ts";
import { measureImage } from "../measuring/measure-image.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { sha256 } from "../platform/hash.ts";
import { packageVersion } from "../platform/package-paths.ts";
import { DEFAULT_RETRIES } from "../platform/retry.ts";
import { systemPath } from "../platform/system-path.ts";
import type { PersonSegmenter } from "../ports/person-segmenter.ts";
import { openDependencies, toolsOf } from "./ask.ts";
import { cachePlace, openCache } from "./caches.ts";
import { isFreeIn, modelsAtCommonAddress, namedModel, spelledOut } from "./model-entries.ts";
import { isFreeModel, judgesIn, type ModelOptions, refuseOneAddressForTwo } from "./models.ts";
import { priceOf } from "./prices.ts";
import { openShotSource } from "./shots.ts";
import { openVideoReader } from "./study.ts";
import { createToolboxShelf, type ToolboxShelf } from "./toolbox-shelf.ts";

/** How evaluations are set up. */
export interface EvaluationOptions extends ModelOptions {
  /** Judgments that each answer takes together; one unless told. */
  readonly samples?: number;
  /** Path of the evaluation file: prompts and neutral faces are relative to it. */
  readonly evalFilePath: string;
  /** Whether what was measured and answered before is taken; it is unless told. */
  readonly cache?: boolean | undefined;
  /** Where the lab writes stimuli. */
  readonly stimuliFolder: string;
  /** Where answers are kept; beside the other caches unless told. */
  readonly answersFolder?: string;
  /** Told before an image leaves this machine. */
  readonly notify?: (notice: string) => void;
}

/** Parts to run evaluations with, and an end to them. */
export interface OpenedEvaluation {
  readonly dependencies: EvaluationDependencies;
  /** The faces of one image, left to right, as the stimuli are cut. */
  facesIn(path: string, signal?: AbortSignal): Promise<readonly Face[]>;
  close(): Promise<void>;
}

/** Opens what evaluations need. Models and toolboxes are opened when a condition first asks for them, each once. */
export function openEvaluation(options: EvaluationOptions): OpenedEvaluation {
  const folder = options.answersFolder ?? cachePlace("answers");
  const answers = createAnswerCache(openCache("answers", folder));
  const toolboxes = createToolboxShelf(options.cache);
  let segmenter: Promise<PersonSegmenter> | undefined;
  const openSegmenter = () => {
    segmenter ??= createPersonSegmenter();
    return segmenter;
  };
  // Each condition and seed opens its model anew; what its server does not take is found out once.
  const shared = { ...options, turnedDown: new Map() };
  const conditions: ConditionDependencies[] = [];
  const dependencies: EvaluationDependencies = {
    async solverFor(file, labels) {
      if (file.task === "measured") return createMeasuredSolver();
      if (file.task !== "judge" && options.samples !== undefined) {
        throw new ConfigurationError(`Samples are of judgments, and "${file.name}" has its models ${file.task}`);
      }
      const { matrix } = file;
      if (file.task !== "judge" && matrix.models.some((name) => judgesIn(spelledOut(file, name)).length > 1)) {
        throw new ConfigurationError(`A panel judges, and "${file.name}" has its models ${file.task}`);
      }
      refuseOneAddressForTwo(modelsAtCommonAddress(file), options.baseUrl);
      const own = createConditionDependencies(file, shared, toolboxes);
      conditions.push(own);
      return file.task === "judge"
        ? createJudgeSolver(file, labels, { conditions: own, samples: options.samples ?? 1 })
        : createChoiceSolver(file, own);
    },
    async judgeFor(file) {
      const own = createConditionDependencies(file, shared, toolboxes);
      conditions.push(own);
      return createAnswerJudge(file, own);
    },
    async stimuliFor(file, samples) {
      const { hide, mask, neutral, seed } = file.stimuli;
      return createLabStimuli({
        samples,
        folder: options.stimuliFolder,
        toolbox: await toolboxes.one("mesh"),
        segmenter: await openSegmenter(),
        hide,
        mask,
        neutral: neutral === undefined ? null : locateDatasetPath(neutral, options.evalFilePath),
        seed,
      });
    },
    cache: options.cache === false ? withoutReuse(answers) : answers,
    cacheFolder: folder,
    modelOptions: {
      ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
      ...(typeof options.temperature === "number" ? { temperature: options.temperature } : {}),
      ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options.samples === undefined ? {} : { samples: options.samples }),
    },
    frames: { video: openVideoReader(), folder: join(cacheFolder(), "dataset-images", "frames") },
    priceOf: priceOfJudges,
    taxonomyLabels: async (id) =>
      (await loadTaxonomy(placedTaxonomy(id, options.evalFilePath))).categories.map(({ name }) => name),
    version: packageVersion(),
  };
  return {
    dependencies,
    facesIn: async (path, signal) => (await measureImage(path, [await toolboxes.one("mesh")], signal)).faces,
    async close() {
      await Promise.all(conditions.map((own) => own.close()));
      await toolboxes.close();
      await (await segmenter)?.close();
    },
  };
}

/** What the tokens of a model cost, or of a panel whose judges cost the same; the rules have none. */
async function priceOfJudges(model: string): Promise<Price | undefined> {
  const paid = judgesIn(model).filter((name) => name !== "rules");
  const prices = await Promise.all(paid.map((id) => (isFreeModel(id) ? FREE : priceOf({ id, remote: true }))));
  return prices.every((price) => JSON.stringify(price) === JSON.stringify(prices[0])) ? prices[0] : undefined;
}

function createConditionDependencies(
  file: EvalFile,
  options: EvaluationOptions,
  shelf: ToolboxShelf,
): ConditionDependencies {
  const known = new Map<string, Promise<AskDependencies>>();
  const closers: (() => Promise<void>)[] = [];

  async function open(condition: Condition, seed: number): Promise<AskDependencies> {
    const { evalFilePath: _path, stimuliFolder: _stimuli, answersFolder: _answers, ...modelOptions } = options;
    const named = namedModel(file, condition.model, options);
    const judges = judgesIn(named.model);
    const [model = named.model] = judges;
    const opened = await openDependencies({
      ...modelOptions,
      retries: { ...DEFAULT_RETRIES, tries: file.execution.attempts },
      model,
      ...(judges.length > 1 ? { panel: judges } : {}),
      toolboxes: [],
      clip: takesClips(file),
      mirrored: file.mirrored,
      seed,
      ...named.options,
    });
    closers.push(() => opened.close());
    const toolboxes =
      condition.evidence === "none"
        ? []
        : await Promise.all(condition.evidence.map((name) => shelf.one(name, file.mirrored)));
    const shots = await openShotSource(
      {
        ...shotsIn(file, options.evalFilePath),
        ...shownAs(condition),
        shots: condition.shots,
        seed,
        allowRemote: options.allowRemote,
        localOnly: options.localOnly,
      },
      toolboxes.length === 0 && condition.shots > 0 ? [await shelf.one("mesh")] : toolboxes,
    );
    closers.push(() => shots.close());
    const prompts = await withOwnPrompt(opened.dependencies.prompts, condition.prompt, {
      file,
      evalFilePath: options.evalFilePath,
    });
    const { model: asked } = opened.dependencies;
    return {
      ...opened.dependencies,
      // Calls are known by the matrix's seeds; one of the model's own is part of what it is.
      model: named.options.seed === undefined ? asked : { ...asked, identity: { ...asked.identity, seed: asked.seed } },
      // Evaluations keep each answer with its seed and repeat themselves.
      answers: null,
      tools: toolsOf(opened.dependencies.prompts, { clip: takesClips(file) }, { toolboxes, exemplars: null }),
      toolboxes,
      exemplars: shots.source === null ? null : variedSource(shots.source, condition.variant),
      prompts,
    };
  }

  return {
    partsFor(condition, seed) {
      const { arm: _arm, ...rest } = condition;
      const key = `${cellId({ ...rest, arm: "full" })} | ${seed}`;
      const dependencies = known.get(key) ?? open(condition, seed);
      known.set(key, dependencies);
      return dependencies;
    },
    exemplarsOf: (condition) => {
      const { shots, variant } = condition;
      if (shots === 0) return null;
      const { distilled } = shotsIn(file, options.evalFilePath);
      // Whoever changes the words of a definition is given other answers.
      const definitions = distilled === undefined ? {} : { definitions: sha256(readFileSync(systemPath(distilled))) };
      return { shots, variant, ...file.fewShot, ...shownAs(condition), ...definitions, audit: null };
    },
    isFree: ({ model }) => isFreeIn(file, model),
    async close() {
      await Promise.allSettled(known.values());
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** How a condition shows examples, where the matrix has several ways. */
function shownAs({ examples }: Condition) {
  if (examples === undefined) return {};
  return examples === "images without negatives" ? { mode: "images" as const, negatives: false } : { mode: examples };
}

/** What the file says of examples, its paths as those of data sets. */
function shotsIn({ fewShot }: EvalFile, evalFilePath: string) {
  const { audit: _audit, store, packs, distilled, taxonomy, ...rest } = fewShot ?? {};
  const placed = (path: string) => locateDatasetPath(path, evalFilePath);
  return {
    ...rest,
    ...(taxonomy === undefined ? {} : { taxonomy: placedTaxonomy(taxonomy, evalFilePath) }),
    ...(distilled === undefined ? {} : { distilled: placed(distilled) }),
    ...(store === undefined ? {} : { store: store.includes("://") ? store : placed(store) }),
    ...(packs === undefined ? {} : { packs: packs.map((name) => (name.endsWith(".jsonl") ? placed(name) : name)) }),
  };
}

/** A taxonomy that ships by its id, and one of the user's own as paths of data sets are. */
function placedTaxonomy(name: string, evalFilePath: string): string {
  return isTaxonomyFile(name) ? locateDatasetPath(name, evalFilePath) : name;
}

/** Which of the shipped prompts one of the user's own stands for. */
const PROMPT_OF_TASK = { judge: "judge", choose: "eval-choose", verify: "eval-verify", measured: "judge" } as const;

/** The shipped prompts with another one for what is asked: one of theirs by id, or a file of the user's own. */
async function withOwnPrompt(
  shipped: PromptLibrary,
  prompt: string,
  { file, evalFilePath }: { readonly file: EvalFile; readonly evalFilePath: string },
): Promise<PromptLibrary> {
  if (prompt === "judge" || Object.values(JUDGED).some((judged) => judged.prompt === prompt)) return shipped;
  const place = PROMPT_OF_TASK[file.task];
  const own = prompt.endsWith(".prompt.md")
    ? await readPromptFile(locateDatasetPath(prompt, evalFilePath))
    : shipped.prompt(prompt);
  return {
    ...shipped,
    prompt: (id) => (id === place ? own : shipped.prompt(id)),
    all: () => [
      ...shipped.all().filter(({ reference }) => reference.id !== place && reference.id !== own.reference.id),
      own,
    ],
  };
}
