import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { type EvidenceIndex, indexEvidence } from "./evidence/evidence-index.ts";
import { type JoinedMoment, joinMoments } from "./evidence/joined-moments.ts";
import { hashOfFile } from "./platform/hash.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { systemPath } from "./platform/system-path.ts";
import type { EvidenceFile } from "./ports/evidence-file.ts";
import type { KeptKeys } from "./runs/kept-keys.ts";
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
    const indexes: EvidenceIndex[] = [];
    for (const file of opened) indexes.push(await indexEvidence(file, "with whole videos", signal));
    const { moments, warnings } = await joinMoments(indexes, signal);
    const said = new Set([...indexes.flatMap(warningsOf), ...warnings]);
    const tables = tablesOf(indexes, moments);
    const study = await openStudyFolder(query.folder, {
      ...{ resume: query.resume, force: query.force },
      command: "import",
      settings: await settingsOf(query, indexes),
      tables: query.parquet ? { ...tables, about: withParquet(tables.about) } : tables,
      kuleshovVersion: packageVersion(),
      warnings: [WITHOUT_IMAGES, ...said],
    });
    return await recorded(study, { moments, opened, tables, said, query }, signal);
  } finally {
    await Promise.all(opened.map((file) => file.close()));
  }
}

interface Recording {
  readonly moments: readonly JoinedMoment[];
  readonly opened: readonly EvidenceFile[];
  readonly tables: StudyTables;
  readonly said: Set<string>;
  readonly query: ImportQuery;
}

async function recorded(study: StudyFolder, recording: Recording, signal?: AbortSignal): Promise<ImportedStudy> {
  const { moments, opened, tables, said, query } = recording;
  const { rows } = study;
  let state: "interrupted" | "finished" = "interrupted";
  try {
    // People are followed from the beginning, also where an earlier process has written the first moments.
    const steps = importedSteps(opened, moments, (sentence) => void said.add(sentence), signal);
    const already = rows.done.size;
    await recordSteps(recordsOf(steps, rows.done, tables), {
      ...{ rows, total: moments.length, already, onProgress: query.onProgress, signal },
    });
    if (hasClips(moments)) await writeClipTables(study);
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

function tablesOf(indexes: readonly EvidenceIndex[], moments: readonly JoinedMoment[]): StudyTables {
  const toolboxes = indexes.map(({ evidence: { toolbox: id, supports }, scores }) => ({ id, supports, scores }));
  return createStudyTables(importedFaceTable(toolboxes), {
    landmarks: false,
    contactSheet: false,
    clips: hasClips(moments),
  });
}

function hasClips(moments: readonly JoinedMoment[]): boolean {
  return moments.some(({ isFrame }) => isFrame);
}

async function settingsOf({ files }: ImportQuery, indexes: readonly EvidenceIndex[]): Promise<ImportSettings> {
  const toolboxes = await Promise.all(
    indexes.map(async ({ evidence: { toolbox: id, supports, path } }) => ({
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

function warningsOf({ evidence, warnings }: EvidenceIndex): readonly string[] {
  return [...evidence.warnings.map((warning) => `${warning} (\`${evidence.path}\`)`), ...warnings];
}
