import type { Episode } from "../domain/episode.ts";
import type { ClipDynamics } from "./clip-dynamics.ts";

/** A frame that tells something, and what. */
export interface ChosenFrame {
  /** Its number among those measured. */
  readonly frame: number;
  readonly timeS: number;
  /** `apex of AU12 of F1`, `a new shot`, `between the others`. */
  readonly why: string;
}

/** Frames nearer than this show the same. */
const LEAST_APART_S = 0.15;
/** Of the budget, what is kept for frames spread over the clip whatever happens in it. */
const SPREAD_SHARE = 0.25;

/**
 * The frames of a clip that tell most, in the order of time: where episodes are at their highest, the largest first, then
 * where shots begin, then where episodes begin and end; the rest is spread over what lies between.
 *
 * @param nameOf what a person is called.
 */
export function chooseFrames(
  { clock, tracks }: Pick<ClipDynamics, "clock" | "tracks">,
  budget: number,
  nameOf: (trackId: string) => string,
): ChosenFrame[] {
  const episodes = largestFirst(tracks);
  const of = (part: "onset" | "apex" | "offset") =>
    episodes.flatMap((episode): ChosenFrame[] => {
      const moment = episode[part];
      const why = `${part} of ${episode.curve.name} of ${nameOf(episode.trackId)}`;
      return moment === null ? [] : [{ frame: moment.frame, timeS: moment.timeS, why }];
    });
  // Of a dissolve, each frame of which is cut off from the next, the last shows the new shot.
  const shots = clock.cuts.flatMap((cut, at) =>
    cut && clock.cuts[at + 1] !== true ? [frameAt(clock, at, "a new shot")] : [],
  );
  const telling = [...of("apex"), ...shots, ...of("onset"), ...of("offset")];
  const chosen: ChosenFrame[] = [];
  const forTelling = budget - Math.ceil(budget * SPREAD_SHARE);
  for (const candidate of telling) {
    const isFree = chosen.every(({ timeS }) => Math.abs(timeS - candidate.timeS) >= LEAST_APART_S);
    if (isFree && chosen.length < forTelling) chosen.push({ ...candidate, why: whyOf(candidate.frame, telling) });
  }
  while (chosen.length < budget) {
    const next = furthestFrom(chosen, clock);
    if (next === undefined) break;
    chosen.push(next);
  }
  return chosen.sort((a, b) => a.timeS - b.timeS);
}

/** A frame may tell several things; more than these are not said. */
const MOST_REASONS = 3;

function whyOf(frame: number, telling: readonly ChosenFrame[]): string {
  const reasons = new Set(telling.filter((one) => one.frame === frame).map(({ why }) => why));
  return [...reasons].slice(0, MOST_REASONS).join(", ");
}

/** The episodes of everybody by how far they rise, for what counts as a rise on their scale. */
export function largestFirst(tracks: ClipDynamics["tracks"]): Episode[] {
  return tracks.flatMap(({ episodes }) => episodes).sort((a, b) => riseOf(b) - riseOf(a));
}

function riseOf({ onset, apex, offset, leastRise }: Episode): number {
  return (apex.value - Math.min(onset?.value ?? apex.value, offset?.value ?? apex.value)) / leastRise;
}

function frameAt({ timesS, frames }: ClipDynamics["clock"], at: number, why: string): ChosenFrame {
  return { frame: frames[at] as number, timeS: timesS[at] as number, why };
}

/** The frame that is furthest in time from all that are chosen; the middle one at first. */
function furthestFrom(chosen: readonly ChosenFrame[], clock: ClipDynamics["clock"]): ChosenFrame | undefined {
  const { timesS } = clock;
  if (timesS.length === 0) return undefined;
  if (chosen.length === 0) return frameAt(clock, Math.floor((timesS.length - 1) / 2), "the middle of the clip");
  const distances = timesS.map((timeS) => Math.min(...chosen.map((other) => Math.abs(other.timeS - timeS))));
  const furthest = Math.max(...distances);
  if (furthest < LEAST_APART_S) return undefined;
  return frameAt(clock, distances.indexOf(furthest), "between the others");
}
