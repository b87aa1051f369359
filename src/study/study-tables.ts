import { dictionaryRows } from "../measuring/measurement-columns.ts";
import { type RecordedOutcome, toRecord } from "../measuring/measurement-json.ts";
import { ROUNDING } from "../measuring/rounded-faces.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import type { RecordedStep } from "../runs/record-steps.ts";
import { NO_COUNTS, type RunCounts } from "../runs/run-rows.ts";
import { CLIP_TABLES } from "./clip-tables.ts";
import { TILES_FILE, type TileGatherer } from "./contact-sheets.ts";
import type { FaceTable } from "./face-tables.ts";
import type { StudyStep } from "./measure-inputs.ts";
import { VOICES_TABLE } from "./voices-table.ts";
import { STUDY_PAGE_FILE } from "./write-study-page.ts";

/** What a row is about, as the user named it. */
interface Named {
  readonly path: string;
}

/** The tables of a study: what each starts with, and what one outcome adds to each. */
export interface StudyTables {
  /** First lines by file name. */
  readonly headers: ReadonlyMap<string, string>;
  /** What each file holds, in a few words. */
  readonly about: Readonly<Record<string, string>>;
  /** `data-dictionary.csv`. */
  readonly dictionary: string;
  /** Lines by file name. @param order how many images and frames were measured before it. */
  linesOf(input: Named, outcome: RecordedOutcome, order: number): ReadonlyMap<string, string>;
}

const IMAGE_COLUMNS = [
  ["path", "The image or video, as it was named"],
  [
    "frame",
    "Number of the frame among those measured of a video, from 0; in an import, as the toolbox numbers it; empty for an image",
  ],
  ["timestamp_s", "When the frame is shown, in seconds from the start of the video; empty for an image"],
  ["width_px", "Width, orientation applied; empty in an import"],
  ["height_px", "Height, orientation applied; empty in an import"],
  ["faces", "How many faces were found; 0 is a result, not a failure"],
  ["sha256", "SHA-256 of the file's bytes; of the whole video for a frame; empty in an import"],
  ["cut", "1 where a frame begins another shot than the frame measured before it; empty otherwise"],
  [
    "dissolved_from_s",
    "Where one shot has been dissolving into that of this frame: when the last frame before that is shown; empty otherwise",
  ],
] as const;

const FAILURE_COLUMNS = [
  ["path", "The image or video that could not be measured, or not to its end"],
  ["reason", "Why not"],
] as const;

const ABOUT = {
  "faces.csv": "one row per face",
  "images.csv": "one row per image or frame, those without faces included",
  "failures.csv": "what could not be measured, with the reason",
  [STUDY_PAGE_FILE]: "what the study comes to, as a page; written once all is measured",
  "measurements.jsonl": "everything, one image or frame per line, as measure --json prints it",
} as const;

const ABOUT_SHEETS = {
  [TILES_FILE]: "portraits for the contact sheets",
  "contact-sheet-001.jpg": "and so on: every face with its expression and strongest action units",
} as const;

const ABOUT_TIMELINES = {
  "timeline-01.html": "and so on: the first clips over time, a page for each; written once all is measured",
} as const;

interface StudyTableOptions {
  /** Whether measurements.jsonl holds the landmarks. */
  readonly landmarks: boolean;
  /** Whether portraits are gathered for contact sheets. */
  readonly contactSheet: boolean;
  /** Whether there are clips, of which tables over time are written. */
  readonly clips: boolean;
  /** Whether clips are heard. */
  readonly voices?: boolean;
  /** Whether clips get pages, which takes their frames. */
  readonly timelines?: boolean;
}

/** The tables of a study whose faces are written as `faceTable` says. */
export function createStudyTables(faceTable: FaceTable, options: StudyTableOptions): StudyTables {
  const imageHeader = IMAGE_COLUMNS.map(([name]) => name);
  const clipTables = options.clips ? Object.entries(CLIP_TABLES) : [];
  const failureHeader = FAILURE_COLUMNS.map(([name]) => name);
  return {
    headers: new Map([
      ["faces.csv", faceTable.header],
      ["images.csv", csvLines([imageHeader])],
      ["failures.csv", csvLines([failureHeader])],
      ["measurements.jsonl", ""],
      ...(options.contactSheet ? [[TILES_FILE, ""] as const] : []),
    ]),
    about: {
      ...ABOUT,
      ...(options.contactSheet && ABOUT_SHEETS),
      ...Object.fromEntries(clipTables.map(([name, { about }]) => [name, about])),
      ...(options.voices && { [VOICES_TABLE.name]: VOICES_TABLE.about }),
      ...(options.timelines && ABOUT_TIMELINES),
    },
    dictionary: csvLines([
      ["file", "column", "meaning"],
      ...dictionaryRows(faceTable.columns).map((row) => ["faces.csv", ...row]),
      ["faces.csv", "", ROUNDING],
      ...faceTable.caveats.map((caveat) => ["faces.csv", "", caveat]),
      ...IMAGE_COLUMNS.map((row) => ["images.csv", ...row]),
      ...FAILURE_COLUMNS.map((row) => ["failures.csv", ...row]),
      ...clipTables.flatMap(([name, { columns }]) => columns.map((row) => [name, ...row])),
      ...(options.voices ? VOICES_TABLE.columns.map((row) => [VOICES_TABLE.name, ...row]) : []),
    ]),
    linesOf: (input, outcome, order) => linesOf(input, outcome, { faceTable, order, ...options }),
  };
}

function linesOf(
  input: Named,
  outcome: RecordedOutcome,
  {
    faceTable,
    order,
    landmarks,
  }: { readonly faceTable: FaceTable; readonly order: number; readonly landmarks: boolean },
): ReadonlyMap<string, string> {
  if ("reason" in outcome) return new Map([["failures.csv", csvLines([[input.path, outcome.reason]])]]);
  const { image, faces } = outcome.measured;
  const { path, frame, widthPx, heightPx, sha256 } = image;
  const place = frame === undefined ? ["", ""] : [frame.index, frame.timestampS];
  const shot = [frame?.cut ? 1 : "", frame?.dissolvedFromS ?? ""];
  return new Map([
    ["faces.csv", faceTable.rowsOf(outcome.measured, order)],
    ["images.csv", csvLines([[path, ...place, widthPx, heightPx, faces.length, sha256, ...shot]])],
    ["measurements.jsonl", `${JSON.stringify(toRecord(outcome, { landmarks }))}\n`],
  ]);
}

interface RecordingOptions {
  readonly tables: StudyTables;
  /** How many images and frames earlier runs measured. */
  readonly before: number;
  /** `null` when no contact sheets are wanted. */
  readonly tiles: TileGatherer | null;
}

/** Turns what was measured into lines of the study's files, step by step. */
export async function* recordedSteps(
  steps: AsyncIterable<StudyStep>,
  { tables, before, tiles }: RecordingOptions,
): AsyncGenerator<RecordedStep> {
  let order = before;
  for await (const step of steps) {
    const { input, outcome, resumeFrom, share } = step;
    const text = new Map(outcome === null ? [] : tables.linesOf(input, outcome, order));
    if (tiles !== null) text.set(TILES_FILE, await tiles.linesOf(step));
    const counts = countsOf(step);
    order += counts.images;
    const [done, inProgress] =
      resumeFrom === null ? [input.key, null] : [null, { key: input.key, progress: resumeFrom }];
    yield { share, record: { done, inProgress, text, counts } };
  }
}

function countsOf({ outcome }: StudyStep): RunCounts {
  if (outcome === null) return NO_COUNTS;
  if ("reason" in outcome) return { ...NO_COUNTS, failures: 1 };
  return { images: 1, faces: outcome.measured.faces.length, failures: 0 };
}
