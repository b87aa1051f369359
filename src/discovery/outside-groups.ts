import type { FaceOutside } from "../domain/discovery.ts";
import { centreOf, distanceBetween } from "./known-categories.ts";
import type { NamedCoordinates } from "./name-by-signature.ts";
import type { Points } from "./spanning-tree.ts";

/** A face is near a group when it is no further from the group's middle than this share of its own faces. */
const REACH = 0.95;

/** Faces of a discovery, with the groups that were found among them. */
interface GroupedFaces {
  readonly points: Points;
  /** Of each face, in the order of the points. */
  readonly ids: readonly string[];
  readonly named: NamedCoordinates;
  readonly groups: readonly { readonly id: string; readonly members: readonly number[] }[];
}

/**
 * Where each face is that no group took, so that every face can be reached: near a group, within the reach of which too
 * few faces lie where it does to be dense, or an outlier, with what sets it apart from the group that comes nearest.
 */
export function outsideGroups(grouped: GroupedFaces): FaceOutside[] {
  const { points, ids } = grouped;
  const grouping = new Set(grouped.groups.flatMap(({ members }) => members));
  const groups = grouped.groups.map(({ id, members }) => {
    const centre = centreOf(points, members);
    const distances = members.map((member) => distanceBetween(placeOf(points, member), centre)).sort((a, b) => a - b);
    const reach = distances[Math.floor(REACH * (distances.length - 1))] ?? 0;
    return { id, centre, reach, usual: usualOf(grouped.named, members) };
  });
  return ids.flatMap((id, face): FaceOutside[] => {
    if (grouping.has(face)) return [];
    const [nearest] = groups
      .map((group) => ({ ...group, distance: distanceBetween(placeOf(points, face), group.centre) }))
      .sort((a, b) => a.distance - b.distance);
    if (nearest === undefined) return [{ id, nearest: null, near: false, why: "No group was found." }];
    const near = nearest.distance <= nearest.reach;
    const why = near
      ? `It is as near to the middle of ${nearest.id} as ${percent(REACH)} of its faces are, but few faces lie around it.`
      : `It is further from the middle of ${nearest.id}, the nearest group, than ${percent(REACH)} of its faces are${apartBy(grouped.named, face, nearest.usual)}.`;
    return [{ id, nearest: nearest.id, near, why }];
  });
}

/** What a face differs in most from the faces of a group, in their standard deviations. */
function apartBy({ rows }: NamedCoordinates, face: number, usual: readonly Usual[]): string {
  const facial = usual.map((one) => {
    const value = rows[face]?.[one.column] ?? Number.NaN;
    return { ...one, value, deviations: Math.abs(value - one.mean) / Math.max(LEAST_DEVIATION, one.deviation) };
  });
  const [most] = facial.sort((a, b) => b.deviations - a.deviations);
  if (most === undefined) return "";
  return `, most of all by ${most.name} (${most.value.toFixed(2)} here, ${most.mean.toFixed(2)} there)`;
}

/** What the faces of a group show on one dimension. */
interface Usual {
  readonly name: string;
  readonly column: number;
  readonly mean: number;
  readonly deviation: number;
}

/** A dimension in which a group hardly varies would make every difference a large one. */
const LEAST_DEVIATION = 0.05;

function usualOf({ dimensions, rows }: NamedCoordinates, members: readonly number[]): Usual[] {
  return dimensions.flatMap(({ kind, name }, column) => {
    if (kind === "head-and-gaze") return [];
    const at = (row: number) => rows[row]?.[column] ?? Number.NaN;
    const mean = members.reduce((sum, member) => sum + at(member), 0) / members.length;
    const variance = members.reduce((sum, member) => sum + (at(member) - mean) ** 2, 0) / members.length;
    return [{ name, column, mean, deviation: Math.sqrt(variance) }];
  });
}

function placeOf({ dimensions, values }: Points, face: number): Float64Array {
  return values.subarray(face * dimensions, (face + 1) * dimensions);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
