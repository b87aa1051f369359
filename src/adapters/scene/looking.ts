import type { PixelBox } from "../../domain/geometry.ts";
import { faceSize } from "./body.ts";
import type { SceneObject } from "./find-objects.ts";
import {
  angleBetween,
  DEPTH_ERROR,
  directionFrom,
  type Frame,
  lengthOf,
  minus,
  type Person,
  type Place,
  placeOf,
} from "./people.ts";

/** Where one person looks, as far as head, eyes and places tell. */
export type Look =
  | { readonly type: "untold"; readonly reason: string }
  | { readonly type: "camera"; readonly confidence: number; readonly by: LookedWith }
  /** `others`: faces that the direction fits nearly as well. */
  | {
      readonly type: "face";
      readonly faceId: string;
      readonly others: readonly string[];
      readonly confidence: number;
      readonly by: LookedWith;
    }
  | { readonly type: "object"; readonly object: SceneObject; readonly confidence: number; readonly by: LookedWith }
  /** At nothing that was found: where to, as seen in the image. */
  | { readonly type: "elsewhere"; readonly direction: string; readonly confidence: number; readonly by: LookedWith };

/** The direction comes from head and eyes, or from the head alone. */
export type LookedWith = "eyes" | "head";

/** Standard error of the direction: head pose and uncalibrated irises together, or the head with eyes that may differ. */
const SIGMA_RAD: Readonly<Record<LookedWith, number>> = { eyes: radians(11), head: radians(15) };
/** Most that a direction is trusted: uncalibrated eyes may be off by ten degrees, a head alone by more. */
const TRUST: Readonly<Record<LookedWith, number>> = { eyes: 0.9, head: 0.5 };
/** Beyond this the irises of a turned head are not seen well enough. */
const EYES_SEEN_UP_TO_RAD = radians(50);
/** A face worse than this says nothing of where it looks. */
const MIN_QUALITY = 0.2;
/** Nor does one smaller than this, in pixels. */
const MIN_FACE_PX = 40;
/** A target is named from this confidence on. */
const NAMED_FROM = 0.3;
/** Targets whose confidence is this share of the best one's are named beside it. */
const NEARLY_AS_GOOD = 0.75;
/** A head, as a target, is about this large, in metres from its middle. */
const HEAD_RADIUS_M = 0.12;

/** @param people everybody in the image; `person` is one of them. */
export function lookOf(person: Person, people: readonly Person[], objects: readonly SceneObject[], frame: Frame): Look {
  const { headPose, gaze, quality } = person;
  if (headPose === null) return { type: "untold", reason: "no toolbox measured the pose of the head" };
  if (faceSize(person.box) < MIN_FACE_PX) return { type: "untold", reason: `the face is under ${MIN_FACE_PX} px` };
  if (quality !== null && quality < MIN_QUALITY)
    return { type: "untold", reason: "the quality of the face is too poor" };
  if (gaze === null && Math.abs(headPose.yawRad) < EYES_SEEN_UP_TO_RAD) {
    return { type: "untold", reason: "no gaze was measured, as when eyes are closed or nearly so" };
  }
  const eyes = Math.abs(headPose.yawRad) < EYES_SEEN_UP_TO_RAD ? gaze : null;
  const by: LookedWith = eyes === null ? "head" : "eyes";
  const { yawRad, pitchRad } = eyes ?? STRAIGHT_AHEAD;
  const angles = { yawRad: headPose.yawRad + yawRad, pitchRad: headPose.pitchRad + pitchRad };
  const trust = TRUST[by] * (quality === null ? 1 : Math.min(1, quality / WELL_SEEN));
  return target({ person, angles, by, trust }, people, objects, frame);
}

/** A head that is turned far is taken to look where it points. */
const STRAIGHT_AHEAD = { yawRad: 0, pitchRad: 0 };
/** Quality from which on a face is trusted fully here. */
const WELL_SEEN = 0.6;

interface Sight {
  readonly person: Person;
  readonly angles: { readonly yawRad: number; readonly pitchRad: number };
  readonly by: LookedWith;
  /** 0..1. */
  readonly trust: number;
}

function target(sight: Sight, people: readonly Person[], objects: readonly SceneObject[], frame: Frame): Look {
  const { person, angles, by, trust } = sight;
  const from = placeOf(person.box, frame);
  const direction = directionFrom(from, angles);
  const fits = (angleRad: number) => trust * Math.exp(-0.5 * (angleRad / SIGMA_RAD[by]) ** 2);
  const camera = fits(angleBetween(direction, [-from[0], -from[1], -from[2]]));
  const faces = people
    .filter(({ faceId }) => faceId !== person.faceId)
    .map((other) => ({ other, confidence: fitToFace(from, direction, placeOf(other.box, frame), fits) }))
    .sort((a, b) => b.confidence - a.confidence);
  const [best] = faces;
  if (camera >= NAMED_FROM && camera >= (best?.confidence ?? camera)) return { type: "camera", confidence: camera, by };
  if (best !== undefined && best.confidence >= NAMED_FROM) {
    const rivals = faces.slice(1).filter(({ confidence }) => confidence >= NEARLY_AS_GOOD * best.confidence);
    const others = rivals.map(({ other }) => other.faceId);
    return { type: "face", faceId: best.other.faceId, others, confidence: best.confidence / (1 + others.length), by };
  }
  const seen = lookedAtObject(sight, objects);
  if (seen !== undefined) return { type: "object", ...seen, by };
  const nearest = Math.max(camera, best?.confidence ?? camera) / trust;
  return { type: "elsewhere", direction: directionWords(angles), confidence: trust * (1 - nearest), by };
}

/** How many distances on either side of the estimated one are tried, out to two standard errors. */
const DEPTH_STEPS = 8;

/** How well a line of sight fits a head, at the distance from the camera that suits it best, less likely ones counting less. */
function fitToFace(from: Place, direction: Place, target: Place, fits: (angleRad: number) => number): number {
  let best = 0;
  for (let step = -DEPTH_STEPS; step <= DEPTH_STEPS; step++) {
    const errors = (2 * step) / DEPTH_STEPS;
    const scale = 1 + DEPTH_ERROR * errors;
    const way = minus([target[0] * scale, target[1] * scale, target[2] * scale], from);
    const missed = angleBetween(direction, way) - Math.atan2(HEAD_RADIUS_M, lengthOf(way));
    best = Math.max(best, Math.exp(-0.5 * errors ** 2) * fits(Math.max(0, missed)));
  }
  return best;
}

/** A line of sight is only followed across the image when it leaves the camera's direction by this much. */
const ACROSS_FROM_RAD = radians(12);
/** Objects are looked for up to this far away in the image, in face sizes: how deep they lie is not known. */
const REACH = 6;
/** Nothing is known of an object's distance from the camera, so it is believed less than a face. */
const OBJECT_TRUST = 0.6;
/** What is larger, in face sizes, lies in too many directions to be the one that is looked at. */
const LARGEST_OBJECT = 3;
/** What people wear, sit on and lie on is near them without being looked at. */
const NEVER_LOOKED_AT = new Set(["person", "tie", "backpack", "chair", "couch", "bed", "bench", "dining table"]);

function lookedAtObject({ person, angles, by, trust }: Sight, objects: readonly SceneObject[]) {
  const across = { x: Math.sin(angles.yawRad), y: -Math.sin(angles.pitchRad) };
  if (Math.hypot(across.x, across.y) < Math.sin(ACROSS_FROM_RAD)) return undefined;
  const eyes = { xPx: person.box.leftPx + person.box.widthPx / 2, yPx: person.box.topPx + 0.3 * person.box.heightPx };
  const unit = faceSize(person.box);
  const found = objects
    .filter(
      ({ name, box }) => !NEVER_LOOKED_AT.has(name) && Math.max(box.widthPx, box.heightPx) <= LARGEST_OBJECT * unit,
    )
    .flatMap((object) => {
      const [dx, dy] = [centerX(object.box) - eyes.xPx, centerY(object.box) - eyes.yPx];
      const distance = Math.hypot(dx, dy);
      if (distance > REACH * unit || distance < unit / 2) return [];
      const half = Math.atan2(Math.max(object.box.widthPx, object.box.heightPx) / 2, distance);
      const off = Math.acos(clamp((dx * across.x + dy * across.y) / (distance * Math.hypot(across.x, across.y))));
      const missed = Math.max(0, off - half);
      const fits = Math.exp(-0.5 * (missed / SIGMA_RAD[by]) ** 2);
      return [{ object, confidence: OBJECT_TRUST * trust * fits * Math.min(1, object.score / SURE_OBJECT) }];
    })
    .sort((a, b) => b.confidence - a.confidence)[0];
  return found !== undefined && found.confidence >= NAMED_FROM ? found : undefined;
}

/** The network's score from which on an object is taken to be there. */
const SURE_OBJECT = 0.4;

/** Below this an angle has no direction worth a word. */
const SAID_FROM_RAD = radians(10);

function directionWords({ yawRad, pitchRad }: Sight["angles"]): string {
  const words = [
    ...(Math.abs(yawRad) < SAID_FROM_RAD ? [] : [`toward the ${yawRad > 0 ? "right" : "left"} edge of the image`]),
    ...(Math.abs(pitchRad) < SAID_FROM_RAD ? [] : [pitchRad > 0 ? "up" : "down"]),
  ];
  return words.length === 0 ? "past the camera" : words.reverse().join(" and ");
}

function centerX({ leftPx, widthPx }: PixelBox): number {
  return leftPx + widthPx / 2;
}

function centerY({ topPx, heightPx }: PixelBox): number {
  return topPx + heightPx / 2;
}

function clamp(cosine: number): number {
  return Math.min(1, Math.max(-1, cosine));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
