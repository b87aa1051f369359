import type { Episode, EpisodeMoment } from "../domain/episode.ts";
import type { Scale } from "../domain/measurement.ts";
import { PRESENCE_BANDS } from "../domain/presence.ts";
import {
  type ClipClock,
  type Curve,
  type Extreme,
  type Segment,
  segmentsOf,
  trembleOf,
  turningPoints,
  withoutSpikes,
} from "./curve.ts";

/**
 * What counts as the same value, and the least rise that counts as an event, on each scale. On pans and zooms over still
 * photographs, where nothing happens in any face, action units of `mesh@5` drift by up to 0.3 as a rule.
 */
const LEVELS: Readonly<Record<Scale, { readonly noise: number; readonly leastRise: number }>> = {
  probability: { noise: 0.03, leastRise: 0.35 },
  // A FACS intensity is one of five; DISFA's coders differ by about half of one.
  "intensity-0-5": { noise: 0.25, leastRise: 1 },
  "percent-0-100": { noise: 3, leastRise: 35 },
  binary: { noise: 0.1, leastRise: 1 },
  "log-odds": { noise: 0.2, leastRise: 1.5 },
};
/** A curve that trembles more than usual has to rise further: this many times its standard deviation. */
const NOISE_SDS = 2;
const RISE_SDS = 6;
/** Up to this share of a rise, or of the noise where that is more, still counts as rest, and as the highest. */
const SAME_SHARE = 0.1;
/** An episode is over when it has fallen by more than this share of its rise; what falls less and rises again goes on. */
const GONE_SHARE = 0.5;

/** An episode before it is known whose it is and of what. */
export type CurveEpisode = Omit<Episode, "trackId" | "curve" | "symmetry">;

interface Levels {
  readonly noise: number;
  readonly leastRise: number;
  readonly presentFrom: number;
}

/**
 * The events of one curve: it rises by at least `leastRise` to where it counts as present, or falls by as much from there.
 * A curve that stays where it is has none, however high it is. What is there for a single frame is taken for an error of
 * measuring, and what began before a cut or in a longer gap has no onset.
 *
 * @param risesNeeded how many times as far it has to rise, where something else changes measurements while it lasts.
 */
export function findEpisodes(
  curve: Curve,
  scale: Scale,
  clock: ClipClock,
  risesNeeded: (episode: CurveEpisode) => number = () => 1,
): CurveEpisode[] {
  const segments = segmentsOf(curve, clock);
  const tremble = trembleOf(segments);
  const levels: Levels = {
    noise: Math.max(LEVELS[scale].noise, NOISE_SDS * tremble),
    leastRise: Math.max(LEVELS[scale].leastRise, RISE_SDS * tremble),
    presentFrom: PRESENCE_BANDS[scale].presentFrom,
  };
  return segments.flatMap((segment) =>
    episodesIn(segment, levels, clock)
      .filter(({ episode, rise }) => rise >= risesNeeded(episode) * levels.leastRise)
      .map(({ episode }) => episode),
  );
}

/** With the higher of its rise and its fall. */
function episodesIn(segment: Segment, levels: Levels, clock: ClipClock) {
  const values = withoutSpikes(segment.values);
  return groupsOf(turningPoints(values, levels.leastRise), values).flatMap((group) => {
    const top = Math.max(...group.highs.map((at) => values[at] as number));
    if (top < levels.presentFrom) return [];
    const ends = [group.before, group.after].flatMap((at) => (at === null ? [] : [values[at] as number]));
    return [{ episode: episodeOf(group, { ...segment, values }, levels, clock), rise: top - Math.min(...ends) }];
  });
}

/** Turning points of one episode: where it rested before, where it was highest and fell, where it rested afterwards. */
interface Group {
  readonly before: number | null;
  readonly highs: readonly number[];
  readonly after: number | null;
}

/** Peaks belong together until it has fallen for good: the same fall that would end one peak may lie between two. */
function groupsOf(extremes: readonly Extreme[], values: readonly number[]): Group[] {
  const groups: Group[] = [];
  let [before, highs]: [number | null, number[]] = [null, []];
  for (const { index, isHigh } of extremes) {
    if (isHigh) {
      highs.push(index);
    } else if (highs.length === 0) {
      before = index;
    } else {
      const top = Math.max(...highs.map((at) => values[at] as number));
      const value = values[index] as number;
      const base = before === null ? value : (values[before] as number);
      if (value > top - GONE_SHARE * (top - base)) continue;
      groups.push({ before, highs, after: index });
      [before, highs] = [index, []];
    }
  }
  if (highs.length > 0) groups.push({ before, highs, after: null });
  return groups;
}

function episodeOf(
  { before, highs, after }: Group,
  { from, values, interpolated }: Segment,
  { noise, leastRise }: Levels,
  clock: ClipClock,
): CurveEpisode {
  const value = (at: number) => values[at] as number;
  const [first, last] = [highs[0] as number, highs.at(-1) as number];
  const highest = highs.reduce((best, at) => (value(at) > value(best) ? at : best));
  const top = value(highest);
  let apex = before ?? 0;
  while (value(apex) < top - within(noise, top, value(before ?? after ?? apex))) apex += 1;
  const onset = before === null ? null : restingUntil(values, { rest: before, peak: first, noise });
  const offset = after === null ? null : restingFrom(values, { rest: after, peak: last, noise });
  const begin = onset ?? 0;
  const end = offset ?? values.length - 1;
  const moment = (at: number): EpisodeMoment => ({
    timeS: clock.timesS[from + at] as number,
    frame: clock.frames[from + at] as number,
    value: value(at),
  });
  const speedWithin = (a: number, b: number, sign: 1 | -1) => {
    let most = 0;
    for (let at = a + 1; at <= b; at++) {
      const passedS = (clock.timesS[from + at] as number) - (clock.timesS[from + at - 1] as number);
      if (passedS > 0) most = Math.max(most, (sign * (value(at) - value(at - 1))) / passedS);
    }
    return most;
  };
  // Where a segment begins or ends in the middle of a movement, that movement's own beginning or end was not seen.
  const [hasOnset, hasOffset] = [onset !== null && onset > 0, offset !== null && offset < values.length - 1];
  return {
    onset: hasOnset ? moment(begin) : null,
    apex: moment(apex),
    offset: hasOffset ? moment(end) : null,
    peaks: highs.length,
    onsetSpeed: hasOnset ? speedWithin(begin, highest, 1) : null,
    offsetSpeed: hasOffset ? speedWithin(highest, end, -1) : null,
    frames: end - begin + 1,
    interpolated: interpolated.slice(begin, end + 1).filter(Boolean).length,
    noise,
    leastRise,
  };
}

interface Flank {
  readonly rest: number;
  readonly peak: number;
  readonly noise: number;
}

/** The last frame before the peak at which the curve is still at rest. */
function restingUntil(values: readonly number[], { rest, peak, noise }: Flank): number {
  const limit = restLimit(values, { rest, peak, noise });
  for (let at = peak; at > rest; at--) if ((values[at] as number) <= limit) return at;
  return rest;
}

/** The first frame after the peak at which it is at rest again. */
function restingFrom(values: readonly number[], { rest, peak, noise }: Flank): number {
  const limit = restLimit(values, { rest, peak, noise });
  for (let at = peak; at < rest; at++) if ((values[at] as number) <= limit) return at;
  return rest;
}

function restLimit(values: readonly number[], { rest, peak, noise }: Flank): number {
  const base = values[rest] as number;
  return base + within(noise, values[peak] as number, base);
}

function within(noise: number, top: number, base: number): number {
  return Math.max(noise, SAME_SHARE * (top - base));
}
