import type { Episode, EpisodeCurve } from "../domain/episode.ts";
import { MINIMUM_WEIGHT } from "../domain/presence.ts";
import { intervalOf } from "../domain/timeline.ts";
import type { FaceRecord } from "../measuring/measurement-json.ts";
import { type Curve, gapsOf } from "./curve.ts";
import { findEpisodes } from "./find-episodes.ts";
import {
  findBlinks,
  findGazeShifts,
  findHeadGestures,
  isFastEnough,
  LEAST_RATES,
  type Movement,
} from "./head-and-eyes.ts";
import { type SmileTiming, smileTiming } from "./smile-timing.ts";
import { followed } from "./stretches.ts";

/** One measured frame of a clip. */
export interface ClipFrame {
  /** Its number among those measured. */
  readonly frame: number;
  readonly timeS: number;
  /** Whether it begins another shot. */
  readonly cut: boolean;
  readonly faces: readonly Pick<
    FaceRecord,
    "trackId" | "quality" | "headPose" | "gaze" | "eyeOpenness" | "actionUnits" | "expressions"
  >[];
}

/** What one person does in a clip, as far as it was measured. Movements are in frames of the clip's `clock`. */
export interface TrackDynamics {
  readonly trackId: string;
  /** First and last sight, and the stretches between without one. Places on the clock, ends included. */
  readonly seen: { readonly first: number; readonly last: number };
  readonly gaps: readonly { readonly first: number; readonly last: number }[];
  readonly episodes: readonly Episode[];
  readonly smiles: ReadonlyMap<Episode, SmileTiming>;
  readonly movements: readonly Movement[];
  /** `null` where frames are too few for blinks, or the eyes were not measured for long enough. */
  readonly blinks: { readonly perMinute: number; readonly count: number; readonly seenS: number } | null;
}

export interface ClipDynamics {
  readonly clock: { readonly timesS: number[]; readonly frames: number[]; readonly cuts: boolean[] };
  /** Seconds between two frames, typically; `null` for a single frame. */
  readonly intervalS: number | null;
  readonly tracks: readonly TrackDynamics[];
  /** What frames that come so slowly cannot show. */
  readonly tooSlowFor: readonly (keyof typeof LEAST_RATES)[];
}

/**
 * A face that comes into the frame or leaves it changes in every measurement without doing anything, and a poor one
 * trembles: neither shows an event. Both were seen on pans and zooms over still photographs.
 */
const MOST_CUT_OFF = 0.1;
const LEAST_QUALITY = 0.5;
/** A rate over less time than this says nothing. */
const LEAST_SEEN_S = 10;
const DEG = 180 / Math.PI;

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
    add({ frame, timeS, cut, faces }) {
      const at = clock.timesS.push(timeS) - 1;
      clock.frames.push(frame);
      clock.cuts.push(cut);
      for (const face of faces) {
        if (face.trackId === undefined || !isClear(face)) continue;
        const person = people.get(face.trackId) ?? createPersonCurves(at);
        people.set(face.trackId, person);
        addFace(person, at, face);
      }
    },
    end() {
      const intervalS = intervalOf(clock.timesS);
      const tooSlowFor = Object.entries(LEAST_RATES).flatMap(([what, rate]) =>
        isFastEnough(intervalS, rate) ? [] : [what as keyof typeof LEAST_RATES],
      );
      const setting = { clock, intervalS, tooSlowFor };
      return { ...setting, tracks: [...people].map(([trackId, person]) => dynamicsOf(trackId, person, setting)) };
    },
  };
}

/** Curves that grow together; what is not measured in a frame stays `NaN`. */
interface PersonCurves {
  readonly first: number;
  /** Where the face itself was seen. */
  readonly sight: number[];
  readonly head: Readonly<Record<"yaw" | "pitch" | "gazeYaw" | "gazePitch" | "openness", number[]>>;
  /** Whole face, and both sides where they are measured, by source, name and scale. */
  readonly measured: Map<
    string,
    { readonly curve: EpisodeCurve; readonly both: number[]; left: number[]; right: number[] }
  >;
}

function createPersonCurves(first: number): PersonCurves {
  const head = { yaw: [], pitch: [], gazeYaw: [], gazePitch: [], openness: [] };
  return { first, sight: [], head, measured: new Map() };
}

function addFace({ first, sight, head, measured }: PersonCurves, at: number, face: ClipFrame["faces"][number]): void {
  const put = (values: number[], value: number) => {
    while (values.length < at - first) values.push(Number.NaN);
    values[at - first] = value;
  };
  const { headPose, gaze, eyeOpenness } = face;
  put(sight, 1);
  if (headPose !== null) {
    put(head.yaw, headPose.yawRad * DEG);
    put(head.pitch, headPose.pitchRad * DEG);
  }
  if (headPose !== null && gaze !== null) {
    put(head.gazeYaw, (headPose.yawRad + gaze.yawRad) * DEG);
    put(head.gazePitch, (headPose.pitchRad + gaze.pitchRad) * DEG);
  }
  if (eyeOpenness !== null) put(head.openness, Math.max(eyeOpenness.left, eyeOpenness.right));
  const entryOf = (curve: EpisodeCurve) => {
    const key = `${curve.source} ${curve.name} ${curve.scale}`;
    const entry = measured.get(key) ?? { curve, both: [], left: [], right: [] };
    measured.set(key, entry);
    return entry;
  };
  for (const { au, side, value, scale, weight, toolbox } of face.actionUnits) {
    if (weight !== null && weight < MINIMUM_WEIGHT) continue;
    put(entryOf({ kind: "action unit", name: au, source: toolbox, scale })[side], value);
  }
  for (const { source, distribution } of followed(face.expressions)) {
    for (const { label, probability } of distribution) {
      if (label === "neutral") continue;
      put(entryOf({ kind: "expression", name: label, source, scale: "probability" }).both, probability);
    }
  }
}

function isClear({ quality }: ClipFrame["faces"][number]): boolean {
  return quality === null || (quality.cutOff <= MOST_CUT_OFF && quality.overall >= LEAST_QUALITY);
}

type Setting = Pick<ClipDynamics, "clock" | "intervalS" | "tooSlowFor">;

function dynamicsOf(trackId: string, person: PersonCurves, setting: Setting): TrackDynamics {
  const { first, sight, measured } = person;
  const { clock, intervalS } = setting;
  const episodes = [...measured.values()].flatMap(({ curve, both, left, right }) =>
    findEpisodes({ from: first, values: both }, curve.scale, clock).map((found): Episode => {
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
    ...movementsOf(person, setting),
  };
}

function symmetryOf(scale: EpisodeCurve["scale"], left = Number.NaN, right = Number.NaN): number | null {
  const [weaker, stronger] = [Math.min(left, right), Math.max(left, right)];
  if (scale === "log-odds" || scale === "binary" || !(stronger > 0)) return null;
  return Math.max(0, weaker / stronger);
}

function cheeksOf({ curve }: Episode, episodes: readonly Episode[], measured: PersonCurves["measured"]) {
  if (!measured.has(`${curve.source} AU6 ${curve.scale}`)) return null;
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
