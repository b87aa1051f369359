import type { Episode, EpisodeCurve } from "../domain/episode.ts";
import { intervalOf } from "../domain/timeline.ts";
import { type ClipClock, type Curve, gapsOf } from "./curve.ts";
import { type CurveEpisode, findEpisodes } from "./find-episodes.ts";
import {
  findBlinks,
  findGazeShifts,
  findHeadGestures,
  isFastEnough,
  LEAST_RATES,
  type Movement,
} from "./head-and-eyes.ts";
import { type PairDynamics, pairDynamics } from "./pair-dynamics.ts";
import { addFace, type ClipFrame, createPersonCurves, isClear, keyOf, type PersonCurves } from "./person-curves.ts";
import { type SmileTiming, smileTiming } from "./smile-timing.ts";

/** What one person does in a clip, as far as it was measured. Movements are in frames of the clip's `clock`. */
export interface TrackDynamics {
  readonly trackId: string;
  /** First and last sight, and the stretches between without one. Places on the clock, ends included. */
  readonly seen: { readonly first: number; readonly last: number };
  readonly gaps: readonly { readonly first: number; readonly last: number }[];
  readonly episodes: readonly Episode[];
  readonly smiles: ReadonlyMap<Episode, SmileTiming>;
  /** Of episodes during which the face itself moves so far in the frame that measurements change by that: how. */
  readonly meanwhile: ReadonlyMap<Episode, string>;
  readonly movements: readonly Movement[];
  /** `null` where frames are too few for blinks, or the eyes were not measured for long enough. */
  readonly blinks: { readonly perMinute: number; readonly count: number; readonly seenS: number } | null;
}

export interface ClipDynamics {
  readonly clock: { readonly timesS: number[]; readonly frames: number[]; readonly cuts: boolean[] };
  /** Seconds between two frames, typically; `null` for a single frame. */
  readonly intervalS: number | null;
  readonly tracks: readonly TrackDynamics[];
  /** Everybody with everybody else with whom they were seen at once, in order of appearance. */
  readonly pairs: readonly PairDynamics[];
  /** What frames that come so slowly cannot show. */
  readonly tooSlowFor: readonly (keyof typeof LEAST_RATES)[];
}

/** A rate over less time than this says nothing. */
const LEAST_SEEN_S = 10;

/** What happens in the faces of a clip, person by person in order of appearance. */
export function clipDynamics(frames: Iterable<ClipFrame>): ClipDynamics {
  const collector = collectClip();
  for (const frame of frames) collector.add(frame);
  return collector.end();
}

/** The same for frames that come one after another, in the order of time. */
export function collectClip(): { add(frame: ClipFrame): void; end(): ClipDynamics } {
  const clock: ClipDynamics["clock"] = { timesS: [], frames: [], cuts: [] };
  const people = new Map<string, PersonCurves>();
  return {
    add({ frame, timeS, cut, dissolvedFromS, faces, widthPx, heightPx }) {
      const at = clock.timesS.push(timeS) - 1;
      clock.frames.push(frame);
      clock.cuts.push(cut);
      // Each frame of two shots stands alone, as nothing that is measured in it is of one.
      for (let i = at; dissolvedFromS !== undefined && (clock.timesS[i] ?? dissolvedFromS) > dissolvedFromS; i--) {
        clock.cuts[i] = true;
      }
      for (const face of faces) {
        if (face.trackId === undefined || !isClear(face)) continue;
        const person = people.get(face.trackId) ?? createPersonCurves(at);
        people.set(face.trackId, person);
        addFace(person, at, face, { widthPx, heightPx });
      }
    },
    end() {
      const intervalS = intervalOf(clock.timesS);
      const tooSlowFor = Object.entries(LEAST_RATES).flatMap(([what, rate]) =>
        isFastEnough(intervalS, rate) ? [] : [what as keyof typeof LEAST_RATES],
      );
      const setting = { clock, intervalS, tooSlowFor };
      const tracks = [...people].map(([trackId, person]) => dynamicsOf(trackId, person, setting));
      return { ...setting, tracks, pairs: pairDynamics(people, tracks, setting) };
    },
  };
}

type Setting = Pick<ClipDynamics, "clock" | "intervalS" | "tooSlowFor">;

function dynamicsOf(trackId: string, person: PersonCurves, setting: Setting): TrackDynamics {
  const { first, sight, measured } = person;
  const { clock, intervalS } = setting;
  const risesNeeded = (found: CurveEpisode) => movesDuring(found, person, clock)?.risesNeeded ?? 1;
  const episodes = [...measured.values()].flatMap(({ curve, both, left, right }) =>
    findEpisodes({ from: first, values: both }, curve.scale, clock, risesNeeded).map((found): Episode => {
      const at = clock.frames.indexOf(found.apex.frame) - first;
      return { trackId, curve, ...found, symmetry: symmetryOf(curve.scale, left[at], right[at]) };
    }),
  );
  const begin = ({ onset, apex }: Episode) => onset?.timeS ?? apex.timeS;
  episodes.sort((a, b) => begin(a) - begin(b));
  const smiles = episodes
    .filter(({ curve }) => curve.name === "AU12")
    .map((smile) => [smile, smileTiming(smile, cheeksOf(smile, episodes, measured), intervalS ?? 0)] as const);
  return {
    trackId,
    seen: { first, last: first + sight.length - 1 },
    gaps: gapsOf({ from: first, values: sight }),
    episodes,
    smiles: new Map(smiles),
    meanwhile: new Map(
      episodes.flatMap((episode) => {
        const moves = movesDuring(episode, person, clock);
        return moves === null ? [] : [[episode, moves.told]];
      }),
    ),
    ...movementsOf(person, setting),
  };
}

/** A face that grows by so much, light that does, or a head that turns by so many degrees, changes action units without their doing. */
const LEAST_GROWTH = 0.2;
const LEAST_TURN_DEG = 12;
/** Meanwhile a curve has to rise by this many times as much; by more where the light at least doubles, which changes everything. */
const UNSTEADY_RISES = 1.5;
const LIGHT_DOUBLES = 100;
const DOUBLED_LIGHT_RISES = 2.5;

/** How the face moves in the frame, or its light, while it changes; `null` where it stays as it is, or that was not measured. */
function movesDuring(
  { onset, apex, offset, frames }: CurveEpisode,
  { first, head, place, light }: PersonCurves,
  clock: ClipClock,
): { readonly told: string; readonly risesNeeded: number } | null {
  const at = (moment: { readonly frame: number }) => clock.frames.indexOf(moment.frame) - first;
  // What had begun when it was first seen, or had not ended, was rising or falling from there on.
  const begin = onset !== null ? at(onset) : Math.max(0, at(offset ?? apex) - frames + 1);
  const end = 1 + (offset !== null ? at(offset) : at(onset ?? apex) + frames - 1);
  const rangeOf = (values: readonly number[]): readonly [number, number] => {
    const seen = values.slice(begin, end).filter((value) => !Number.isNaN(value));
    return seen.length === 0 ? [0, 0] : [Math.min(...seen), Math.max(...seen)];
  };
  const growth = (values: readonly number[]) => {
    const [small, large] = rangeOf(values);
    return small > 0 && large / small >= 1 + LEAST_GROWTH ? Math.round((large / small - 1) * 100) : null;
  };
  const [size, brightness] = [growth(place.high), growth(light)];
  const turn = Math.max(
    ...[head.yaw, head.pitch, head.roll].map((angles) => {
      const [low, high] = rangeOf(angles);
      return high - low;
    }),
  );
  const told = [
    ...(size === null ? [] : [`the face changes its size by ${size} %`]),
    ...(turn >= LEAST_TURN_DEG ? [`the head turns or tilts by ${Math.round(turn)} degrees`] : []),
    ...(brightness === null ? [] : [`the light on the face changes by ${brightness} %`]),
  ];
  if (told.length === 0) return null;
  const risesNeeded = brightness !== null && brightness >= LIGHT_DOUBLES ? DOUBLED_LIGHT_RISES : UNSTEADY_RISES;
  return { told: `meanwhile ${told.join(" and ")}`, risesNeeded };
}

function symmetryOf(scale: EpisodeCurve["scale"], left = Number.NaN, right = Number.NaN): number | null {
  const [weaker, stronger] = [Math.min(left, right), Math.max(left, right)];
  if (scale === "log-odds" || scale === "binary" || !(stronger > 0)) return null;
  return Math.max(0, weaker / stronger);
}

function cheeksOf({ curve }: Episode, episodes: readonly Episode[], measured: PersonCurves["measured"]) {
  if (!measured.has(keyOf({ ...curve, name: "AU6" }))) return null;
  return episodes.filter(
    (other) => other.curve.name === "AU6" && other.curve.source === curve.source && other.curve.scale === curve.scale,
  );
}

function movementsOf(
  { first, head }: PersonCurves,
  { clock, intervalS, tooSlowFor }: Setting,
): Pick<TrackDynamics, "movements" | "blinks"> {
  const curve = (values: readonly number[]): Curve => ({ from: first, values });
  const [yaw, pitch, openness] = [curve(head.yaw), curve(head.pitch), curve(head.openness)];
  const seesBlinks = !tooSlowFor.includes("blinks");
  const closures = seesBlinks ? findBlinks(openness, clock) : [];
  const gestures = tooSlowFor.includes("nods and shakes") ? [] : findHeadGestures(pitch, yaw, clock);
  const gaze = { yaw: curve(head.gazeYaw), pitch: curve(head.gazePitch), headYaw: yaw, headPitch: pitch };
  const movements = [...closures, ...gestures, ...findGazeShifts(gaze, clock)].sort((a, b) => a.onset - b.onset);
  const seenS = head.openness.filter((value) => !Number.isNaN(value)).length * (intervalS ?? 0);
  const count = closures.filter(({ kind }) => kind === "blink").length;
  const isTold = seesBlinks && seenS >= LEAST_SEEN_S;
  return { movements, blinks: isTold ? { perMinute: (count / seenS) * 60, count, seenS } : null };
}
