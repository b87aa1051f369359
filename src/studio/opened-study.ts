import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { systemPath } from "../platform/system-path.ts";
import { spelledBack } from "../platform/visible-text.ts";
import { type RunHistory, readRunHistory } from "../runs/run-history.ts";
import { NO_COUNTS } from "../runs/run-rows.ts";
import { type Exclusion, type FacePlace, faceKey, readExclusions, writeExclusions } from "../study/exclusions.ts";
import { filterRows, readRowFilter } from "../study/filter-rows.ts";
import { readStudyRows } from "../study/read-study-rows.ts";
import { type RowChunk, type StudyColumns, StudyRows } from "../study/study-rows.ts";
import { type CutPortrait, createPortraits } from "./face-portraits.ts";
import type { StudioFolder } from "./folder.ts";
import { UPLOADS } from "./keep-upload.ts";
import { seenFrom } from "./runs.ts";

/** A study in the studio's folder. */
export interface OpenedStudy {
  /** Its real place. */
  readonly place: string;
  readonly history: RunHistory;
  /** Another text whenever there are other rows. */
  readonly stamp: string;
}

/** What the pages of studies ask for. */
export interface StudyDesk {
  /** @throws {ConfigurationError} if there is no study. */
  open(path: string): Promise<OpenedStudy>;
  /** The rows of a study as they are read, or those of one clip of it; those that were read before come from memory. */
  parts(study: OpenedStudy, clip?: string | null): AsyncGenerator<RowChunk & { readonly columns: StudyColumns }>;
  rows(study: OpenedStudy): Promise<StudyRows>;
  /** Which rows an address's filter lets through, in the order of the study. */
  chosen(study: OpenedStudy, filter: URLSearchParams): Promise<readonly number[]>;
  /** Excludes rows for a reason, or counts them again when there is none. */
  exclude(study: OpenedStudy, rows: readonly number[], reason: string | null): Promise<void>;
  /** The real place of an image or a clip of a study. @throws as `folder.place` does. */
  placeOf(study: OpenedStudy, path: string): Promise<string>;
  /** As `CutPortrait`, of a face as a study, or a run of another command, names its image or clip. */
  portrait: (run: Pick<OpenedStudy, "history">, ...face: Parameters<CutPortrait>) => ReturnType<CutPortrait>;
}

/** So that the first faces are seen at once. */
const FIRST_ROWS = 400;
const ROWS_AT_ONCE = 16_384;

export function createStudyDesk(folder: StudioFolder): StudyDesk {
  /** The study that was read last: whoever filters, excludes and saves works on one. */
  let last: { readonly key: string; readonly rows: StudyRows } | undefined;
  const cutPortrait = createPortraits(join(folder.root, UPLOADS));
  const placeOf = ({ history }: Pick<OpenedStudy, "history">, path: string) =>
    folder.place(seenFrom(folder.root, history.began.workingFolder, spelledBack(path)));

  async function* parts({ place, stamp, history }: OpenedStudy, clip: string | null = null) {
    const key = `${place} ${stamp}`;
    if (clip === null && last?.key === key) {
      const { rows } = last;
      const { columns } = rows;
      for (const part of rows.parts(FIRST_ROWS, ROWS_AT_ONCE)) yield { ...part, columns };
      return;
    }
    const { images } = history.last?.counts ?? NO_COUNTS;
    const { columns, chunks } = await readStudyRows(place, images, clip);
    const rows = new StudyRows(columns);
    for await (const chunk of chunks) {
      rows.append(chunk);
      yield { ...chunk, columns };
    }
    if (clip === null) last = { key, rows };
  }

  async function rowsOf(study: OpenedStudy): Promise<StudyRows> {
    let rows: StudyRows | undefined;
    for await (const { columns, ...chunk } of parts(study)) {
      rows ??= new StudyRows(columns);
      rows.append(chunk);
    }
    return rows as StudyRows;
  }

  return {
    async open(path) {
      const place = await folder.placeOfRun(spelledBack(path));
      const history = await readRunHistory(place);
      const { command } = history?.began ?? {};
      if (history === undefined || (command !== "measure" && command !== "import")) {
        throw new ConfigurationError(`Cannot open the study as there is none in the folder: \`${path}\``);
      }
      const sizes = await Promise.all(
        ["faces.csv", "images.csv"].map((name) => stat(systemPath(join(place, name))).catch(() => null)),
      );
      const stamp = [history.last?.counts.images ?? 0, ...sizes.map((one) => `${one?.size} ${one?.mtimeMs}`)];
      return { place, history, stamp: stamp.join(" ") };
    },
    parts,
    rows: rowsOf,
    async chosen(study, filter) {
      const rows = await rowsOf(study);
      const isExcluded = excludedRows(rows, await readExclusions(study.place));
      const chosen = filterRows(rows, isExcluded, { ...readRowFilter(filter), sort: null, down: false });
      return [...chosen];
    },
    exclude(study, chosen, reason) {
      // Two tabs that write at once would each lose what the other wrote.
      return folder.inTurn(async () => {
        const rows = await rowsOf(study);
        const exclusions = new Map((await readExclusions(study.place)).map((one) => [faceKey(one), one]));
        const excludedAt = new Date().toISOString();
        for (const row of chosen) {
          const place = placeOfRow(rows, row);
          if (reason === null) exclusions.delete(faceKey(place));
          else exclusions.set(faceKey(place), { ...place, box: boxOfRow(rows, row), reason, excludedAt });
        }
        await writeExclusions(study.place, [...exclusions.values()]);
      });
    },
    placeOf,
    async portrait(run, face, signal) {
      return cutPortrait({ ...face, path: await placeOf(run, face.path) }, signal);
    },
  };
}

/** 1 for every row that is excluded, by itself or with its image. */
function excludedRows(rows: StudyRows, exclusions: readonly FacePlace[]): Uint8Array {
  const keys = new Set(exclusions.map(faceKey));
  return Uint8Array.from({ length: rows.count }, (_, row) => {
    const place = placeOfRow(rows, row);
    return keys.has(faceKey(place)) || keys.has(faceKey({ ...place, faceId: null })) ? 1 : 0;
  });
}

export function placeOfRow(rows: StudyRows, row: number): FacePlace {
  const frame = rows.number("frame", row);
  return {
    path: spelledBack(rows.text("path", row)),
    frame: Number.isNaN(frame) ? null : frame,
    faceId: spelledBack(rows.text("face_id", row)) || null,
  };
}

export function boxOfRow(rows: StudyRows, row: number): Exclusion["box"] {
  const side = (name: string) => Math.round(rows.number(name, row) * 1e3) / 1e3;
  const box = {
    ...{ leftPx: side("box_left_px"), topPx: side("box_top_px") },
    ...{ widthPx: side("box_width_px"), heightPx: side("box_height_px") },
  };
  return box.widthPx > 0 && box.heightPx > 0 ? box : null;
}
