import { ConfigurationError } from "../domain/errors.ts";
import type { EvidenceFile, RowPosition } from "../ports/evidence-file.ts";
import { type EvidenceIndex, type FrameRows, type ImageRows, isWholeVideo } from "./evidence-index.ts";
import { boxesOfFrames, frameOffset } from "./frame-offset.ts";
import { imageStem, isVideoName, stemWithoutCopy } from "./image-names.ts";
import type { MomentRows } from "./ordered-moments.ts";

/** Rows of one or several files about one image, or about one moment of a video. */
interface JoinedMoment {
  /** As the files name the image or video; the path of the first of them when they do not. */
  readonly path: string;
  /** Whether it is one of several frames of a video or sequence. */
  readonly isFrame: boolean;
  /** As the first file numbers it; `null` when it does not. */
  readonly frame: number | null;
  readonly timeSec: number | null;
  /** Rows by file, in the order of the files; a file that says nothing of the moment has none. */
  readonly positions: readonly (readonly RowPosition[])[];
}

interface JoinedFiles {
  /** Image by image, each in the order of time. */
  readonly moments: readonly JoinedMoment[];
  readonly warnings: readonly string[];
}

/**
 * Puts side by side what several files say of the same images: images and videos by name, the frames of a video by
 * their number or time. Files that count frames from different numbers are told by the overlap of their boxes.
 *
 * @throws {ConfigurationError} if the frames of two files cannot be told to be the same.
 */
export async function joinMoments(files: readonly EvidenceIndex[], signal?: AbortSignal): Promise<JoinedFiles> {
  const sequences: Sequence[] = [];
  /** Those of earlier files, by their stems; a file's only one may be that of another under any name. */
  const known = new Map<string, Sequence[]>();
  const alone: Sequence[] = [];
  const warnings: string[] = [];
  for (const [file, index] of files.entries()) {
    const before = sequences.length;
    for (const image of index.images) {
      signal?.throwIfAborted();
      const stems = new Set([imageStem(image.path), stemWithoutCopy(image.path)]);
      const candidates = [...[...stems].flatMap((stem) => known.get(stem) ?? []), ...alone];
      const [same] = candidates.filter((one) => isSame(one, image, index)).sort((a, b) => a.at - b.at);
      const at = sequences.length;
      if (same === undefined) sequences.push(createSequence(image, index, { at, file, files: files.length }));
      else await addFile(same, image, { index, file, warnings });
    }
    for (const one of sequences.slice(before)) {
      const stem = imageStem(one.image.path);
      const like = known.get(stem);
      if (like === undefined) known.set(stem, [one]);
      else like.push(one);
      if (index.images.length === 1) alone.push(one);
    }
  }
  return { moments: sequences.flatMap(momentsOf), warnings };
}

/** Reads the rows of moments again that were found in an index. */
export async function* rowsOfMoments(
  files: readonly Pick<EvidenceFile, "rowsAt">[],
  moments: readonly JoinedMoment[],
  signal?: AbortSignal,
): AsyncGenerator<MomentRows> {
  for (const { positions, ...moment } of moments) {
    yield { ...moment, rows: await Promise.all(files.map((file, i) => file.rowsAt(positions[i] ?? [], signal))) };
  }
}

interface MutableMoment {
  readonly frame: number | null;
  readonly timeSec: number | null;
  readonly positions: (readonly RowPosition[])[];
}

/** An image or video, with everything that is said of it. */
interface Sequence {
  /** Its place among all. */
  readonly at: number;
  readonly image: ImageRows;
  /** The file that it was first seen in. */
  readonly from: EvidenceIndex;
  readonly moments: MutableMoment[];
}

function createSequence(
  image: ImageRows,
  from: EvidenceIndex,
  { at, file, files }: { readonly at: number; readonly file: number; readonly files: number },
): Sequence {
  const moments = [...image.frames.values()].map((frame) => emptyMoment(frame, files));
  for (const [i, frame] of [...image.frames.values()].entries())
    (moments[i] as MutableMoment).positions[file] = frame.positions;
  return { at, image, from, moments };
}

function emptyMoment({ frame, timeSec }: Pick<FrameRows, "frame" | "timeSec">, files: number): MutableMoment {
  return { frame, timeSec, positions: Array.from({ length: files }, () => []) };
}

/** The same name, but for its ending; or the only sequence of each of two files, of which one does not name it. */
function isSame({ image, from }: Sequence, other: ImageRows, index: EvidenceIndex): boolean {
  if (image.named && other.named) return index.likeNamed(image.path).includes(other);
  return from.images.length === 1 && index.images.length === 1 && image.frames.size > 1 === other.frames.size > 1;
}

interface Adding {
  readonly index: EvidenceIndex;
  readonly file: number;
  readonly warnings: string[];
}

async function addFile(sequence: Sequence, other: ImageRows, adding: Adding): Promise<void> {
  const { file } = adding;
  const find = await finder(sequence, other, adding);
  const files = sequence.moments[0]?.positions.length ?? 0;
  for (const frame of other.frames.values()) {
    let moment = find(frame);
    if (moment === undefined) {
      moment = emptyMoment(frame, files);
      sequence.moments.push(moment);
    }
    moment.positions[file] = frame.positions;
  }
}

type FindMoment = (frame: FrameRows) => MutableMoment | undefined;

async function finder(sequence: Sequence, other: ImageRows, adding: Adding): Promise<FindMoment> {
  const { moments, image } = sequence;
  const [only] = moments;
  if (isWholeVideo(image) !== isWholeVideo(other)) {
    throw cannotJoin(sequence, other, {
      adding,
      why: "one is about the video as a whole and the other about its frames",
    });
  }
  if (moments.length === 1 && other.frames.size === 1) return () => only;
  const frames = [...other.frames.values()];
  if ([...moments, ...frames].every(({ frame }) => frame !== null)) {
    const offset = await offsetOf(sequence, other, adding);
    const byNumber = new Map(moments.map((moment) => [moment.frame, moment]));
    return ({ frame }) => byNumber.get((frame ?? 0) + offset);
  }
  if ([...moments, ...frames].every(({ timeSec }) => timeSec !== null)) return nearestInTime(moments);
  throw cannotJoin(sequence, other, { adding, why: "one numbers its frames and the other only says when they were" });
}

async function offsetOf(sequence: Sequence, other: ImageRows, adding: Adding): Promise<number> {
  const { image, from } = sequence;
  const { index, warnings } = adding;
  if (image.frames.has(0) === other.frames.has(0)) return 0;
  const numbers = [...image.frames.keys()].filter((key): key is number => typeof key === "number");
  const ours = await boxesOfFrames(from.evidence, image, numbers);
  const theirs = await boxesOfFrames(
    index.evidence,
    other,
    numbers.flatMap((number) => [number - 1, number, number + 1]),
  );
  const offset = frameOffset(ours, theirs);
  if (offset === undefined) {
    throw cannotJoin(sequence, other, {
      adding,
      why: "one counts frames from 0, the other may count them from 1, and boxes of faces do not tell",
    });
  }
  warnings.push(
    `Frame 0 of \`${image.frames.has(0) ? from.evidence.path : index.evidence.path}\` is frame ` +
      `${Math.abs(offset)} of \`${image.frames.has(0) ? index.evidence.path : from.evidence.path}\`, as the boxes of faces tell`,
  );
  return offset;
}

/** The moment that is nearest, if none of half the usual step lies between. */
function nearestInTime(moments: readonly MutableMoment[]): FindMoment {
  const times = moments.map((moment) => moment.timeSec ?? 0).sort((a, b) => a - b);
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  const reachS = (steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0) / 2 + 1e-6;
  const known = [...moments].sort((a, b) => (a.timeSec ?? 0) - (b.timeSec ?? 0));
  return ({ timeSec }) => {
    const time = timeSec ?? 0;
    let [low, high] = [0, known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((known[middle]?.timeSec ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    const near = [known[low - 1], known[low]].filter((moment) => moment !== undefined);
    const distance = (moment: MutableMoment) => Math.abs((moment.timeSec ?? 0) - time);
    const [best] = near.sort((a, b) => distance(a) - distance(b));
    return best !== undefined && distance(best) <= reachS ? best : undefined;
  };
}

function momentsOf({ image, moments }: Sequence): JoinedMoment[] {
  const isTimed = !image.named && moments.some(({ timeSec }) => timeSec !== null);
  const isFrame = moments.length > 1 || isTimed || (isVideoName(image.path) && !isWholeVideo(image));
  return [...moments]
    .sort((a, b) => (a.frame ?? a.timeSec ?? 0) - (b.frame ?? b.timeSec ?? 0))
    .map((moment) => ({ ...moment, path: image.path, isFrame }));
}

function cannotJoin(
  { image, from }: Sequence,
  other: ImageRows,
  { adding, why }: { readonly adding: Adding; readonly why: string },
): ConfigurationError {
  return new ConfigurationError(
    `Cannot join what two files say of ${image.named ? image.path : other.path} as ${why} (import them into studies of ` +
      `their own): \`${from.evidence.path}\` and \`${adding.index.evidence.path}\``,
  );
}
