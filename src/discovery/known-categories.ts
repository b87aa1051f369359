import type { StudyFace } from "../domain/discovery.ts";
import type { Points } from "./spanning-tree.ts";

/** A face counts as a known category's when its expression classifiers give it at least this probability. */
const ASSIGNED_FROM = 0.5;
/** A category with fewer faces than this is no landmark. */
const LANDMARK_FACES = 5;
/** A cluster is a known category when so many of its members are of it... */
const MEMBERS_SHARE = 0.6;
/** ...and it holds so many of that category's faces. */
const CATEGORY_SHARE = 0.5;

/** Faces by the known category that each most likely is; a face that is none of them is in none. */
export function facesByKnown(faces: readonly StudyFace[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  faces.forEach((face, index) => {
    const [top] = [...face.known].sort((a, b) => b.probability - a.probability);
    if (top === undefined || top.probability < ASSIGNED_FROM) return;
    const own = groups.get(top.label);
    if (own === undefined) groups.set(top.label, [index]);
    else own.push(index);
  });
  return groups;
}

/** The known category that a cluster is, with how far; `undefined` when it is more, less or other than any. */
export function explanationOf(members: readonly number[], known: ReadonlyMap<string, readonly number[]>) {
  const inside = new Set(members);
  for (const [category, faces] of known) {
    const shared = faces.filter((face) => inside.has(face)).length;
    const ofMembers = shared / members.length;
    const ofCategory = shared / faces.length;
    if (ofMembers >= MEMBERS_SHARE && ofCategory >= CATEGORY_SHARE) return { category, ofMembers, ofCategory };
  }
  return undefined;
}

/** The known category whose faces outside the cluster have their centre nearest to the cluster's. */
export function nearestKnown(
  points: Points,
  members: readonly number[],
  known: ReadonlyMap<string, readonly number[]>,
): { readonly category: string; readonly faces: readonly number[] } | undefined {
  const inside = new Set(members);
  const centre = centreOf(points, members);
  return [...known]
    .map(([category, all]) => ({ category, faces: all.filter((face) => !inside.has(face)) }))
    .filter(({ faces }) => faces.length >= LANDMARK_FACES)
    .map((entry) => ({ ...entry, distance: distanceBetween(centre, centreOf(points, entry.faces)) }))
    .sort((a, b) => a.distance - b.distance)[0];
}

/** Mean of some points. */
export function centreOf({ dimensions, values }: Points, chosen: readonly number[]): Float64Array {
  const centre = new Float64Array(dimensions);
  for (const point of chosen) {
    for (let at = 0; at < dimensions; at += 1) {
      centre[at] = (centre[at] as number) + (values[point * dimensions + at] as number) / chosen.length;
    }
  }
  return centre;
}

/** Euclidean distance of two places. */
export function distanceBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += ((a[index] as number) - (b[index] as number)) ** 2;
  return Math.sqrt(sum);
}
