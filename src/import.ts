import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { ToolboxScore } from "./domain/measurement.ts";
import { type EvidenceIndex, indexEvidence } from "./evidence/evidence-index.ts";
import { joinMoments, rowsOfMoments } from "./evidence/joined-moments.ts";
import { type MomentRows, openOrdered } from "./evidence/ordered-moments.ts";
import { hashOfFile } from "./platform/hash.ts";
import type { KeptKeys } from "./platform/kept-keys.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { systemPath } from "./platform/system-path.ts";
import type { EvidenceFile } from "./ports/evidence-file.ts";
import { type RecordedStep, recordSteps, type StepProgress } from "./runs/record-steps.ts";
import type { RunMode } from "./runs/run-folder.ts";
import type { RunCounts } from "./runs/run-rows.ts";
import { writeClipTables } from "./study/clip-tables.ts";
import { importedFaceTable } from "./study/face-tables.ts";
import { type ImportedStep, importedSteps } from "./study/imported-steps.ts";
import { withParquet, writeParquetTables } from "./study/parquet-tables.ts";
import type { ImportSettings } from "./study/study-folder.ts";
import { openStudyFolder, type StudyFolder } from "./study/study-folder.ts";
import { createStudyTables, type StudyTables } from "./study/study-tables.ts";
import { writeStudyPage } from "./study/write-study-page.ts";

/** Files that toolboxes wrote, to be made into a study without the images they are about. */
export interface ImportQuery extends RunMode {
  readonly folder: string;
  /** As the user names them: `openface.csv`, `pyfeat@2.1.5:faces.csv`. */
  readonly files: readonly string[];
  /** Whether tables are written as Parquet too. */
  readonly parquet?: boolean | undefined;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
}

export interface ImportDependencies {
  /** Opens one of the files. @throws {ConfigurationError} if it is no toolbox's. */
  open(file: string): Promise<EvidenceFile>;
}

/** What the study holds now, and what to beware of in it. */
export interface ImportedStudy extends RunCounts {
  readonly warnings: readonly string[];
}

const WITHOUT_IMAGES =
  "It was imported without images: no portraits, no contact sheets, nothing can be measured again, and no model sees a face";

/**
 * A study from toolboxes' files alone, as owners of confidential videos share them: faces, people through videos, a data
 * dictionary. Several files about the same images are joined, so that `agreement` can compare them.
 *
 * @throws {ConfigurationError} if a file cannot be used, two cannot be joined, or the folder holds something else.
 */
export async function importFiles(
  query: ImportQuery,
  dependencies: ImportDependencies,
  signal?: AbortSignal,
): Promise<ImportedStudy> {
  const opened: EvidenceFile[] = [];
  try {
    for (const file of query.files) opened.push(await dependencies.open(file));
    const read = await readMoments(opened, signal);
    const said = new Set(read.warnings);
    const tables = tablesOf(read);
    const study = await openStudyFolder(query.folder, {
      ...{ resume: query.resume, force: query.force },
      command: "import",
      settings: await settingsOf(query, opened),
      tables: query.parquet ? { ...tables, about: withParquet(tables.about) } : tables,
      kuleshovVersion: packageVersion(),
      warnings: [WITHOUT_IMAGES, ...said],
    });
    return await recorded(study, { read, tables, said, query }, signal);
  } finally {
    await Promise.all(opened.map((file) => file.close()));
  }
}

/** What files say, moment by moment, once every row of them was looked at. */
interface ReadMoments {
  readonly toolboxes: readonly {
    readonly evidence: EvidenceFile;
    readonly scores: readonly Pick<ToolboxScore, "name" | "range">[];
  }[];
  readonly total: number;
  /** Whether some moments are frames. */
  readonly clips: boolean;
  readonly warnings: readonly string[];
  moments(signal?: AbortSignal): AsyncIterable<MomentRows>;
}

/** One file whose rows are in order is read as it stands, in constant memory; of others an index is held. */
async function readMoments(opened: readonly EvidenceFile[], signal?: AbortSignal): Promise<ReadMoments> {
  const [first] = opened;
  const ordered = first !== undefined && opened.length === 1 ? await openOrdered(first, signal) : undefined;
  if (ordered !== undefined) return { ...ordered, toolboxes: [ordered], warnings: warningsOf(ordered) };
  const indexes: EvidenceIndex[] = [];
  for (const file of opened) indexes.push(await indexEvidence(file, "with whole videos", signal));
  const { moments, warnings } = await joinMoments(indexes, signal);
  return {
    toolboxes: indexes,
    total: moments.length,
    clips: moments.some(({ isFrame }) => isFrame),
    warnings: [...indexes.flatMap(warningsOf), ...warnings],
    moments: (again) => rowsOfMoments(opened, moments, again),
  };
}

interface Recording {
  readonly read: ReadMoments;
  readonly tables: StudyTables;
  readonly said: Set<string>;
  readonly query: ImportQuery;
}

async function recorded(study: StudyFolder, recording: Recording, signal?: AbortSignal): Promise<ImportedStudy> {
  const { read, tables, said, query } = recording;
  const { rows } = study;
  let state: "interrupted" | "finished" = "interrupted";
  try {
    // People are followed from the beginning, also where an earlier process has written the first moments.
    const steps = importedSteps(read.moments(signal), (sentence) => void said.add(sentence), signal);
    const already = rows.done.size;
    await recordSteps(recordsOf(steps, rows.done, tables), {
      ...{ rows, total: read.total, already, onProgress: query.onProgress, signal },
    });
    if (read.clips) await writeClipTables(study);
    await rows.flush();
    if (query.parquet) await writeParquetTables(study.run, signal);
    await writeStudyPage(study, { hasTiles: false, timelines: [], warnings: [WITHOUT_IMAGES, ...said] });
    state = "finished";
    return { ...rows.counts(), warnings: [...said] };
  } finally {
    await study.close(state, [WITHOUT_IMAGES, ...said]);
  }
}

async function* recordsOf(
  steps: AsyncIterable<ImportedStep>,
  done: KeptKeys,
  tables: StudyTables,
): AsyncGenerator<RecordedStep> {
  let order = 0;
  for await (const { key, image, faces } of steps) {
    if (!done.has(key)) {
      const text = tables.linesOf(image, { path: image.path, measured: { image, faces } }, order);
      const counts = { images: 1, faces: faces.length, failures: 0 };
      yield { share: 1, record: { done: key, inProgress: null, text, counts } };
    }
    order += 1;
  }
}

function tablesOf({ toolboxes, clips }: ReadMoments): StudyTables {
  const columns = toolboxes.map(({ evidence: { toolbox: id, supports }, scores }) => ({ id, supports, scores }));
  return createStudyTables(importedFaceTable(columns), { landmarks: false, contactSheet: false, clips });
}

async function settingsOf({ files }: ImportQuery, opened: readonly EvidenceFile[]): Promise<ImportSettings> {
  const toolboxes = await Promise.all(
    opened.map(async ({ toolbox: id, supports, path }) => ({
      id,
      networks: (await stat(systemPath(path))).isFile() ? [{ id: basename(path), sha256: await hashOfFile(path) }] : [],
      supports: {
        actionUnits: supports.actionUnits.map((unit) => ({ ...unit })),
        expressions: [...supports.expressions],
      },
    })),
  );
  return { files: [...files], toolboxes };
}

function warningsOf({ evidence, warnings }: Pick<EvidenceIndex, "evidence" | "warnings">): readonly string[] {
  return [...evidence.warnings.map((warning) => `${warning} (\`${evidence.path}\`)`), ...warnings];
}
