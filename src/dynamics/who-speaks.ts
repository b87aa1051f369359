import type { TimeWindow } from "../domain/evidence.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";
import { shareOfScale } from "../domain/scale-range.ts";
import { median } from "../domain/statistics/summary.ts";
import { BRIDGED_S } from "./curve.ts";

/** How far a mouth is open, frame by frame; frames in which that was not measured are left out. */
export interface MouthCurve {
  readonly faceId: string;
  readonly samples: readonly { readonly timeS: number; readonly cut: boolean; readonly open: number }[];
  /** A typical change from one frame to the next that is more than an error of measuring, in the unit of `open`. */
  readonly movesFrom: number;
}

/** The face whose mouth moves while something is said; `null` with the reason where that cannot be told. */
export type Speaker =
  | { readonly faceId: string; readonly why: string }
  | { readonly faceId: null; readonly why: string };

/** Below this many frames in a span, a mouth that moves may as well be an error of measuring. */
const FEWEST_FRAMES = 4;
/** The mouth that speaks moves this much more than any other, and than it does itself while nobody speaks. */
const CLEARLY_MORE = 1.5;
/** Less silence than this tells nothing of how a mouth moves in silence. */
const LEAST_SILENCE_S = 1;

/**
 * Which face speaks in each of these spans of speech: the one whose mouth opens and closes clearly more than every other's
 * that is seen, and more than in silence. What counts is the typical change from frame to frame, so a smile that comes up is
 * none. Frames may come too slowly to follow syllables, of which there are four or five in a second; that a mouth is open
 * differently far in each of them is seen all the same.
 */
export function whoSpeaks(speech: readonly TimeWindow[], mouths: readonly MouthCurve[]): Speaker[] {
  const silent = (timeS: number) => !speech.some(({ fromS, toS }) => timeS >= fromS && timeS <= toS);
  const inSilence = new Map(mouths.map((mouth) => [mouth, changesOf(mouth, silent)]));
  return speech.map(({ fromS, toS }): Speaker => {
    const moving = mouths
      .map((mouth) => ({ mouth, ...changesOf(mouth, (timeS) => timeS >= fromS && timeS <= toS) }))
      .filter(({ count }) => count >= FEWEST_FRAMES - 1)
      .map(({ mouth, typical }) => ({ mouth, share: typical / mouth.movesFrom, typical }))
      .sort((a, b) => b.share - a.share);
    const [first, second] = moving;
    if (first === undefined) return unknown(`no mouth was measured in ${FEWEST_FRAMES} frames of it`);
    if (first.share < 1) return unknown("no mouth that is seen moves");
    if (second !== undefined && first.share < CLEARLY_MORE * second.share) {
      return unknown(`the mouths of ${first.mouth.faceId} and ${second.mouth.faceId} move alike`);
    }
    const silence = inSilence.get(first.mouth);
    const isHeard = silence !== undefined && silence.seconds >= LEAST_SILENCE_S;
    if (isHeard && first.typical < CLEARLY_MORE * silence.typical) {
      return unknown(`the mouth of ${first.mouth.faceId} moves as much where nothing is said`);
    }
    return { faceId: first.mouth.faceId, why: `the mouth of ${first.mouth.faceId} moves, and no other as much` };
  });
}

function unknown(why: string): Speaker {
  return { faceId: null, why };
}

/** Changes between neighbouring frames of one shot of which both are in a part of the clip: how many, for how long, how large typically. */
function changesOf({ samples }: MouthCurve, isInside: (timeS: number) => boolean) {
  const changes = samples.flatMap(({ timeS, cut, open }, i) => {
    const before = samples[i - 1];
    if (before === undefined || cut || timeS - before.timeS > BRIDGED_S) return [];
    if (!isInside(timeS) || !isInside(before.timeS)) return [];
    return [{ size: Math.abs(open - before.open), seconds: timeS - before.timeS }];
  });
  return {
    count: changes.length,
    seconds: changes.reduce((sum, { seconds }) => sum + seconds, 0),
    typical: median(changes.map(({ size }) => size)) ?? 0,
  };
}

interface Sight {
  readonly place: { readonly timestampS: number; readonly cut?: true };
  readonly face: Pick<Face, "measurements">;
}

/** Middles of the inner lips, and outer corners of the eyes, by the number of landmarks. */
const LIPS_AND_EYES: Readonly<Record<number, readonly [number, number, number, number]>> = {
  468: [13, 14, 33, 263],
  478: [13, 14, 33, 263],
  68: [62, 66, 36, 45],
};
/** As a share of the distance of the eyes' outer corners: still, panned and zoomed photographs give 0.0022 at most, made speech 0.02 to 0.07. */
const LIPS_MOVE_FROM = 0.01;

const UNITS_MOVE_FROM = 0.1;
const MOUTH_UNITS = ["AU25", "AU26", "AU27"];

type Mouth = Pick<FaceMeasurement, "actionUnits" | "landmarks">;

/** Of one person, frame by frame; only what it comes to is kept. */
export interface MouthCollector {
  add(place: Sight["place"], measurements: readonly Mouth[]): void;
  /** `null` where neither lips nor action units of the mouth were measured. */
  curve(): MouthCurve | null;
}

/**
 * How far a person's mouth is open through a clip: the gap between the lips where landmarks were measured, else what AU25,
 * AU26 and AU27 have together.
 */
export function collectMouth(faceId: string): MouthCollector {
  const [byLips, byUnits]: [MouthCurve["samples"][number][], MouthCurve["samples"][number][]] = [[], []];
  return {
    add({ timestampS, cut }, measurements) {
      const put = (samples: typeof byLips, opening: (mouth: Mouth) => number | undefined) => {
        const open = measurements.map(opening).find((one) => one !== undefined);
        if (open !== undefined) samples.push({ timeS: timestampS, cut: cut === true, open });
      };
      put(byLips, gapOfLips);
      put(byUnits, openUnits);
    },
    curve() {
      if (byLips.length > 0) return { faceId, samples: byLips, movesFrom: LIPS_MOVE_FROM };
      return byUnits.length > 0 ? { faceId, samples: byUnits, movesFrom: UNITS_MOVE_FROM } : null;
    },
  };
}

export function mouthCurve(faceId: string, sights: readonly Sight[]): MouthCurve | null {
  const mouth = collectMouth(faceId);
  for (const { place, face } of sights) mouth.add(place, face.measurements);
  return mouth.curve();
}

function gapOfLips({ landmarks }: Mouth): number | undefined {
  const places = landmarks === null ? undefined : LIPS_AND_EYES[landmarks.length];
  const [upper, lower, left, right] = places?.map((index) => landmarks?.[index]) ?? [];
  if (upper === undefined || lower === undefined || left === undefined || right === undefined) return undefined;
  const eyes = Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
  return eyes === 0 ? undefined : Math.hypot(upper[0] - lower[0], upper[1] - lower[1]) / eyes;
}

function openUnits({ actionUnits }: Mouth): number | undefined {
  const shares = actionUnits
    .filter(({ au, side }) => side === "both" && MOUTH_UNITS.includes(au))
    .map(({ value, scale }) => shareOfScale(value, scale));
  return shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
