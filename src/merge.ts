import { join, resolve } from "node:path";
import { judgeIn } from "./ask-many.ts";
import { ConfigurationError } from "./domain/errors.ts";
import { reportOn } from "./evaluate.ts";
import { thresholdSentence } from "./evaluation/results/thresholds.ts";
import type { AnswerCache } from "./evaluation/runner/answer-cache.ts";
import { evaluationOf, takeAlong } from "./evaluation/runner/merged-evaluation.ts";
import { beginRun, hasRun } from "./evaluation/runner/stored-run.ts";
import { writeWhole } from "./measure.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { readText } from "./platform/read-file.ts";
import type { VideoReader } from "./ports/video-reader.ts";
import { createPurse } from "./runs/purse.ts";
import { commonFile, openShards, type Shards } from "./runs/read-shards.ts";
import type { StepProgress } from "./runs/record-steps.ts";
import { openRunFolder, type RunMode } from "./runs/run-folder.ts";
import type { RunCounts, RunRows } from "./runs/run-rows.ts";
import { OUTPUT_FILES, readAnswers, readTries, writeAnswers } from "./study/asked-answers.ts";
import { CLIP_TABLES } from "./study/clip-tables.ts";
import type { HearingTools } from "./study/hear-clip.ts";
import { withParquet, writeParquetTables } from "./study/parquet-tables.ts";
import { DESCRIPTION, DICTIONARY, openStudyFolder, StudyDescription, StudySettings } from "./study/study-folder.ts";

/** The shards of a run, to be put together. */
export interface MergeQuery extends RunMode {
  /** One for each shard, in any order. */
  readonly shards: readonly string[];
  readonly folder: string;
  /** Whether tables are written as Parquet too. */
  readonly parquet?: boolean | undefined;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
}

export interface MergeDependencies {
  /** Reads frames of clips for their pages. */
  readonly video: VideoReader;
  /** Hears clips, where the shards were to hear them. */
  readonly hearing?: HearingTools;
  /** Where whole answers are kept on this machine. */
  readonly answers: { readonly cache: AnswerCache; readonly folder: string };
}

/** What was put together. Of `ask` and `eval run`, images are answers. */
export interface Merged extends RunCounts {
  readonly command: string;
  /** How many contact sheets were drawn; `null` for none. */
  readonly sheets: number | null;
  /** The words that go on with the run where more is made of its rows than merging does; `null` when it is finished. */
  readonly goOn: readonly string[] | null;
  /** What of an evaluation's thresholds was missed, a sentence each. */
  readonly missed?: readonly string[];
  readonly shards: number;
}

type MergedRun = Omit<Merged, "shards">;

/**
 * Puts the shards of a run together into what one machine would have written, byte for byte but for the time at which it
 * was. Shards are read and never changed. A killed merge goes on with the same query.
 *
 * @throws {ConfigurationError} if shards are missing, there twice or of different runs, or the folder holds something else.
 */
export async function merge(
  query: MergeQuery,
  { video, hearing, answers }: MergeDependencies,
  signal?: AbortSignal,
): Promise<Merged> {
  const shards = await openShards(query.shards, packageVersion());
  if (shards.folders.some((shard) => resolve(shard) === resolve(query.folder))) {
    throw new ConfigurationError(`Cannot merge into one of the shards: name another folder (\`${query.folder}\`)`);
  }
  const parts = { query, video, ...(hearing && { hearing }), answers, signal };
  return { ...(await mergeAs(shards, parts)), shards: shards.folders.length };
}

function mergeAs(shards: Shards, parts: Merging & MergeDependencies): Promise<MergedRun> {
  const { query, video, answers, signal } = parts;
  if (query.parquet && shards.command !== "measure" && shards.command !== "ask") {
    throw new ConfigurationError(
      `Cannot write Parquet tables of shards of \`kuleshov ${shards.command}\`, which have none: leave --format out`,
    );
  }
  if (shards.command === "measure") return mergeStudy(shards, parts);
  if (shards.command === "ask") return mergeAnswers(shards, { query, video, signal });
  if (shards.command === "eval") return mergeEvaluation(shards, { query, answers, signal });
  return mergeGathered(shards, { query, signal });
}

interface Merging {
  readonly query: MergeQuery;
  readonly signal: AbortSignal | undefined;
}

async function mergeStudy(
  shards: Shards,
  { query, video, hearing, signal }: Merging & Pick<MergeDependencies, "video" | "hearing">,
): Promise<MergedRun> {
  const { settings, files: about, warnings } = await descriptionOf(shards);
  const study = await openStudyFolder(query.folder, {
    ...{ resume: query.resume, force: query.force },
    command: "measure",
    settings,
    tables: {
      headers: shards.headers,
      about: query.parquet ? withParquet(about) : about,
      dictionary: await commonFile(shards, DICTIONARY),
    },
    kuleshovVersion: packageVersion(),
    warnings,
  });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await mergeRows(shards, study.rows, { query, signal });
    const { contactSheet, fps, voices } = settings;
    const clips = Object.keys(CLIP_TABLES).some((name) => name in about);
    const { parquet } = query;
    const whole = { clips, contactSheet, parquet, warnings, video, fps, hearing: voices ? hearing : undefined };
    const sheets = await writeWhole(study, whole, signal);
    state = "finished";
    return { ...study.rows.counts(), command: "measure", sheets, goOn: null };
  } finally {
    await study.close(state);
  }
}

/** What study.json says of the shards, as it would of the whole. */
async function descriptionOf({ folders: [folder = ""] }: Shards) {
  const description = StudyDescription.parse(JSON.parse(await readText(join(folder, DESCRIPTION))));
  const { shard: _shard, ...settings } = StudySettings.parse(description.settings);
  return { ...description, settings };
}

async function mergeAnswers(
  shards: Shards,
  { query, video, signal }: Merging & Pick<MergeDependencies, "video">,
): Promise<MergedRun> {
  const run = await openRunFolder(query.folder, { ...query, ...runOf(shards) });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await run.claim(...OUTPUT_FILES);
    const rows = await run.openRows(shards.headers);
    await mergeRows(shards, rows, { query, signal }).finally(() => rows.close());
    const spent = createPurse({}, await readTries(run.folder)).spent();
    const answers = await readAnswers(run.folder);
    await writeAnswers(run, answers, { model: judgeIn(shards.settings), video, ...spent });
    if (query.parquet) await writeParquetTables(run, signal);
    state = "finished";
    // Not as the rows count them, of which some were tried in vain before.
    const failures = answers.filter(({ failure }) => failure !== null).length;
    const counts = { ...rows.counts(), images: answers.length - failures, failures };
    return { ...counts, command: "ask", sheets: null, goOn: null };
  } finally {
    await run.close(state);
  }
}

async function mergeEvaluation(
  shards: Shards,
  { query, answers, signal }: Merging & Pick<MergeDependencies, "answers">,
): Promise<MergedRun> {
  const whole = await evaluationOf(shards.folders, answers.folder);
  const run = await openRunFolder(query.folder, { ...query, ...runOf(shards) });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    // Once the run is described its results are whole, and what was answered since must not be cut off again.
    if (!hasRun(run.folder)) {
      const rows = await run.openRows(shards.headers);
      await mergeRows(shards, rows, { query, signal }).finally(() => rows.close());
      await takeAlong(shards.folders, { run, ...answers });
      await beginRun(run, { ...whole.header, createdAt: run.createdAt }, whole.samples);
    }
    const { scored } = await reportOn(run.folder);
    const failures = scored.records.filter(({ failure }) => failure !== null).length;
    if (failures === 0) state = "finished";
    const missed = scored.thresholds.filter((one) => one.state !== "passed").map(thresholdSentence);
    const counts = { images: scored.records.length - failures, faces: 0, failures };
    return { ...counts, command: "eval", sheets: null, goOn: null, missed };
  } finally {
    await run.close(state);
  }
}

/** A run of which one machine makes the rest: what each input took is there, and is not done again. */
async function mergeGathered(shards: Shards, { query, signal }: Merging): Promise<MergedRun> {
  const run = await openRunFolder(query.folder, { ...query, ...runOf(shards) });
  try {
    const rows = await run.openRows(shards.headers);
    await mergeRows(shards, rows, { query, signal }).finally(() => rows.close());
    return { ...rows.counts(), command: shards.command, sheets: null, goOn: shards.wordsOfWhole(query.folder) };
  } finally {
    await run.close("interrupted");
  }
}

function runOf({ command, settings }: Shards) {
  return { command, settings, version: packageVersion() };
}

async function mergeRows(shards: Shards, rows: RunRows, { query, signal }: Merging): Promise<void> {
  const { folder, onProgress } = query;
  if (rows.inProgress !== null) {
    throw new ConfigurationError(
      `Cannot merge into a study that stopped in the middle of a clip: name another folder, or add --force (\`${folder}\`)`,
    );
  }
  let done = rows.done.size;
  let written: Promise<void> = Promise.resolve();
  try {
    for await (const batch of shards.batches(rows.done)) {
      await written;
      signal?.throwIfAborted();
      onProgress?.({ done, total: shards.total, failed: rows.counts().failures, secondsLeft: null });
      written = rows.appendBatch(batch); // while the next is read
      done += batch.done.length;
    }
  } finally {
    await written;
  }
}
