import type { Episode, EpisodeCurve } from "../domain/episode.ts";
import { holmAdjusted } from "../domain/statistics/adjusted-p-values.ts";
import type { ClipClock, Curve } from "./curve.ts";
import { findMutualGaze, type MutualGaze } from "./mutual-gaze.ts";
import { keyOf, type PersonCurves } from "./person-curves.ts";
import { type NoSynchrony, type Synchrony, synchronyOf } from "./synchrony.ts";

/** One curve of two people at once. */
export interface CurveSynchrony {
  readonly curve: EpisodeCurve;
  /** With the p value corrected for everything that was tried in the clip (Holm 1979). */
  readonly found: (Synchrony & { readonly corrected: number }) | NoSynchrony;
}

/** What two people who were seen at once do with regard to each other. */
export interface PairDynamics {
  readonly trackIds: readonly [string, string];
  /** Of the action units and expressions that have an episode in both; empty where none has. */
  readonly synchrony: readonly CurveSynchrony[];
  readonly gaze: MutualGaze;
}

/** Corrected p values up to this are told as going together. */
export const SYNCHRONOUS_P = 0.05;

/** Who goes first, as far as it can be told: 0 for the first of the two, 1 for the second. */
export function leaderOf(found: CurveSynchrony["found"]): 0 | 1 | null {
  if ("reason" in found || found.corrected > SYNCHRONOUS_P) return null;
  if (found.lagFromS > 0) return 0;
  return found.lagToS < 0 ? 1 : null;
}

interface Setting {
  readonly clock: ClipClock;
  readonly intervalS: number | null;
}

interface Person {
  readonly trackId: string;
  readonly curves: PersonCurves;
  readonly episodes: readonly Episode[];
}

/** Everybody with everybody else, where at least one frame shows both. */
export function pairDynamics(
  people: ReadonlyMap<string, PersonCurves>,
  tracks: readonly { readonly trackId: string; readonly episodes: readonly Episode[] }[],
  setting: Setting,
): PairDynamics[] {
  const known = tracks.map(({ trackId, episodes }): Person => {
    return { trackId, episodes, curves: people.get(trackId) as PersonCurves };
  });
  const pairs = known.flatMap((one, i) =>
    known.slice(i + 1).flatMap((two): PairDynamics[] => {
      if (!areSeenAtOnce(one.curves, two.curves)) return [];
      const synchrony = curvesOfBoth(one, two).map((key) => synchronyIn(key, [one, two], setting));
      const trackIds = [one.trackId, two.trackId] as const;
      return [{ trackIds, synchrony, gaze: findMutualGaze(one.curves, two.curves, setting.clock) }];
    }),
  );
  const corrected = holmAdjusted(
    pairs.flatMap(({ synchrony }) => synchrony.map(({ found }) => ("p" in found ? found.p : null))),
  ).values();
  return pairs.map((pair) => ({
    ...pair,
    synchrony: pair.synchrony.map((one): CurveSynchrony => {
      const p = corrected.next().value ?? 1;
      return "p" in one.found ? { ...one, found: { ...one.found, corrected: p } } : one;
    }),
  }));
}

function areSeenAtOnce(one: PersonCurves, two: PersonCurves): boolean {
  return one.sight.some((sight, i) => sight === 1 && two.sight[one.first + i - two.first] === 1);
}

/** What rises or falls in both; what never does has nothing to go together. */
function curvesOfBoth(one: Person, two: Person): string[] {
  const keys = ({ episodes }: Person) => new Set(episodes.map(({ curve }) => keyOf(curve)));
  const others = keys(two);
  return [...keys(one)].filter((key) => others.has(key));
}

function synchronyIn(key: string, [one, two]: readonly [Person, Person], { clock, intervalS }: Setting) {
  const values = ({ curves }: Person): Curve => ({ from: curves.first, values: curves.measured.get(key)?.both ?? [] });
  const own = [...one.episodes, ...two.episodes].filter(({ curve }) => keyOf(curve) === key);
  // What counts as the same value on either curve.
  const noise = Math.max(...own.map((episode) => episode.noise));
  const found = synchronyOf(values(one), values(two), { clock, stepS: intervalS, noise });
  return { curve: (own[0] as Episode).curve, found: "p" in found ? { ...found, corrected: found.p } : found };
}
