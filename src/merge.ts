import { join } from "node:path";
import { ConfigurationError } from "./domain/errors.ts";
import { type MeasuredStudy, writeWhole } from "./measure.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { readText } from "./platform/read-file.ts";
import type { VideoReader } from "./ports/video-reader.ts";
import { commonFile, openShards, type Shards } from "./runs/read-shards.ts";
import type { StepProgress } from "./runs/record-steps.ts";
import type { RunMode } from "./runs/run-folder.ts";
import type { RunRows } from "./runs/run-rows.ts";
import { CLIP_TABLES } from "./study/clip-tables.ts";
import { DESCRIPTION, DICTIONARY, openStudyFolder, StudyDescription, StudySettings } from "./study/study-folder.ts";

/** The shards of a run, to be put together. */
export interface MergeQuery extends RunMode {
  /** One for each shard, in any order. */
  readonly shards: readonly string[];
  readonly folder: string;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
}

export interface MergeDependencies {
  /** Reads frames of clips for their pages. */
  readonly video: VideoReader;
}

/**
 * Puts the shards of a run together into what one machine would have written, byte for byte but for the time at which it
 * was. Shards are read and never changed. A killed merge goes on with the same query.
 *
 * @throws {ConfigurationError} if shards are missing, there twice or of different runs, or the folder holds something else.
 */
export async function merge(
  query: MergeQuery,
  dependencies: MergeDependencies,
  signal?: AbortSignal,
): Promise<MeasuredStudy> {
  const shards = await openShards(query.shards, packageVersion());
  if (shards.command === "measure") return mergeStudy(shards, { query, ...dependencies }, signal);
  throw new ConfigurationError(`Cannot merge shards of kuleshov ${shards.command}`);
}

async function mergeStudy(
  shards: Shards,
  { query, video }: MergeDependencies & { readonly query: MergeQuery },
  signal?: AbortSignal,
): Promise<MeasuredStudy> {
  const { settings, files: about, warnings } = await descriptionOf(shards);
  const study = await openStudyFolder(query.folder, {
    ...{ resume: query.resume, force: query.force },
    command: "measure",
    settings,
    tables: { headers: shards.headers, about, dictionary: await commonFile(shards, DICTIONARY) },
    kuleshovVersion: packageVersion(),
    warnings,
  });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await mergeRows(shards, study.rows, query, signal);
    const { contactSheet, fps } = settings;
    const clips = Object.keys(CLIP_TABLES).some((name) => name in about);
    const sheets = await writeWhole(study, { clips, contactSheet, warnings, video, fps }, signal);
    state = "finished";
    return { ...study.rows.counts(), sheets };
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

async function mergeRows(
  shards: Shards,
  rows: RunRows,
  { folder, onProgress }: MergeQuery,
  signal?: AbortSignal,
): Promise<void> {
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
