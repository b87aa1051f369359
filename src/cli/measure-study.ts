import { basename, resolve } from "node:path";
import { hashOfFile } from "../platform/hash.ts";
import { packageVersion } from "../platform/package-paths.ts";
import { createTileGatherer, type TileGatherer } from "../study/contact-tiles.ts";
import { faceTable } from "../study/face-tables.ts";
import { type MeasureInputsOptions, measureInputs, type StudyTools } from "../study/measure-inputs.ts";
import { recordStudy } from "../study/record-study.ts";
import { recordedSteps } from "../study/recorded-steps.ts";
import type { StudySettings } from "../study/study-description.ts";
import { type OutputMode, openStudyFolder, type StudyFolder } from "../study/study-folder.ts";
import type { StudyInput } from "../study/study-inputs.ts";
import type { StudyCounts } from "../study/study-journal.ts";
import { createStudyTables, type StudyTables } from "../study/study-tables.ts";
import type { MeasureOptions } from "./measure-options.ts";
import { note, print } from "./output.ts";
import { createProgressView } from "./study-progress.ts";

export interface StudyTask {
  readonly folder: string;
  readonly tools: StudyTools;
  readonly options: MeasureOptions;
  readonly measuring: MeasureInputsOptions;
}

/** Measures all inputs into a study's folder, or those that are left. @returns counts of the study as a whole. */
export async function measureStudy(
  words: readonly string[],
  inputs: readonly StudyInput[],
  { folder, tools, options, measuring }: StudyTask,
): Promise<StudyCounts> {
  const tables = createStudyTables(faceTable(options.columns, tools.toolboxes), {
    landmarks: options.landmarks === true,
    contactSheet: options.contactSheet === true,
  });
  const study = await openStudyFolder(folder, {
    mode: modeOf(options),
    settings: await settingsOf(words, tools, options),
    tables,
    kuleshovVersion: packageVersion(),
    warnings: [...new Set(tools.toolboxes.flatMap(({ warnings = [] }) => warnings))],
  });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const tiles = options.contactSheet ? createTileGatherer() : null;
    await measureLeft(inputs, { study, tables, tools, measuring, tiles });
    state = "finished";
  } finally {
    await study.close(state);
    if (measuring.signal?.aborted) note(`Interrupted: run it again with --resume to go on. \`${folder}\``);
  }
  const counts = study.files.counts();
  await print(`${summary(counts)} \`${folder}\`\n`);
  return counts;
}

async function measureLeft(
  inputs: readonly StudyInput[],
  given: {
    readonly study: StudyFolder;
    readonly tables: StudyTables;
    readonly tools: StudyTools;
    readonly measuring: MeasureInputsOptions;
    readonly tiles: TileGatherer | null;
  },
): Promise<void> {
  const { study, tables, tools, measuring, tiles } = given;
  const { files } = study;
  const left = inputs.filter(({ key }) => !files.done.has(key));
  const view = createProgressView();
  const steps = measureInputs(left, tools, { ...measuring, inProgress: files.inProgress ?? undefined });
  try {
    await recordStudy(recordedSteps(steps, { tables, before: files.counts().images, tiles }), {
      files,
      total: inputs.length,
      already: inputs.length - left.length,
      onProgress: (progress) => view.show(progress),
      signal: measuring.signal,
    });
  } finally {
    view.end();
  }
}

/** Draws the sheets of a study that is finished. Best after its tools are closed, whose memory the sheets can use. */
export async function drawSheets(folder: string): Promise<void> {
  const { writeContactSheets } = await import("../study/contact-pages.ts");
  const sheets = await writeContactSheets(folder, basename(resolve(folder)));
  note(`${sheets} ${sheets === 1 ? "contact sheet" : "contact sheets"} drawn`);
}

function modeOf({ resume, force }: MeasureOptions): OutputMode {
  if (resume) return "resume";
  return force ? "force" : "new";
}

async function settingsOf(
  words: readonly string[],
  { toolboxes, identity }: StudyTools,
  { neutral, fps, columns, landmarks, contactSheet }: MeasureOptions,
): Promise<StudySettings> {
  return {
    inputs: [...words],
    toolboxes: toolboxes.map(({ id, networks }) => ({ id, networks: [...networks] })),
    neutral: neutral === undefined ? null : { path: neutral, sha256: await hashOfFile(neutral) },
    identity: identity.network,
    fps,
    columns: columns ?? "kuleshov",
    landmarks: landmarks === true,
    contactSheet: contactSheet === true,
  };
}

function summary({ images, faces, failures }: StudyCounts): string {
  const measured = `Measured ${faces} ${faces === 1 ? "face" : "faces"} in ${images} ${images === 1 ? "image" : "images"}`;
  const failed = failures === 0 ? "nothing failed" : `${failures} failed, see failures.csv`;
  return `${measured}; ${failed}.`;
}
