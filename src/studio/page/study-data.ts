import { useEffect, useState } from "preact/hooks";
import { MINIMUM_WEIGHT, PRESENCE_BANDS } from "../../domain/presence.ts";
import type { StudyRows } from "../../study/study-rows.ts";
import { unpackRows } from "../../study/study-stream.ts";
import { personOf, type TrackPerson } from "../../study/track-person.ts";
import { pageAddress } from "../page-address.ts";
import { href } from "./address.ts";

/** What the server says of a study, its rows aside. */
export interface StudyAbout {
  readonly command: "measure" | "import";
  readonly finished: boolean;
  readonly createdAt: string;
  /** Another text whenever there are other rows. */
  readonly stamp: string;
  readonly counts: { readonly images: number; readonly faces: number; readonly failures: number };
  /** How many images or frames, in words. */
  readonly moments: string;
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
  /** Who the tracks of clips are said to be. */
  readonly people: readonly TrackPerson[];
  readonly exclusions: readonly { readonly face: string; readonly reason: string }[];
}

interface LoadedRows {
  readonly rows: StudyRows | undefined;
  /** How many of them have come: they are the same object while they come. */
  readonly count: number;
  readonly isWhole: boolean;
  readonly error: string | null;
}

/** Each showing filters and counts all rows that have come. */
const SHOWN_EVERY_MS = 500;

const NONE: LoadedRows = { rows: undefined, count: 0, isWhole: false, error: null };

/** All rows of a study, or of one clip of it, as they come. While a study grows, those that were there stay until the others have come. */
export function useStudyRows(path: string, stamp: string | undefined, clip: string | null = null): LoadedRows {
  const [state, setState] = useState<LoadedRows & { readonly of: string }>({ ...NONE, of: path });
  useEffect(() => {
    if (stamp === undefined) return;
    const controller = new AbortController();
    const isFirst = state.of !== path || state.rows === undefined;
    const show = (news: Partial<LoadedRows>) => setState((before) => ({ ...before, ...news, of: path }));
    if (state.of !== path) setState({ ...NONE, of: path });
    let all: StudyRows | undefined;
    const words = new URLSearchParams({ path, ...(clip === null ? {} : { clip }) });
    fetch(href(`/api/study/rows?${words}`), { signal: controller.signal })
      .then(async (response) => {
        if (!response.ok || response.body === null) throw new Error((await response.json()).error);
        let shownMs = Number.NEGATIVE_INFINITY;
        await unpackRows(bytesOf(response.body), async (rows) => {
          all = rows;
          if (!isFirst || performance.now() - shownMs < SHOWN_EVERY_MS) return;
          show({ rows, count: rows.count, error: null });
          await new Promise((next) => setTimeout(next)); // rows that come without a pause would let nothing be drawn
          shownMs = performance.now();
        });
        show({ rows: all, count: all?.count ?? 0, isWhole: true, error: null });
      })
      .catch((error: Error) => controller.signal.aborted || show({ error: error.message }));
    return () => controller.abort();
  }, [path, stamp, clip]);
  return state.of === path ? state : NONE;
}

/** Not every browser can go through a stream by itself. */
async function* bytesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** As faces are called on the server: `a.jpg#F1`, `clip.mp4 frame 3#F1`, `a.jpg#` for an image without a face. */
export function faceOfRow(rows: StudyRows, row: number): string {
  const frame = rows.number("frame", row);
  const path = rows.text("path", row);
  return `${Number.isNaN(frame) ? path : `${path} frame ${frame}`}#${rows.text("face_id", row)}`;
}

/** Whose face it is: who somebody said it is in a clip, else its id. */
export function whoOfRow(rows: StudyRows, row: number, people: readonly TrackPerson[]): string {
  const [trackId, frame, path] = [rows.text("track_id", row), rows.number("frame", row), rows.text("path", row)];
  if (trackId === "" || Number.isNaN(frame)) return rows.text("face_id", row);
  return personOf(
    people.filter((one) => one.path === path),
    { trackId, frame },
  );
}

/** The reason of every row that is excluded, by itself or with its image. */
export function exclusionsByRow(
  rows: StudyRows,
  exclusions: StudyAbout["exclusions"],
): { readonly is: Uint8Array; readonly reasons: ReadonlyMap<string, string> } {
  const reasons = new Map(exclusions.map(({ face, reason }) => [face, reason]));
  const is = new Uint8Array(rows.count);
  if (reasons.size > 0) {
    for (let row = 0; row < rows.count; row++) is[row] = reasonOf(reasons, faceOfRow(rows, row)) === undefined ? 0 : 1;
  }
  return { is, reasons };
}

export function reasonOf(reasons: ReadonlyMap<string, string>, face: string): string | undefined {
  return reasons.get(face) ?? reasons.get(face.replace(/#[^#]*$/, "#"));
}

/** The place of a face's portrait; `null` where the study does not say where the face is. */
export function portraitOf(study: string, rows: StudyRows, row: number): string | null {
  const box = ["left", "top", "width", "height"].map((side) => rows.number(`box_${side}_px`, row));
  if (box.some(Number.isNaN)) return null;
  const [image, atS] = [rows.text("path", row), rows.number("timestamp_s", row)];
  const words = new URLSearchParams({ path: study, image, box: box.map((side) => side.toFixed(1)).join() });
  if (!Number.isNaN(rows.number("frame", row))) words.set("at", atS.toFixed(3));
  return href(`/api/study/portrait?${words}`);
}

/** The action units of a face that are highest among those that can be trusted, highest first. */
export function highestUnits(rows: StudyRows, row: number, most: number): { unit: string; value: number }[] {
  return rows.columns.units
    .map((unit) => ({ unit, value: rows.number(unit, row), weight: rows.number(`${unit}_weight`, row) }))
    .filter(({ value, weight }) => value >= PRESENCE_BANDS.probability.presentFrom && !(weight < MINIMUM_WEIGHT))
    .sort((a, b) => b.value - a.value)
    .slice(0, most);
}

/** The page of a clip of a study, at a time. */
export function clipAddress(study: string, clip: string, atS?: number): string {
  const words = new URLSearchParams({
    clip,
    ...(atS === undefined || Number.isNaN(atS) ? {} : { at: atS.toFixed(2) }),
  });
  return `${pageAddress("clip", study)}?${words}`;
}

/** Every clip that rows are of, in the order of the study. */
export function clipsOf(rows: StudyRows): string[] {
  const [paths, frames] = [rows.values("path"), rows.values("frame")];
  const found = new Set<number>();
  for (let row = 0; row < rows.count; row++) if (!Number.isNaN(frames[row])) found.add(paths[row] as number);
  return [...found].map((at) => rows.words("path")[at] as string);
}
