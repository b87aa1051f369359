import { basename, join, resolve } from "node:path";
import { type Evaluated, reportOn } from "./evaluate.ts";
import { prepareEvaluation, runPrepared } from "./evaluation/evaluation.ts";
import type { EvaluationDependencies } from "./evaluation/evaluation-dependencies.ts";
import type { RunProgress } from "./evaluation/runner/progress.ts";
import { hashOfFileIfThere } from "./platform/hash.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { csvTable } from "./platform/tables/write-table.ts";
import { openRunFolder, type RunFolder, type RunMode } from "./runs/run-folder.ts";

/** Images whose context is to be taken away, blurred and swapped. */
export interface LabQuery extends RunMode {
  readonly folder: string;
  readonly images: readonly string[];
  /** The model that judges. */
  readonly model: string;
  /** Scene into which the face is set, when there is only one image. */
  readonly swap?: string | undefined;
  /** Neutral face for the Kuleshov arms. */
  readonly neutral?: string | undefined;
  readonly hide: "faces" | "people";
  /** Answers per arm. */
  readonly repeats: number;
  /** What is known of the situation, in words. */
  readonly context?: string | undefined;
  /** Whether the images are mirrored, as selfies are. */
  readonly mirrored?: true | undefined;
  /** How the model is asked, beside its name: a run goes on only with the same. */
  readonly baseUrl?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** Seconds that one answer may take. */
  readonly timeout?: number;
  /** Of the answers; 1 unless told. */
  readonly seed?: number;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** An opened evaluation, and an end to it. */
export interface LabDependencies {
  open(evalFilePath: string): { readonly dependencies: EvaluationDependencies; close(): Promise<void> };
}

const LAB_FILE = "lab.eval.yaml";
const IMAGES_FILE = "images.csv";

/**
 * Images with and without their context, each shown to the model, and what the context did to its judgments. The folder
 * holds the stimuli and an evaluation file, so that the experiment can be run again, changed and gone on with like any.
 *
 * @throws {ConfigurationError} if the folder is in use, or holds something else than this experiment.
 */
export async function lab(query: LabQuery, { open }: LabDependencies, stop?: AbortSignal): Promise<Evaluated> {
  const { folder, resume, force, onProgress } = query;
  const settings = await settingsOf(query);
  const place = await openRunFolder(folder, { resume, force, command: "lab", settings, version: packageVersion() });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const opened = open(await writeLabFile(place, query));
    try {
      const prepared = await prepareEvaluation(join(folder, LAB_FILE), opened.dependencies);
      const options = {
        folder,
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(stop === undefined ? {} : { stop }),
      };
      const outcome = await runPrepared(prepared, opened.dependencies, { place, options });
      const reported = await reportOn(folder);
      if (outcome.stopped === null && outcome.failed === 0) state = "finished";
      return { outcome, ...reported };
    } finally {
      await opened.close();
    }
  } finally {
    await place.close(state);
  }
}

async function settingsOf(query: LabQuery): Promise<Record<string, unknown>> {
  const { images, model, swap, neutral, hide, repeats, context } = query;
  const named = async (path: string | undefined) =>
    path === undefined ? null : { path, sha256: (await hashOfFileIfThere(path)) ?? null };
  return {
    images: await Promise.all(images.map(named)),
    "--model": model,
    "--base-url": query.baseUrl ?? null,
    "--temperature": query.temperature ?? null,
    "--max-tokens": query.maxTokens ?? null,
    "--seed": query.seed ?? null,
    "--swap": await named(swap),
    "--neutral": await named(neutral),
    "--hide": hide,
    "--repeats": repeats,
    "--context": context ?? null,
    ...(query.mirrored && { "--mirrored": true }),
  };
}

/** Writes the evaluation that the lab runs. @returns its path. */
async function writeLabFile(place: RunFolder, query: LabQuery): Promise<string> {
  const { model, swap, neutral, hide, repeats, context, seed = 1, timeout } = query;
  const all = [...query.images, ...(swap === undefined ? [] : [swap])].map((path) => resolve(path));
  const names = all.map((path) => basename(path));
  const rows = all.map((path, i) => ({
    id: names.indexOf(basename(path)) === i ? basename(path) : `${i + 1}-${basename(path)}`,
    image: path,
    situation: context,
  }));
  const evaluation = {
    name: "lab",
    description: "Context lab",
    dataset: { format: "csv", path: IMAGES_FILE, columns: { id: "id", image: "image", context: "situation" } },
    ...(query.mirrored && { mirrored: true }),
    matrix: { models: [model], arms: armsOf(all.length, neutral), seeds: [seed], repeats },
    stimuli: { hide, ...(neutral === undefined ? {} : { neutral: resolve(neutral) }) },
    ...(timeout === undefined ? {} : { execution: { timeoutSeconds: timeout } }),
    scorers: ["faithfulness", "fixed-values"],
  };
  await place.write(IMAGES_FILE, csvTable(rows));
  await place.write(LAB_FILE, `${JSON.stringify(evaluation, null, 2)}\n`); // JSON is YAML
  return join(place.folder, LAB_FILE);
}

function armsOf(images: number, neutral: string | undefined): string[] {
  const always = ["full", "face-only", "context-only", "blurred-background", "grayscale", "re-encoded"];
  return [
    ...always,
    ...(images > 1 ? ["swapped-context"] : []),
    ...(neutral === undefined ? [] : ["neutral-in-context", "neutral-alone"]),
  ];
}
