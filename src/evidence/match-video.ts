import { ConfigurationError } from "../domain/errors.ts";
import type { VideoFramePlace } from "../domain/image.ts";
import type { RowPosition } from "../ports/evidence-file.ts";
import type { EvidenceIndex, FrameRows, ImageRows } from "./evidence-index.ts";
import { isVideoName } from "./image-names.ts";

/** Rows about a video, to be found by the place of a frame in it. */
export interface VideoRows {
  /** Rows about the moment that is nearest; `undefined` when none is nearer than half the time between two moments. */
  at(frame: VideoFramePlace): readonly RowPosition[] | undefined;
}

/** Two moments that lie closer than this are one, whatever the decimals they were written with. */
const SAME_MOMENT_S = 0.002;

type Moment = FrameRows & { readonly place: number };

/**
 * The rows about a video: under its name, in a file that is called like it, or, when it is the only one, in a file that
 * names none. They are found by their time, or, counted from 0, by their number among all frames of the video.
 *
 * @throws {ConfigurationError} if they number their frames, do not say when these were, and may count from 1.
 */
export function findVideo(index: EvidenceIndex, path: string, paths: readonly string[]): VideoRows | undefined {
  const sequence = sequenceOf(index, path, paths);
  if (sequence === undefined) return undefined;
  const frames = [...sequence.frames.values()];
  const inTime = frames.flatMap((frame): Moment[] =>
    frame.timeSec === null ? [] : [{ ...frame, place: frame.timeSec }],
  );
  if (inTime.length === frames.length) {
    const rows = rowsInOrder(inTime, SAME_MOMENT_S);
    return { at: ({ timestampS }) => rows(timestampS) };
  }
  if (!sequence.frames.has(0)) {
    throw new ConfigurationError(
      `Cannot import measurements as they number the frames of ${path} without saying when they were or whether ` +
        `they count from 0 (add a column \`timestamp\` in seconds): \`${index.evidence.path}\``,
    );
  }
  const numbered = frames.flatMap((frame): Moment[] =>
    frame.frame === null ? [] : [{ ...frame, place: frame.frame }],
  );
  const rows = rowsInOrder(numbered, 0);
  return { at: ({ number }) => (number === undefined ? undefined : rows(number)) };
}

function sequenceOf(index: EvidenceIndex, path: string, paths: readonly string[]): ImageRows | undefined {
  const named = [...index.named(path), ...index.likeNamed(path)].find(hasMoments);
  if (named !== undefined) return named;
  const [only, ...more] = index.images;
  const isOnlyVideo = paths.filter(isVideoName).length === 1;
  return only !== undefined && more.length === 0 && !only.named && hasMoments(only) && isOnlyVideo ? only : undefined;
}

/** Whether its rows say when they were: a row that does not is about no frame, though it be the only one. */
function hasMoments({ frames }: ImageRows): boolean {
  return frames.size > 1 || !frames.has(null);
}

function rowsInOrder(unsorted: readonly Moment[], same: number): (place: number) => readonly RowPosition[] | undefined {
  const moments = [...unsorted].sort((a, b) => a.place - b.place);
  const gaps = moments.slice(1).map((moment, i) => moment.place - (moments[i]?.place ?? 0));
  const reach = same + (gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0) / 2;
  return (place) => {
    const after = lowerBound(moments, place);
    const near = [moments[after - 1], moments[after]].filter((moment) => moment !== undefined);
    const best = near.sort((a, b) => Math.abs(a.place - place) - Math.abs(b.place - place))[0];
    return best !== undefined && Math.abs(best.place - place) <= reach ? best.positions : undefined;
  };
}

/** Index of the first moment that is not before a place. */
function lowerBound(moments: readonly Moment[], place: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle]?.place ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
