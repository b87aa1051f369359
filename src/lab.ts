import { join, resolve } from "node:path";
import type { Face } from "./domain/measurement.ts";
import { type Evaluated, reportOn } from "./evaluate.ts";
import { drawStimuli } from "./evaluation/ask-all.ts";
import { prepareEvaluation, runPrepared } from "./evaluation/evaluation.ts";
import type { EvaluationDependencies } from "./evaluation/evaluation-dependencies.ts";
import { RENDERINGS } from "./evaluation/file/arm-names.ts";
import type { RunProgress } from "./evaluation/runner/progress.ts";
import { type LabImage, labImages } from "./lab/lab-images.ts";
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
  /** Whose face is asked about where an image shows several: `F2`, or of one of several images `image.jpg=F2`. */
  readonly faces?: readonly string[] | undefined;
  /** Scene into which the face is set, when there is only one image. */
  readonly swap?: string | undefined;
  /** Neutral face for the Kuleshov arms. */
  readonly neutral?: string | undefined;
  readonly hide: "faces" | "people";
  readonly mask: "fill" | "gray" | "blur" | "pixels";
  /** Whether each image is also shown in other light and with skin of other tones. */
  readonly renderings?: true | undefined;
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
  /** Of the answers, and of whatever is drawn at random in stimuli; 1 unless told. */
  readonly seed?: number;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** An opened evaluation, and an end to it. */
export interface LabDependencies {
  open(evalFilePath: string): {
    readonly dependencies: EvaluationDependencies;
    facesIn(path: string, signal?: AbortSignal): Promise<readonly Face[]>;
    close(): Promise<void>;
  };
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
  const opened = open(join(folder, LAB_FILE));
  try {
    // What cannot be asked about is said before a folder is made, or an earlier run removed.
    const images = await labImages(query, (path) => opened.facesIn(path, stop));
    const settings = await settingsOf(query);
    const place = await openRunFolder(folder, { resume, force, command: "lab", settings, version: packageVersion() });
    let state: "interrupted" | "finished" = "interrupted";
    try {
      const prepared = await prepareEvaluation(await writeLabFile(place, query, images), opened.dependencies);
      const options = {
        folder,
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(stop === undefined ? {} : { stop }),
      };
      const outcome = await runPrepared(prepared, opened.dependencies, { place, options });
      await drawStimuli(prepared, place, stop);
      const reported = await reportOn(folder);
      if (outcome.stopped === null && outcome.failed === 0) state = "finished";
      return { outcome, ...reported };
    } finally {
      await place.close(state);
    }
  } finally {
    await opened.close();
  }
}

async function settingsOf(query: LabQuery): Promise<Record<string, unknown>> {
  const { images, model, swap, neutral, hide, mask, repeats, context } = query;
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
    "--mask": mask,
    "--repeats": repeats,
    "--context": context ?? null,
    ...(query.mirrored && { "--mirrored": true }),
    ...(query.renderings && { "--renderings": true }),
    ...(query.faces !== undefined && { "--face": query.faces }),
  };
}

/** Writes the evaluation that the lab runs. @returns its path. */
async function writeLabFile(place: RunFolder, query: LabQuery, images: readonly LabImage[]): Promise<string> {
  const { model, neutral, hide, mask, repeats, context, seed = 1, timeout } = query;
  const rows = images.map(({ name, path, region, face }) => {
    const box = region === null ? "" : [region.leftPx, region.topPx, region.widthPx, region.heightPx].join(" ");
    return { id: name, image: path, situation: context, region: box, face };
  });
  const evaluation = {
    name: "lab",
    description: "Context lab",
    dataset: {
      format: "csv",
      path: IMAGES_FILE,
      columns: { id: "id", image: "image", context: "situation", region: "region" },
    },
    ...(query.mirrored && { mirrored: true }),
    matrix: { models: [model], arms: armsOf(images.length, query), seeds: [seed], repeats },
    stimuli: { hide, mask, seed, ...(neutral === undefined ? {} : { neutral: resolve(neutral) }) },
    ...(timeout === undefined ? {} : { execution: { timeoutSeconds: timeout } }),
    scorers: ["faithfulness", "fixed-values"],
  };
  await place.write(IMAGES_FILE, csvTable(rows));
  await place.write(LAB_FILE, `${JSON.stringify(evaluation, null, 2)}\n`); // JSON is YAML
  return join(place.folder, LAB_FILE);
}

function armsOf(images: number, { neutral, renderings }: LabQuery): string[] {
  const always = [
    "full",
    "face-only",
    "context-only",
    "hole-elsewhere",
    "blurred-background",
    "grayscale",
    "re-encoded",
  ];
  return [
    ...always,
    ...(images > 1 ? ["swapped-context", "face-swap"] : []),
    ...(neutral === undefined ? [] : ["neutral-in-context", "neutral-alone"]),
    ...(renderings ? RENDERINGS : []),
  ];
}
