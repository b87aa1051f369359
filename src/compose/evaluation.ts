import { join } from "node:path";
import { createPersonSegmenter } from "../adapters/scene/person-segmenter.ts";
import { ConfigurationError } from "../domain/errors.ts";
import type { Face } from "../domain/measurement.ts";
import { FREE, type Price } from "../domain/price.ts";
import { locateDatasetPath } from "../evaluation/dataset/locate.ts";
import type { EvaluationDependencies } from "../evaluation/evaluation-dependencies.ts";
import { createAnswerJudge } from "../evaluation/judge/judge-solver.ts";
import { createAnswerCache, withoutReuse } from "../evaluation/runner/answer-cache.ts";
import { createChoiceSolver } from "../evaluation/solvers/choice-solver.ts";
import type { ConditionDependencies } from "../evaluation/solvers/condition-dependencies.ts";
import { createJudgeSolver } from "../evaluation/solvers/judge-solver.ts";
import { createMeasuredSolver } from "../evaluation/solvers/measured-solver.ts";
import { loadTaxonomy } from "../exemplars/load-taxonomy.ts";
import { createLabStimuli } from "../lab/lab-stimuli.ts";
import { measureImage } from "../measuring/measure-image.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { packageVersion } from "../platform/package-paths.ts";
import type { PersonSegmenter } from "../ports/person-segmenter.ts";
import { cachePlace, openCache } from "./caches.ts";
import { type ConditionOptions, createConditionDependencies, placedTaxonomy } from "./evaluation-conditions.ts";
import { modelsAtCommonAddress, spelledOut } from "./model-entries.ts";
import { isFreeModel, judgesIn, refuseOneAddressForTwo } from "./models.ts";
import { priceOf } from "./prices.ts";
import { openVideoReader } from "./study.ts";
import { createToolboxShelf } from "./toolbox-shelf.ts";

/** How evaluations are set up. */
export interface EvaluationOptions extends ConditionOptions {
  /** Judgments that each answer takes together; one unless told. */
  readonly samples?: number;
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
  const { stimuliFolder, answersFolder, ...modelOptions } = options;
  const folder = answersFolder ?? cachePlace("answers");
  const answers = createAnswerCache(openCache("answers", folder));
  const toolboxes = createToolboxShelf(options.cache);
  let segmenter: Promise<PersonSegmenter> | undefined;
  const openSegmenter = () => {
    segmenter ??= createPersonSegmenter();
    return segmenter;
  };
  // Each condition and seed opens its model anew; what its server does not take is found out once.
  const shared = { ...modelOptions, turnedDown: new Map() };
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
        folder: stimuliFolder,
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
