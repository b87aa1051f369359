import { ConfigurationError } from "../domain/errors.ts";
import { imageName, imageStem } from "../measuring/image-names.ts";
import type { EvidenceFile, ImportedRow, RowPosition } from "../ports/evidence-file.ts";

/** Rows about one image, or about one frame of a video. */
export interface FrameRows {
  readonly frame: number | null;
  readonly positions: readonly RowPosition[];
}

/** Everything a file says under one image name. More than one frame means that it was a video or a sequence. */
export interface ImageRows {
  /** As the file names the image; the file's own path when it does not. */
  readonly path: string;
  /** Whether the rows name the image, or are only in a file that may be called like it. */
  readonly named: boolean;
  readonly frames: ReadonlyMap<number | null, FrameRows>;
}

/** Where the rows of each image stand in a toolbox's file. Holds positions, not measurements. */
export interface EvidenceIndex {
  readonly evidence: EvidenceFile;
  readonly images: readonly ImageRows[];
  readonly faceCount: number;
  named(path: string): readonly ImageRows[];
  /** Same name but for its ending; a file that does not name its images is found by its own name. */
  likeNamed(path: string): readonly ImageRows[];
}

/**
 * Reads a toolbox's file once from end to end, which also checks every row.
 *
 * @throws {ConfigurationError} if a row cannot be, or a face of an image stands there twice.
 */
export async function indexEvidence(evidence: EvidenceFile, signal?: AbortSignal): Promise<EvidenceIndex> {
  const images = new Map<string, MutableImage>();
  let faceCount = 0;
  for await (const batch of evidence.rows(signal)) {
    for (const row of batch) {
      addRow(images, row);
      if (row.face !== null) faceCount++;
    }
  }
  if (images.size === 0) throw new ConfigurationError(`There are no rows in the file: \`${evidence.path}\``);
  const list = [...images.values()];
  const byName = grouped(
    list.filter(({ named }) => named),
    ({ path }) => imageName(path),
  );
  const byStem = grouped(list, ({ path }) => imageStem(path));
  // LibreFace writes `image (1).csv` beside an earlier `image.csv`.
  const byFirstStem = grouped(list, ({ path }) => imageStem(path).replace(/ \(\d+\)$/, ""));
  return {
    evidence,
    images: list,
    faceCount,
    named: (path) => byName.get(imageName(path)) ?? NONE,
    likeNamed: (path) => byStem.get(imageStem(path)) ?? byFirstStem.get(imageStem(path)) ?? NONE,
  };
}

const NONE: readonly ImageRows[] = [];

interface MutableFrame extends FrameRows {
  readonly positions: RowPosition[];
  /** Line of the row, by the toolbox's key of the face. */
  readonly faceLines: Map<string, number>;
}

interface MutableImage extends ImageRows {
  readonly frames: Map<number | null, MutableFrame>;
}

function addRow(images: Map<string, MutableImage>, row: ImportedRow): void {
  const path = row.image ?? row.file;
  let image = images.get(path);
  if (image === undefined) {
    image = { path, named: row.image !== null, frames: new Map() };
    images.set(path, image);
  }
  let frame = image.frames.get(row.frame);
  if (frame === undefined) {
    frame = { frame: row.frame, positions: [], faceLines: new Map() };
    image.frames.set(row.frame, frame);
  }
  if (row.faceKey !== null && row.face !== null) {
    const earlier = frame.faceLines.get(row.faceKey);
    if (earlier !== undefined) throw twice(row, earlier);
    frame.faceLines.set(row.faceKey, row.at.line);
  }
  frame.positions.push(row.at);
}

function twice(row: ImportedRow, earlierLine: number): ConfigurationError {
  const where = [row.image === null ? [] : `of ${row.image}`, row.frame === null ? [] : `in frame ${row.frame}`].flat();
  const face = [`face ${row.faceKey}`, ...where].join(" ");
  return new ConfigurationError(
    `Cannot import measurements as lines ${earlierLine} and ${row.at.line} are both about ${face} ` +
      `(files of several images joined without a column for the image?): \`${row.file}\``,
  );
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
