import { basename, join, resolve } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { unitName } from "../pages/study-figures.tsx";
import { type StudySummary, studyPage } from "../pages/study-page.tsx";
import { tableRows } from "../platform/tables/table-rows.ts";
import type { TimelinePage } from "./clip-timelines.ts";
import { firstTiles } from "./contact-sheets.ts";
import { readStudyRows } from "./read-study-rows.ts";
import type { StudyFolder } from "./study-folder.ts";
import { countLabels, histogram, StudyRows } from "./study-rows.ts";

export const STUDY_PAGE_FILE = "study.html";

/** More are not read for the figures, so that a page costs no more memory than this. */
const MOST_ROWS = 100_000;
const BINS = 20;
const MOST_FAILURES = 50;
const MOST_PORTRAITS = 120;

interface StudyPageParts {
  /** Whether portraits were gathered. */
  readonly hasTiles: boolean;
  /** Pages of clips, which lie beside it. */
  readonly timelines: readonly TimelinePage[];
  readonly warnings: readonly string[];
}

/** Writes what a study comes to as a page, from its tables. */
export async function writeStudyPage(
  { run, rows }: Pick<StudyFolder, "run" | "rows">,
  { hasTiles, timelines, warnings }: StudyPageParts,
): Promise<void> {
  await rows.flush();
  const counts = rows.counts();
  const summary: StudySummary = {
    title: basename(resolve(run.folder)),
    counts,
    ...(await spreadOf(run.folder, counts.images)),
    failures: await readFailures(run.folder, MOST_FAILURES),
    portraits: hasTiles ? await portraitsOf(run.folder) : [],
    timelines,
    warnings,
  };
  await run.write(STUDY_PAGE_FILE, studyPage(summary));
}

/** How labels, quality and action units are spread; nothing of it where columns are named as another toolbox names them. */
async function spreadOf(folder: string, images: number) {
  const rows = await rowsOf(folder, images).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return null;
    throw error;
  });
  if (rows === null) return { firstRows: null, withoutFace: null, labels: [], figures: [] };
  const every = Uint32Array.from({ length: rows.count }, (_, row) => row);
  const figure = (name: string, words: string) => {
    const found = histogram(rows, every, name, BINS);
    return found === null ? [] : [{ words, found }];
  };
  const [faceIds, noFace] = [rows.values("face_id"), rows.words("face_id").indexOf("")];
  return {
    firstRows: rows.count < MOST_ROWS ? null : rows.count,
    withoutFace: every.reduce((sum, row) => sum + (faceIds[row] === noFace ? 1 : 0), 0),
    labels: countLabels(rows, every),
    figures: [...figure("quality", "quality"), ...rows.columns.units.flatMap((unit) => figure(unit, unitName(unit)))],
  };
}

async function rowsOf(folder: string, images: number): Promise<StudyRows> {
  const { columns, chunks } = await readStudyRows(folder, images);
  const rows = new StudyRows(columns);
  for await (const chunk of chunks) {
    rows.append(chunk);
    if (rows.count >= MOST_ROWS) break;
  }
  return rows;
}

/** The first things of a study that could not be measured. @throws {ConfigurationError} if the table is none. */
export async function readFailures(folder: string, most: number): Promise<StudySummary["failures"]> {
  const path = join(folder, "failures.csv");
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read the study as ${reason}: \`${path}\``, options);
  const failures: { path: string; reason: string }[] = [];
  for await (const { cells } of tableRows(path, { refuse })) {
    if (failures.push({ path: cells.path ?? "", reason: cells.reason ?? "" }) >= most) break;
  }
  return failures;
}

async function portraitsOf(folder: string): Promise<StudySummary["portraits"]> {
  const tiles = await firstTiles(folder, MOST_PORTRAITS);
  return tiles.map(({ title, heading, portrait }) => ({
    title,
    label: heading === null ? null : `${heading.label} ${heading.value}`,
    image: `data:image/jpeg;base64,${Buffer.from(portrait).toString("base64")}`,
  }));
}
