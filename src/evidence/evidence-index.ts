import { ConfigurationError } from "../domain/errors.ts";
import { groupBy } from "../domain/group-by.ts";
import type { ToolboxScore } from "../domain/measurement.ts";
import type { EvidenceFile, ImportedRow, RowPosition } from "../ports/evidence-file.ts";
import { imageName, imageStem, isVideoName, stemWithoutCopy } from "./image-names.ts";
import { countRow, createRowCounts, oddRows, refuseOtherScale } from "./row-counts.ts";

/** Rows about one image, or about one moment of a video. */
export interface FrameRows {
  readonly frame: number | null;
  readonly timeSec: number | null;
  readonly positions: readonly RowPosition[];
}

/** Everything a file says under one image name. More than one frame means that it was a video or a sequence. */
export interface ImageRows {
  /** As the file names the image; the file's own path when it does not. */
  readonly path: string;
  /** Whether the rows name the image, or are only in a file that may be called like it. */
  readonly named: boolean;
  /** By number of the frame; where there is none by the time, as `0.04 s`; `null` when the rows say neither. */
  readonly frames: ReadonlyMap<number | string | null, FrameRows>;
}

/** Where the rows of each image stand in a toolbox's file. Holds positions, not measurements. */
export interface EvidenceIndex {
  readonly evidence: EvidenceFile;
  readonly images: readonly ImageRows[];
  readonly faceCount: number;
  /** The scores that its faces have. */
  readonly scores: readonly Pick<ToolboxScore, "name" | "range">[];
  /** What was found odd about rows, one sentence each. */
  readonly warnings: readonly string[];
  named(path: string): readonly ImageRows[];
  /** Same name but for its ending; a file that does not name its images is found by its own name. */
  likeNamed(path: string): readonly ImageRows[];
}

/**
 * Reads a toolbox's file once from end to end, which also checks every row.
 *
 * @param videos whether a file's only rows about a video, such as its means, are kept as one moment without frame and time.
 * They are never the measurement of an image or frame.
 * @throws {ConfigurationError} if a row cannot be, or a face of an image stands there twice.
 */
export async function indexEvidence(
  evidence: EvidenceFile,
  videos: "with whole videos" | "images and frames",
  signal?: AbortSignal,
): Promise<EvidenceIndex> {
  const images = new Map<string, MutableImage>();
  const seen: BoxesOfFrame = { frame: undefined, boxes: [] };
  const counts = createRowCounts();
  for await (const batch of evidence.rows(signal)) {
    for (const row of batch) countRow(counts, row, addRow(images, row, seen));
  }
  if (images.size === 0) throw new ConfigurationError(`There are no rows in the file: \`${evidence.path}\``);
  refuseOtherScale(counts, evidence);
  const unplaced = dropRowsWithoutFrame(images, videos === "with whole videos");
  const list = [...images.values()];
  if (list.length === 0) throw onlySummaries(evidence.path);
  const byName = groupBy(
    list.filter(({ named }) => named),
    ({ path }) => imageName(path),
  );
  const byStem = groupBy(list, ({ path }) => imageStem(path));
  const byFirstStem = groupBy(list, ({ path }) => stemWithoutCopy(path));
  return {
    evidence,
    images: list,
    faceCount: counts.faces,
    scores: [...counts.scores.values()],
    warnings: oddRows({ ...counts, unplaced, whole: list.filter(isWholeVideo).length }, evidence),
    named: (path) => byName.get(imageName(path)) ?? NONE,
    likeNamed: (path) => byStem.get(imageStem(path)) ?? byFirstStem.get(imageStem(path)) ?? NONE,
  };
}

const NONE: readonly ImageRows[] = [];

export interface MutableFrame extends FrameRows {
  readonly positions: RowPosition[];
  /** Line of the row, by the toolbox's key of the face. */
  readonly faceLines: Map<string, number>;
}

/** Boxes of the frame that is being read, with how sure the toolbox was of each; rows of a frame stand together. */
export interface BoxesOfFrame {
  frame: MutableFrame | undefined;
  boxes: { readonly key: string; score: number; readonly index: number }[];
}

interface MutableImage extends ImageRows {
  readonly frames: Map<number | string | null, MutableFrame>;
}

function addRow(images: Map<string, MutableImage>, row: ImportedRow, seen: BoxesOfFrame): "added" | "repeated" {
  const path = row.image ?? row.file;
  let image = images.get(path);
  if (image === undefined) {
    image = { path, named: row.image !== null, frames: new Map() };
    images.set(path, image);
  }
  const key = row.frame ?? (row.timeSec === null ? null : `${row.timeSec} s`);
  let frame = image.frames.get(key);
  if (frame === undefined) {
    frame = createFrame(row);
    image.frames.set(key, frame);
  }
  return addFace(frame, row, seen);
}

export function createFrame({ frame, timeSec }: ImportedRow): MutableFrame {
  return { frame, timeSec, positions: [], faceLines: new Map() };
}

/** Adds a row to its frame. @throws {ConfigurationError} if its face is in the frame already. */
export function addFace(frame: MutableFrame, row: ImportedRow, seen: BoxesOfFrame): "added" | "repeated" {
  if (row.faceKey !== null && row.face !== null) {
    const earlier = frame.faceLines.get(row.faceKey);
    if (earlier !== undefined) throw twice(row, earlier);
    frame.faceLines.set(row.faceKey, row.at.line);
  }
  if (seen.frame !== frame) Object.assign(seen, { frame, boxes: [] });
  return addPosition(frame, row, seen.boxes);
}

/** One box twice in one frame is one face: a detector that answered twice. The surer answer counts. */
function addPosition(
  frame: MutableFrame,
  { at, face }: ImportedRow,
  boxes: BoxesOfFrame["boxes"],
): "added" | "repeated" {
  const box = face?.box ?? null;
  if (box !== null) {
    const key = `${box.leftPx} ${box.topPx} ${box.widthPx} ${box.heightPx}`;
    const score = face?.measurement.score ?? 0;
    const same = boxes.find((one) => one.key === key);
    if (same !== undefined) {
      if (score > same.score) frame.positions[same.index] = at;
      same.score = Math.max(score, same.score);
      return "repeated";
    }
    boxes.push({ key, score, index: frame.positions.length });
  }
  frame.positions.push(at);
  return "added";
}

/**
 * A row without a frame among rows with one, or about a video as a whole, is a mean or another summary: it is about no
 * image. Returns how many there were.
 */
function dropRowsWithoutFrame(images: Map<string, MutableImage>, keepsWhole: boolean): number {
  let dropped = 0;
  for (const [path, { frames, named }] of images) {
    const rest = frames.get(null);
    const isSummary = frames.size > 1 || (named && isVideoName(path) && !keepsWhole);
    if (rest === undefined || !isSummary) continue;
    dropped += rest.positions.length;
    frames.delete(null);
    if (frames.size === 0) images.delete(path);
  }
  return dropped;
}

/** Whether all that is said of a video is about the whole of it. */
export function isWholeVideo({ path, frames }: Pick<ImageRows, "path" | "frames">): boolean {
  return frames.size === 1 && frames.has(null) && isVideoName(path);
}

function onlySummaries(path: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot import measurements as its rows are about whole videos (means?) and name no frame or time: \`${path}\``,
  );
}

function twice(row: ImportedRow, earlierLine: number): ConfigurationError {
  const where = [row.image === null ? [] : `of ${row.image}`, row.frame === null ? [] : `in frame ${row.frame}`].flat();
  const face = [`face ${row.faceKey}`, ...where].join(" ");
  return new ConfigurationError(
    `Cannot import measurements as lines ${earlierLine} and ${row.at.line} are both about ${face} ` +
      `(files of several images joined without a column for the image?): \`${row.file}\``,
  );
}
