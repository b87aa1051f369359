import { ConfigurationError } from "../domain/errors.ts";
import { isVideoName } from "../measuring/image-names.ts";
import type { RowPosition } from "../ports/evidence-file.ts";
import type { EvidenceIndex, FrameRows, ImageRows } from "./evidence-index.ts";

/** Rows about a video, to be found by time. */
export interface VideoRows {
  /** Rows about the moment that is nearest; `undefined` when none is nearer than half the time between two moments. */
  at(timestampS: number): readonly RowPosition[] | undefined;
}

/** Two moments that lie closer than this are one, whatever the decimals they were written with. */
const SAME_MOMENT_S = 0.002;

type Moment = FrameRows & { readonly timeSec: number };

/**
 * The rows about a video: under its name, in a file that is called like it, or, when it is the only one, in a file that
 * names none.
 *
 * @throws {ConfigurationError} if they number their frames and do not say when these were: the video's frame rate is not
 * known to the file.
 */
export function findVideo(index: EvidenceIndex, path: string, paths: readonly string[]): VideoRows | undefined {
  const sequence = sequenceOf(index, path, paths);
  if (sequence === undefined) return undefined;
  const moments = [...sequence.frames.values()].filter((frame): frame is Moment => frame.timeSec !== null);
  if (moments.length < sequence.frames.size) {
    throw new ConfigurationError(
      `Cannot import measurements as they number the frames of ${path} without saying when they were ` +
        `(add a column \`timestamp\` in seconds): \`${index.evidence.path}\``,
    );
  }
  return rowsInTime(moments.sort((a, b) => a.timeSec - b.timeSec));
}

function sequenceOf(index: EvidenceIndex, path: string, paths: readonly string[]): ImageRows | undefined {
  const named = [...index.named(path), ...index.likeNamed(path)].find(({ frames }) => frames.size > 1);
  if (named !== undefined) return named;
  const [only, ...more] = index.images;
  const isOnlyVideo = paths.filter(isVideoName).length === 1;
  return only !== undefined && more.length === 0 && !only.named && only.frames.size > 1 && isOnlyVideo
    ? only
    : undefined;
}

function rowsInTime(moments: readonly Moment[]): VideoRows {
  const gaps = moments.slice(1).map((moment, i) => moment.timeSec - (moments[i]?.timeSec ?? 0));
  const reachS = SAME_MOMENT_S + (gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0) / 2;
  return {
    at(timestampS) {
      const after = lowerBound(moments, timestampS);
      const near = [moments[after - 1], moments[after]].filter((moment) => moment !== undefined);
      const best = near.sort((a, b) => Math.abs(a.timeSec - timestampS) - Math.abs(b.timeSec - timestampS))[0];
      return best !== undefined && Math.abs(best.timeSec - timestampS) <= reachS ? best.positions : undefined;
    },
  };
}

/** Index of the first moment that is not before a time. */
function lowerBound(moments: readonly Moment[], timestampS: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle]?.timeSec ?? 0) < timestampS) low = middle + 1;
    else high = middle;
  }
  return low;
}
