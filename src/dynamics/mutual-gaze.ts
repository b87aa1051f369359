import type { ClipClock } from "./curve.ts";
import type { PersonCurves } from "./person-curves.ts";

/** When two people look toward each other. */
export type MutualGaze =
  | {
      /** Places on the clock, both ends included. */
      readonly spells: readonly { readonly first: number; readonly last: number }[];
      /** In how many frames it could be told, and in how many of them both look toward each other. */
      readonly frames: number;
      readonly mutual: number;
    }
  /** It could not be told in any frame. */
  | { readonly reason: string };

/** A gaze within this of the other's face goes toward it: head and eyes together are no more exact. */
const TOWARD_DEG = 35;
/** Nearer to the camera's direction than this, the other cannot be told from the camera. */
const LEAST_FROM_CAMERA_DEG = 50;
/** Faces of two adults differ by so much in height, and so do boxes about one face: distances are known no better. */
const DEPTH_FACTOR = 1.15;
/** Most cameras see about 60 degrees along the longer side; by its half the frame's distance is told. */
const FRAME_DISTANCE = 0.5 / Math.tan(Math.PI / 6);
/** Glances that cross for a single frame are none. */
const LEAST_FRAMES = 2;
const RAD = Math.PI / 180;

type Vector = readonly [right: number, up: number, away: number];

/**
 * Spells in which each of two people looks toward the other, after Marin-Jimenez, Zisserman, Eichner & Ferrari (2014): two
 * cones of sight that hold each other's heads, with the distance of each from the size of its face. It can be told only
 * where both gazes were measured, and where the other is far enough from the camera's direction whatever the sizes of
 * faces really are: for people side by side, not for one behind the other.
 */
export function findMutualGaze(one: PersonCurves, two: PersonCurves, clock: ClipClock): MutualGaze {
  const spells: { first: number; last: number }[] = [];
  const counts = { "not measured": 0, "cannot be told": 0, apart: 0, mutual: 0 };
  for (let at = Math.max(one.first, two.first); at < clock.timesS.length; at++) {
    if (one.sight[at - one.first] !== 1 || two.sight[at - two.first] !== 1) continue;
    const how = gazeBetween(sightOf(one, at), sightOf(two, at));
    counts[how] += 1;
    if (how !== "mutual") continue;
    const last = spells.at(-1);
    if (last?.last === at - 1 && !clock.cuts[at]) last.last = at;
    else spells.push({ first: at, last: at });
  }
  const frames = counts.apart + counts.mutual;
  if (frames > 0) {
    const long = spells.filter(({ first, last }) => last - first + 1 >= LEAST_FRAMES);
    return { spells: long, frames, mutual: counts.mutual };
  }
  if (counts["cannot be told"] > 0) {
    return { reason: "the other is too near to the camera's direction, as far as sizes of faces tell" };
  }
  return { reason: "gaze, head and place in the frame were never measured of both at once" };
}

function gazeBetween(one: Sightline | null, two: Sightline | null) {
  if (one === null || two === null) return "not measured";
  const [there, back] = [looksToward(one, two), looksToward(two, one)];
  if (there === null || back === null) return "cannot be told";
  return there && back ? "mutual" : "apart";
}

interface Sightline {
  /** Where the face is, in its own heights. */
  readonly direction: Vector;
  readonly distance: number;
  readonly gaze: Vector;
}

/** `null` where gaze or place was not measured. */
function sightOf({ first, head, place }: PersonCurves, at: number): Sightline | null {
  const value = (curve: readonly number[]) => curve[at - first] ?? Number.NaN;
  const [right, up, high] = [value(place.right), value(place.up), value(place.high)];
  const direction: Vector = [right / FRAME_DISTANCE, up / FRAME_DISTANCE, 1];
  // Angles are to the line from the face to the camera.
  const yaw = value(head.gazeYaw) * RAD - Math.atan(direction[0]);
  const pitch = value(head.gazePitch) * RAD - Math.atan(direction[1]);
  const gaze: Vector = [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), -Math.cos(yaw) * Math.cos(pitch)];
  const distance = FRAME_DISTANCE / high;
  return [...gaze, distance, right, up].some(Number.isNaN) ? null : { direction, distance, gaze };
}

/** `null` where it cannot be told. */
function looksToward(from: Sightline, to: Sightline): boolean | null {
  const lines = [1 / DEPTH_FACTOR, 1, DEPTH_FACTOR].map((factor) => lineTo(from, to, factor));
  const toCamera = scaled(from.direction, -1);
  const [, line = toCamera] = lines;
  const isUnsure = lines.some(
    (other) => degreesBetween(other, line) > TOWARD_DEG || degreesBetween(other, toCamera) < LEAST_FROM_CAMERA_DEG,
  );
  return isUnsure ? null : degreesBetween(from.gaze, line) <= TOWARD_DEG;
}

function lineTo(from: Sightline, to: Sightline, factor: number): Vector {
  const [own, other] = [scaled(from.direction, from.distance), scaled(to.direction, to.distance * factor)];
  return [other[0] - own[0], other[1] - own[1], other[2] - own[2]];
}

function scaled([right, up, away]: Vector, by: number): Vector {
  return [right * by, up * by, away * by];
}

function degreesBetween(a: Vector, b: Vector): number {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  return Math.acos(Math.min(1, Math.max(-1, dot / (Math.hypot(...a) * Math.hypot(...b))))) / RAD;
}
