import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { boxOverlap, type PixelBox } from "../domain/geometry.ts";
import { SAME_FACE_OVERLAP } from "../measuring/match-faces.ts";
import { hashOfFileIfThere, sha256 } from "../platform/hash.ts";
import { numberInCell, readTable } from "../platform/tables/table-rows.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";

/**
 * What somebody took out of a study, beside its tables, which stay as they were measured. It is the people's file, not
 * the run's: `--resume` and `--force` leave it alone.
 */
export const EXCLUSIONS_FILE = "exclusions.csv";

const COLUMNS = [
  ...["path", "frame", "face_id", "box_left_px", "box_top_px", "box_width_px", "box_height_px"],
  ...["reason", "excluded_at"],
];

/** A face of an image or frame; `null` means the image or frame as a whole. */
export interface FacePlace {
  readonly path: string;
  readonly frame: number | null;
  readonly faceId: string | null;
}

/** A face, or an image as a whole, that is to count no more, and why. */
export interface Exclusion extends FacePlace {
  /** By which the face is found again where it is measured anew; `null` where it is not known. */
  readonly box: PixelBox | null;
  readonly reason: string;
  readonly excludedAt: string;
}

/** As faces are called in what `find`, `discover` and evaluations write: `a.jpg#F1`, `clip.mp4 frame 3#T1`. */
export function faceKey({ path, frame, faceId }: FacePlace): string {
  return `${frame === null ? path : `${path} frame ${frame}`}#${faceId ?? ""}`;
}

/** What a study's folder excludes; nothing where it has no such file. @throws {ConfigurationError} if it cannot be read. */
export async function readExclusions(folder: string): Promise<Exclusion[]> {
  const path = join(folder, EXCLUSIONS_FILE);
  if ((await hashOfFileIfThere(path)) === undefined) return [];
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read what is excluded as ${reason}: \`${path}\``, options);
  return (await readTable(path, { refuse })).map(({ cells, line, decimalComma }) => {
    if (!cells.path) throw refuse(`line ${line} has no path`);
    const number = (name: string) => {
      const value = numberInCell(cells[name] ?? "", decimalComma);
      if (value === undefined) throw refuse(`line ${line} has ${name} = ${cells[name]}, which is not a number`);
      return Number.isNaN(value) ? null : value;
    };
    const [leftPx, topPx] = [number("box_left_px"), number("box_top_px")];
    const [widthPx, heightPx] = [number("box_width_px"), number("box_height_px")];
    const hasBox = leftPx !== null && topPx !== null && (widthPx ?? 0) > 0 && (heightPx ?? 0) > 0;
    return {
      ...{ path: cells.path, frame: number("frame"), faceId: cells.face_id || null },
      box: hasBox ? ({ leftPx, topPx, widthPx, heightPx } as PixelBox) : null,
      ...{ reason: cells.reason ?? "", excludedAt: cells.excluded_at ?? "" },
    };
  });
}

export async function writeExclusions(folder: string, exclusions: readonly Exclusion[]): Promise<void> {
  const rows = exclusions.map(({ path, frame, faceId, box, reason, excludedAt }) => [
    ...[path, frame, faceId, box?.leftPx, box?.topPx, box?.widthPx, box?.heightPx],
    ...[reason, excludedAt],
  ]);
  await writeFileAtomic(join(folder, EXCLUSIONS_FILE), csvLines([COLUMNS, ...rows]));
}

/** Tells what of a study counts, and counts what does not. */
export interface StudyFilter {
  /** Whether the image or frame as a whole is not excluded. */
  keepsImage(path: string, frame: number | null): boolean;
  /** Whether a face is not excluded, by itself or with its image. */
  keepsFace(place: FacePlace): boolean;
  /** The reason of a face's or its image's exclusion; `undefined` for what counts. */
  reasonOf(place: FacePlace): string | undefined;
  /** How many faces were left out so far, in a sentence; `null` for none. */
  leftOut(): string | null;
}

/** For whoever reads a study's own tables. */
export async function openStudyFilter(folder: string): Promise<StudyFilter> {
  const exclusions = await readExclusions(folder);
  const reasons = new Map(exclusions.map((one) => [faceKey(one), one.reason]));
  let count = 0;
  const reasonOf = (place: FacePlace) =>
    reasons.get(faceKey(place)) ?? reasons.get(faceKey({ ...place, faceId: null }));
  return {
    reasonOf,
    keepsImage: (path, frame) => !reasons.has(faceKey({ path, frame, faceId: null })),
    keepsFace(place) {
      const isKept = reasonOf(place) === undefined;
      if (!isKept) count += 1;
      return isKept;
    },
    leftOut: () => (count === 0 ? null : leftOutSentence(facesInWords(count), folder)),
  };
}

export function leftOutSentence(what: string, folder: string): string {
  return `Left out as excluded: ${what} (\`${join(folder, EXCLUSIONS_FILE)}\`)`;
}

export function facesInWords(count: number): string {
  return `${count} ${count === 1 ? "face" : "faces"}`;
}

/** What is known of the faces of an image that a study excludes, for those who measure the image anew. */
export type ExcludedFaces = readonly Pick<Exclusion, "faceId" | "box">[];

interface MeasuredAnew {
  readonly path: string;
  readonly excluded?: ExcludedFaces | undefined;
}

/** Measures without the faces that the studies which the images come from exclude. */
export function withoutExcluded<
  F extends { readonly faceId: string; readonly box: PixelBox | null },
  M extends { readonly faces: readonly F[] },
>(
  measure: (path: string, signal?: AbortSignal) => Promise<M>,
  inputs: readonly MeasuredAnew[],
): (path: string, signal?: AbortSignal) => Promise<M> {
  const excluded = new Map(inputs.flatMap((input) => (input.excluded ? [[input.path, input.excluded] as const] : [])));
  if (excluded.size === 0) return measure;
  return async (path, signal) => {
    const measured = await measure(path, signal);
    const some = excluded.get(path);
    if (some === undefined) return measured;
    return { ...measured, faces: measured.faces.filter((face) => !some.some((one) => isSame(one, face))) };
  };
}

/** Another toolbox numbers other faces, so that the place decides where it is known. */
function isSame(one: ExcludedFaces[number], face: { readonly faceId: string; readonly box: PixelBox | null }): boolean {
  if (one.box === null || face.box === null) return one.faceId === face.faceId;
  return boxOverlap(one.box, face.box) >= SAME_FACE_OVERLAP;
}

/** How many faces of the inputs the studies exclude which they are taken from. */
export function countExcluded(inputs: readonly MeasuredAnew[]): number {
  return inputs.reduce((sum, { excluded = [] }) => sum + excluded.length, 0);
}

/** What a run's settings say of the exclusions it was made under, so that it does not go on under others. */
export function exclusionSettings(inputs: readonly MeasuredAnew[]): Readonly<Record<string, unknown>> {
  const excluded = inputs.flatMap(({ path, excluded: faces }) => (faces ? [[path, faces] as const] : []));
  if (excluded.length === 0) return {};
  return { exclusions: { id: facesInWords(countExcluded(inputs)), sha256: sha256(JSON.stringify(excluded)) } };
}
