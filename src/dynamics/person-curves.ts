import type { EpisodeCurve } from "../domain/episode.ts";
import { MINIMUM_WEIGHT } from "../domain/presence.ts";
import type { FaceRecord } from "../measuring/measurement-json.ts";
import { followed } from "./stretches.ts";

/** One measured frame of a clip. */
export interface ClipFrame {
  /** Its number among those measured. */
  readonly frame: number;
  readonly timeS: number;
  /** Whether it begins another shot. */
  readonly cut: boolean;
  /** Where another shot has been dissolving into it: the time of the last frame before. */
  readonly dissolvedFromS?: number | undefined;
  /** `null` where only a toolbox's file is known. */
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly faces: readonly Pick<
    FaceRecord,
    "trackId" | "box" | "mirrored" | "quality" | "headPose" | "gaze" | "eyeOpenness" | "actionUnits" | "expressions"
  >[];
}

/**
 * A face that comes into the frame or leaves it changes in every measurement without doing anything, and a poor one
 * trembles: neither shows an event. Both were seen on pans and zooms over still photographs.
 */
const MOST_CUT_OFF = 0.1;
const LEAST_QUALITY = 0.5;
const DEG = 180 / Math.PI;

/** Curves that grow together; what is not measured in a frame stays `NaN`. */
export interface PersonCurves {
  readonly first: number;
  /** Where the face itself was seen. */
  readonly sight: number[];
  readonly head: Readonly<Record<"yaw" | "pitch" | "roll" | "gazeYaw" | "gazePitch" | "openness", number[]>>;
  /** Where the face is: right of the middle of the frame, above it, and its height, by the frame's longer side. */
  readonly place: Readonly<Record<"right" | "up" | "high", number[]>>;
  /** Mean luminance of the face. */
  readonly light: number[];
  /** Whole face, and both sides where they are measured, by source, name and scale. */
  readonly measured: Map<
    string,
    { readonly curve: EpisodeCurve; readonly both: number[]; left: number[]; right: number[] }
  >;
}

export function createPersonCurves(first: number): PersonCurves {
  const head = { yaw: [], pitch: [], roll: [], gazeYaw: [], gazePitch: [], openness: [] };
  return { first, sight: [], head, place: { right: [], up: [], high: [] }, light: [], measured: new Map() };
}

/** Adds how a face is in the frame at a place of the clock; one that cannot be measured well is not seen. */
export function addFace(
  { first, sight, head, place, light, measured }: PersonCurves,
  at: number,
  face: ClipFrame["faces"][number],
  { widthPx, heightPx }: Pick<ClipFrame, "widthPx" | "heightPx">,
): void {
  const put = (values: number[], value: number) => {
    while (values.length < at - first) values.push(Number.NaN);
    values[at - first] = value;
  };
  const { box, headPose, gaze, eyeOpenness, quality } = face;
  put(sight, 1);
  if (quality !== null) put(light, quality.luminance);
  if (headPose !== null) {
    put(head.yaw, headPose.yawRad * DEG);
    put(head.pitch, headPose.pitchRad * DEG);
    put(head.roll, headPose.rollRad * DEG);
  }
  if (headPose !== null && gaze !== null) {
    put(head.gazeYaw, (headPose.yawRad + gaze.yawRad) * DEG);
    put(head.gazePitch, (headPose.pitchRad + gaze.pitchRad) * DEG);
  }
  if (box !== null && widthPx !== null && heightPx !== null) {
    const longer = Math.max(widthPx, heightPx);
    // Angles of mirrored faces are as others see the person, and so has to be what is right and left.
    const right = (box.leftPx + box.widthPx / 2 - widthPx / 2) / longer;
    put(place.right, face.mirrored ? -right : right);
    put(place.up, (heightPx / 2 - box.topPx - box.heightPx / 2) / longer);
    put(place.high, box.heightPx / longer);
  }
  if (eyeOpenness !== null) put(head.openness, Math.max(eyeOpenness.left, eyeOpenness.right));
  addCurves(measured, face, put);
}

function addCurves(
  measured: PersonCurves["measured"],
  face: Pick<ClipFrame["faces"][number], "actionUnits" | "expressions">,
  put: (values: number[], value: number) => void,
): void {
  const entryOf = (curve: EpisodeCurve) => {
    const key = keyOf(curve);
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

export function isClear({ quality }: ClipFrame["faces"][number]): boolean {
  return quality === null || (quality.cutOff <= MOST_CUT_OFF && quality.overall >= LEAST_QUALITY);
}

/** By which a person's curves are kept. */
export function keyOf({ source, name, scale }: EpisodeCurve): string {
  return `${source} ${name} ${scale}`;
}
