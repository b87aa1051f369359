import type { Person } from "./people.ts";
import { type Frame, lengthOf, minus, placeOf } from "./positions.ts";

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
