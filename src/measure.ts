import { basename, resolve } from "node:path";
import { ConfigurationError } from "./domain/errors.ts";
import { hashOfFile } from "./platform/hash.ts";
import { packageVersion } from "./platform/package-paths.ts";
import type { VideoReader } from "./ports/video-reader.ts";
import { recordSteps, type StepProgress } from "./runs/record-steps.ts";
import type { RunMode } from "./runs/run-folder.ts";
import type { RunCounts } from "./runs/run-rows.ts";
import { ownInputs, type Shard } from "./runs/shard.ts";
import { writeClipTables } from "./study/clip-tables.ts";
import { writeTimelines } from "./study/clip-timelines.ts";
import { createTileGatherer, writeContactSheets } from "./study/contact-sheets.ts";
import { faceTable } from "./study/face-tables.ts";
import type { HearingTools } from "./study/hear-clip.ts";
import { type MeasureInputsOptions, measureInputs, type StudyTools } from "./study/measure-inputs.ts";
import { withParquet, writeParquetTables } from "./study/parquet-tables.ts";
import { openStudyFolder, type StudyFolder, type StudySettings } from "./study/study-folder.ts";
import type { StudyInput } from "./study/study-inputs.ts";
import { createStudyTables, recordedSteps } from "./study/study-tables.ts";
import { VideoProgress } from "./study/video-tracker.ts";
import { writeVoices } from "./study/voices-table.ts";
import { writeStudyPage } from "./study/write-study-page.ts";

/** Many images and videos to be measured into a folder. */
export interface MeasureQuery extends RunMode, Pick<MeasureInputsOptions, "concurrency" | "fps" | "onNotice"> {
  readonly folder: string;
  /** Images, folders, globs and lists, as they were named. */
  readonly words: readonly string[];
  /** What the words name. */
  readonly inputs: readonly StudyInput[];
  /** The resting face of all inputs that name none themselves. */
  readonly neutral?: string | undefined;
  /** Column names of another toolbox for faces.csv. */
  readonly columns?: string | undefined;
  readonly landmarks?: boolean | undefined;
  readonly contactSheet?: boolean | undefined;
  /** Whether clips are heard too. */
  readonly voices?: boolean | undefined;
  /** Whether tables are written as Parquet too. */
  readonly parquet?: boolean | undefined;
  /** Which of the inputs are measured here; what is made of all together is left to `merge`. */
  readonly shard?: Shard | undefined;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
}

/** What measuring takes, and an end to it. */
export interface MeasureDependencies {
  readonly tools: StudyTools;
  /** What hears clips, once everything is measured. */
  readonly hearing?: HearingTools;
  /** Called once everything is measured: contact sheets can use the memory. */
  close(): Promise<void>;
}

/** What a study holds now, and how many contact sheets were drawn. */
export interface MeasuredStudy extends RunCounts {
  readonly sheets: number | null;
}

/**
 * Every face of many images and videos, measured into tables that a killed process cannot harm: what is done is kept, and
 * the same query goes on with the rest.
 *
 * @throws {ConfigurationError} if the folder is in use, or holds something else than this study.
 */
export async function measure(
  query: MeasureQuery,
  dependencies: MeasureDependencies,
  signal?: AbortSignal,
): Promise<MeasuredStudy> {
  const { folder, words, resume, force, concurrency, fps, onNotice, onProgress } = query;
  const { tools } = dependencies;
  const contactSheet = query.contactSheet === true;
  const { part, own: inputs } = partOf(query);
  const clips = query.inputs.some(({ kind }) => kind === "video");
  const tables = createStudyTables(faceTable(query.columns, tools.toolboxes), {
    landmarks: query.landmarks === true,
    contactSheet,
    ...{ clips, timelines: clips, voices: query.voices === true },
  });
  const toolboxWarnings = [...new Set(tools.toolboxes.flatMap(({ warnings = [] }) => warnings))];
  const study = await openStudyFolder(folder, {
    resume,
    force,
    command: "measure",
    settings: await settingsOf(words, tools, query),
    tables: query.parquet ? { ...tables, about: withParquet(tables.about) } : tables,
    kuleshovVersion: packageVersion(),
    warnings: toolboxWarnings,
    shard: part,
  });
  const { rows } = study;
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const left = inputs.filter(({ key }) => !rows.done.has(key));
    const steps = measureInputs(left, tools, {
      ...{ concurrency, fps, onNotice, signal },
      inProgress: videoUnderWay(rows.inProgress),
    });
    const tiles = contactSheet ? createTileGatherer() : null;
    await recordSteps(recordedSteps(steps, { tables, before: rows.counts().images, tiles }), {
      rows,
      total: inputs.length,
      already: inputs.length - left.length,
      onProgress,
      signal,
    });
    await dependencies.close();
    const { video } = tools;
    const hearing = query.voices ? dependencies.hearing : undefined;
    const { parquet } = query;
    const whole = { clips, contactSheet, parquet, warnings: toolboxWarnings, video, fps, hearing };
    const sheets = part === undefined ? await writeWhole(study, whole, signal) : null;
    state = "finished";
    return { ...rows.counts(), sheets };
  } finally {
    await study.close(state);
  }
}

function partOf({ inputs, shard, columns, parquet }: MeasureQuery) {
  if (shard !== undefined && parquet) {
    throw new ConfigurationError(
      "Cannot write the tables of a shard as Parquet: add --format parquet to kuleshov merge",
    );
  }
  if (shard !== undefined && columns !== undefined) {
    throw new ConfigurationError(
      "Cannot measure a shard with --columns, which numbers the images of the whole study: merge the shards, then measure the study with --columns",
    );
  }
  return ownInputs(inputs, ({ key }) => key, shard);
}

/** What is made of all rows of a study together. */
interface WholeStudy extends Pick<MeasureInputsOptions, "fps"> {
  readonly clips: boolean;
  readonly contactSheet: boolean;
  readonly parquet: boolean | undefined;
  readonly warnings: readonly string[];
  readonly video: VideoReader;
  /** What hears the clips, where they are heard. */
  readonly hearing: HearingTools | undefined;
}

/** Writes tables and pages about clips, contact sheets, and the page. @returns how many contact sheets there are. */
export async function writeWhole(
  study: StudyFolder,
  { clips, contactSheet, parquet, warnings, video, fps, hearing }: WholeStudy,
  signal?: AbortSignal,
): Promise<number | null> {
  const { run, rows } = study;
  if (clips) await writeClipTables(study);
  if (hearing !== undefined) await writeVoices(run, hearing, signal);
  await rows.flush();
  if (parquet) await writeParquetTables(run, signal);
  const timelines = clips ? await writeTimelines(run, { video, fps }, signal) : [];
  const sheets = contactSheet ? await writeContactSheets(run, basename(resolve(run.folder))) : null;
  await writeStudyPage(study, { hasTiles: contactSheet, timelines, warnings });
  return sheets;
}

function videoUnderWay(inProgress: { readonly key: string; readonly progress: unknown } | null) {
  return inProgress === null ? undefined : { key: inProgress.key, progress: VideoProgress.parse(inProgress.progress) };
}

async function settingsOf(
  words: readonly string[],
  { toolboxes, identity }: StudyTools,
  { neutral, fps, columns, landmarks, contactSheet, voices, shard }: MeasureQuery,
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
    ...(voices ? { voices: true as const } : {}),
    ...(toolboxes.some(({ mirrored }) => mirrored) ? { mirrored: true as const } : {}),
    ...(shard === undefined ? {} : { shard: `${shard.number}/${shard.of}` }),
  };
}
