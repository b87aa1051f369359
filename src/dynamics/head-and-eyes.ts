import { median } from "../domain/statistics/summary.ts";
import {
  type ClipClock,
  type Curve,
  type Segment,
  segmentsOf,
  trembleOf,
  turningPoints,
  withoutSpikes,
} from "./curve.ts";

/** Something that head or eyes do for a while. */
export interface Movement {
  readonly kind: "blink" | "eyes closed" | "nod" | "shake" | "gaze shift";
  /** Frames on the clock: the last before it, where it is furthest, the first after it. */
  readonly onset: number;
  readonly apex: number;
  readonly offset: number;
  /** Of blinks the least openness; of nods, shakes and gaze shifts how far they go, in degrees. */
  readonly value: number;
  /** Of nods and shakes how often the direction changes. */
  readonly peaks: number;
  readonly interpolated: number;
  readonly note: string;
}

/** What `value` is in. */
export function unitOf({ kind }: Movement): string {
  return kind === "blink" || kind === "eyes closed" ? "openness, 1 at rest" : "degrees";
}

/** From how many frames per second on each can be told: below, most of them fall between two frames. */
export const LEAST_RATES = {
  /** A blink closes the eyes for 0.1 to 0.4 s (Stern, Walrath & Goldstein 1984). */
  blinks: 12,
  /** Heads nod at 2 to 4 per second (Hadar, Steiner & Rose 1983). */
  "nods and shakes": 10,
  /** Expressions of under half a second: a beginning, a peak and an end, and none of them a single frame. */
  "short expressions": 20,
} as const;

/** Whether frames come fast enough; a rate that is said to be 12 may be 11.99. */
export function isFastEnough(intervalS: number | null, rate: number): boolean {
  return intervalS !== null && 1 / intervalS >= rate * 0.99;
}

/** Closed: under half as open as around it; open again from three quarters on. */
const CLOSED_UNDER = 0.5;
const OPEN_FROM = 0.75;
/** How open the eyes are otherwise: the median of so much time around. */
const AROUND_S = 3;
const LONGEST_BLINK_S = 0.5;

/** Where both eyes close and open again: blinks, and what lasts longer than one. @param openness the wider eye's. */
export function findBlinks(openness: Curve, clock: ClipClock): Movement[] {
  return segmentsOf(openness, clock).flatMap((segment) => closuresIn(segment, clock));
}

function closuresIn({ from, values, interpolated }: Segment, clock: ClipClock): Movement[] {
  const timeOf = (at: number) => clock.timesS[from + at] as number;
  let [begin, end] = [0, 0];
  const usual = values.map((_, at) => {
    while (timeOf(at) - timeOf(begin) > AROUND_S / 2) begin += 1;
    while (end < values.length && timeOf(end) - timeOf(at) <= AROUND_S / 2) end += 1;
    return median(values.slice(begin, end)) as number; // holds the value itself
  });
  const share = (at: number) => (values[at] as number) / Math.max(usual[at] as number, Number.EPSILON);
  const found: Movement[] = [];
  for (let at = 0; at < values.length; at++) {
    if (share(at) >= CLOSED_UNDER) continue;
    let [onset, offset, apex] = [at, at, at];
    while (onset > 0 && share(onset) < OPEN_FROM) onset -= 1;
    while (offset < values.length - 1 && share(offset) < OPEN_FROM) {
      if ((values[offset] as number) < (values[apex] as number)) apex = offset;
      offset += 1;
    }
    at = offset;
    // Eyes that are closed where the stretch begins or ends may be so for any length of time.
    if (share(onset) < OPEN_FROM || share(offset) < OPEN_FROM) continue;
    found.push({
      kind: timeOf(offset) - timeOf(onset) <= LONGEST_BLINK_S ? "blink" : "eyes closed",
      ...{ onset: from + onset, apex: from + apex, offset: from + offset },
      ...{ value: values[apex] as number, peaks: 1, note: "" },
      interpolated: interpolated.slice(onset, offset + 1).filter(Boolean).length,
    });
  }
  return found;
}

/** What a head has to swing by, in degrees; on pans over still photographs the pose drifts by up to 5, but slowly. */
const LEAST_SWING_DEG = 4;
/** Half a nod or shake. */
const LONGEST_SWING_S = 0.6;
/** How much further it goes along its own axis than along the other. */
const CLEARLY = 1.5;

/** Nods (the chin goes down and up, or up and down) and shakes (to one side, to the other, and back). In degrees. */
export function findHeadGestures(pitch: Curve, yaw: Curve, clock: ClipClock): Movement[] {
  return [...swings("nod", { own: pitch, other: yaw }, clock), ...swings("shake", { own: yaw, other: pitch }, clock)];
}

function swings(
  kind: "nod" | "shake",
  { own, other }: { readonly own: Curve; readonly other: Curve },
  clock: ClipClock,
): Movement[] {
  const segments = segmentsOf(own, clock);
  const least = Math.max(LEAST_SWING_DEG, 6 * trembleOf(segments));
  const fewest = kind === "nod" ? 2 : 3;
  return segments.flatMap(({ from, values, interpolated }) => {
    const smooth = withoutSpikes(values);
    const turns = turningPoints(smooth, least).map(({ index }) => index);
    const timeOf = (at: number) => clock.timesS[from + at] as number;
    const found: Movement[] = [];
    for (let first = 0; first < turns.length - 1; first++) {
      let last = first;
      const isQuick = (i: number) => timeOf(turns[i + 1] as number) - timeOf(turns[i] as number) <= LONGEST_SWING_S;
      while (last < turns.length - 1 && isQuick(last)) last += 1;
      const [begin, end] = [turns[first] as number, turns[last] as number];
      const along = rangeOf(smooth.slice(begin, end + 1));
      const across = rangeOf(withoutSpikes(other.values.slice(from + begin - other.from, from + end + 1 - other.from)));
      if (last - first >= fewest && along >= CLEARLY * across) {
        found.push({
          kind,
          ...{ onset: from + begin, apex: from + (turns[first + 1] as number), offset: from + end },
          ...{ value: along, peaks: last - first - 1, note: "" },
          interpolated: interpolated.slice(begin, end + 1).filter(Boolean).length,
        });
      }
      first = Math.max(first, last - 1);
    }
    return found;
  });
}

function rangeOf(values: readonly number[]): number {
  const measured = values.filter((value) => !Number.isNaN(value));
  return measured.length === 0 ? 0 : Math.max(...measured) - Math.min(...measured);
}

/** Faster than this, in degrees per second, a gaze is moving (velocity threshold as in Salvucci & Goldberg 2000, I-VT). */
const MOVES_FROM_DEG_PER_S = 40;
/** What counts as a shift: on pans over still photographs the gaze of one face drifts by up to 30 degrees, but slowly. */
const LEAST_SHIFT_DEG = 15;

/** Where the gaze rests, moves on within a moment, and rests again. Of the face to the camera, in degrees. */
export function findGazeShifts(
  gaze: { readonly yaw: Curve; readonly pitch: Curve; readonly headYaw: Curve; readonly headPitch: Curve },
  clock: ClipClock,
): Movement[] {
  const at = (curve: Curve, place: number) => curve.values[place - curve.from] ?? Number.NaN;
  const pitchOf = segmentsOf(gaze.pitch, clock);
  return segmentsOf(gaze.yaw, clock).flatMap((segment): Movement[] => {
    const { from, interpolated } = segment;
    const pitch = pitchOf.find((other) => other.from === from && other.values.length === segment.values.length);
    if (pitch === undefined) return [];
    const [x, y] = [withoutSpikes(segment.values), withoutSpikes(pitch.values)];
    const distance = (a: number, b: number) =>
      Math.hypot((x[b] as number) - (x[a] as number), (y[b] as number) - (y[a] as number));
    const moves = (i: number) => {
      const passedS = (clock.timesS[from + i] as number) - (clock.timesS[from + i - 1] as number);
      return passedS > 0 && distance(i - 1, i) / passedS >= MOVES_FROM_DEG_PER_S;
    };
    const found: Movement[] = [];
    for (let i = 1; i < x.length; i++) {
      if (!moves(i)) continue;
      const onset = i - 1;
      while (i < x.length && moves(i)) i += 1;
      const offset = i - 1;
      // It has to rest before and after, or it may be any part of a longer movement.
      if (onset === 0 || offset === x.length - 1 || distance(onset, offset) < LEAST_SHIFT_DEG) continue;
      const [right, up] = [(x[offset] as number) - (x[onset] as number), (y[offset] as number) - (y[onset] as number)];
      const head = Math.hypot(
        at(gaze.headYaw, from + offset) - at(gaze.headYaw, from + onset),
        at(gaze.headPitch, from + offset) - at(gaze.headPitch, from + onset),
      );
      found.push({
        kind: "gaze shift",
        ...{
          onset: from + onset,
          apex: from + offset,
          offset: from + offset,
          value: distance(onset, offset),
          peaks: 1,
        },
        note: `${directionOf(right, up)}; ${head >= distance(onset, offset) / 2 ? "mostly with the head" : "mostly with the eyes"}`,
        interpolated: interpolated.slice(onset, offset + 1).filter(Boolean).length,
      });
    }
    return found;
  });
}

function directionOf(right: number, up: number): string {
  if (Math.abs(right) >= Math.abs(up)) return `toward the ${right > 0 ? "right" : "left"} edge of the image`;
  return up > 0 ? "up" : "down";
}
