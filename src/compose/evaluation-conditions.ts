import { readFileSync } from "node:fs";
import type { AskDependencies } from "../ask-dependencies.ts";
import { locateDatasetPath } from "../evaluation/dataset/locate.ts";
import { variedSource } from "../evaluation/few-shot/exemplar-variant.ts";
import { type EvalFile, takesClips } from "../evaluation/file/eval-file.ts";
import { JUDGED } from "../evaluation/judge/judge-calls.ts";
import { cellId } from "../evaluation/runner/plan.ts";
import type { Condition } from "../evaluation/solver.ts";
import type { ConditionDependencies } from "../evaluation/solvers/condition-dependencies.ts";
import { isTaxonomyFile, loadTaxonomy } from "../exemplars/load-taxonomy.ts";
import { type PromptLibrary, readPromptFile } from "../judging/prompt-library.ts";
import { sha256 } from "../platform/hash.ts";
import { DEFAULT_RETRIES } from "../platform/retry.ts";
import { systemPath } from "../platform/system-path.ts";
import { openDependencies, toolsOf } from "./ask.ts";
import { isFreeIn, namedModel } from "./model-entries.ts";
import { judgesIn, type ModelOptions } from "./models.ts";
import { openShotSource } from "./shots.ts";
import type { ToolboxShelf } from "./toolbox-shelf.ts";

/** What opening a condition's parts takes. */
export interface ConditionOptions extends ModelOptions {
  /** Path of the evaluation file: prompts and neutral faces are relative to it. */
  readonly evalFilePath: string;
}

/** Parts to ask under each condition of a matrix, opened when one is first asked for and shared by its arms. */
export function createConditionDependencies(
  file: EvalFile,
  options: ConditionOptions,
  shelf: ToolboxShelf,
): ConditionDependencies {
  const known = new Map<string, Promise<AskDependencies>>();
  const closers: (() => Promise<void>)[] = [];

  async function open(condition: Condition, seed: number): Promise<AskDependencies> {
    const { evalFilePath: _path, ...modelOptions } = options;
    const named = namedModel(file, condition.model, options);
    const { taxonomy } = file.dataset;
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
      taxonomy:
        typeof taxonomy === "string" ? await loadTaxonomy(placedTaxonomy(taxonomy, options.evalFilePath)) : undefined,
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
export function placedTaxonomy(name: string, evalFilePath: string): string {
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
