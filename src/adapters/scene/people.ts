import type { PixelBox } from "../../domain/geometry.ts";
import type { Face, Gaze, HeadPose } from "../../domain/measurement.ts";
import { faceSize } from "./body.ts";

/** A person as the relations between people need them: the face, and what the first toolbox that has it says of it. */
export interface Person {
  readonly faceId: string;
  readonly box: PixelBox;
  readonly headPose: HeadPose | null;
  /** Relative to the head; `null` when closed eyes or the toolbox leave it open. */
  readonly gaze: Gaze | null;
  /** 0..1; `null` when no toolbox says. */
  readonly quality: number | null;
  readonly toolbox: string;
}

/** Head pose and gaze are taken from one toolbox: angles of two do not add up. */
export function personOfFace({ faceId, box, measurements }: Face): Person {
  const posed = measurements.find(({ headPose }) => headPose !== null);
  const used = posed ?? measurements[0];
  return {
    faceId,
    box,
    headPose: posed?.headPose ?? null,
    gaze: posed?.gaze ?? null,
    quality: used?.quality?.overall ?? null,
    toolbox: used?.toolbox ?? "none",
  };
}

/** A place before the camera in metres: x right, y down, z away from it. */
export type Place = readonly [x: number, y: number, z: number];

export interface Frame {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** From the hairline to the chin of an adult, as face meshes outline it. A child's face is smaller and seems further off. */
const FACE_M = 0.18;
/** The focal length of a camera of which nothing is known, in longer sides of the image: 53 degrees of view. */
const FOCAL_LENGTH = 1;
/** Standard error, as a share, of a distance from the camera that only rests on the size of a face. */
export const DEPTH_ERROR = 0.15;

/** Where a face is, estimated from its size. Good to about a quarter in depth, better across the image. */
export function placeOf(face: PixelBox, frame: Frame): Place {
  const focalPx = FOCAL_LENGTH * Math.max(frame.widthPx, frame.heightPx);
  const z = (focalPx * FACE_M) / faceSize(face);
  const x = face.leftPx + face.widthPx / 2 - frame.widthPx / 2;
  const y = face.topPx + face.heightPx / 2 - frame.heightPx / 2;
  return [(x * z) / focalPx, (y * z) / focalPx, z];
}

export function minus(a: Place, b: Place): Place {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function lengthOf(a: Place): number {
  return Math.hypot(...a);
}

/** Angle between two directions, 0..pi. */
export function angleBetween(a: Place, b: Place): number {
  const cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (lengthOf(a) * lengthOf(b));
  return Math.acos(Math.min(1, Math.max(-1, cosine)));
}

/**
 * A direction seen from a place, from angles that are 0 toward the camera: yaw positive toward the right edge of the
 * image, pitch positive upward. Away from the middle of the image "toward the camera" is turned with the place.
 */
export function directionFrom(place: Place, angles: { yawRad: number; pitchRad: number }): Place {
  const distance = lengthOf(place);
  const back: Place = [-place[0] / distance, -place[1] / distance, -place[2] / distance];
  const level = Math.hypot(back[0], back[2]);
  const right: Place = [-back[2] / level, 0, back[0] / level];
  const up: Place = [
    back[1] * right[2] - back[2] * right[1],
    back[2] * right[0] - back[0] * right[2],
    back[0] * right[1] - back[1] * right[0],
  ];
  const { yawRad, pitchRad } = angles;
  const [along, lift, toward] = [
    Math.sin(yawRad) * Math.cos(pitchRad),
    Math.sin(pitchRad),
    Math.cos(yawRad) * Math.cos(pitchRad),
  ];
  return [
    along * right[0] + lift * up[0] + toward * back[0],
    along * right[1] + lift * up[1] + toward * back[1],
    along * right[2] + lift * up[2] + toward * back[2],
  ];
}

/** Somebody else within reach of a person. */
export interface Neighbour {
  readonly faceId: string;
  /** Between the faces, estimated from their sizes. */
  readonly distanceM: number;
}

/** Hall's (1966) personal distance, within which friends stand and hands reach. */
export const PERSONAL_DISTANCE_M = 1.2;
/** His intimate distance. */
export const INTIMATE_DISTANCE_M = 0.45;

/** Faces whose sizes differ more than this are not compared: one is much further off, or a child's. */
const LIKE_SIZE = 1.6;

/** Who is within personal distance of somebody, nearest first. */
export function neighboursOf(person: Person, people: readonly Person[], frame: Frame): Neighbour[] {
  const from = placeOf(person.box, frame);
  return people
    .filter(({ faceId }) => faceId !== person.faceId)
    .flatMap((other) => {
      const place = placeOf(other.box, frame);
      const ratio = Math.max(from[2] / place[2], place[2] / from[2]);
      const distanceM = lengthOf(minus(place, from));
      return ratio > LIKE_SIZE || distanceM > PERSONAL_DISTANCE_M ? [] : [{ faceId: other.faceId, distanceM }];
    })
    .sort((a, b) => a.distanceM - b.distanceM);
}
