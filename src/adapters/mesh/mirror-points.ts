import type { CanonicalFace } from "../../networks/canonical-face.ts";
import { LEFT_IRIS_FROM, RIGHT_IRIS_FROM } from "./refined-points.ts";

const MESH_POINTS = 468;
const ALL_POINTS = 478;
/** Iris points in order: centre, right edge, top, left edge, bottom. In the mirror the edges at the sides change places. */
const IRIS_TWINS = [0, 3, 2, 1, 4] as const;

/** For each of the 478 points the one on the other side of the face; points on the midline are their own. */
export function mirrorPoints({ vertices }: CanonicalFace): Uint16Array {
  const twins = new Uint16Array(ALL_POINTS);
  for (let index = 0; index < MESH_POINTS; index++) twins[index] = nearestTo(vertices, index);
  IRIS_TWINS.forEach((twin, position) => {
    twins[RIGHT_IRIS_FROM + position] = LEFT_IRIS_FROM + twin;
    twins[LEFT_IRIS_FROM + position] = RIGHT_IRIS_FROM + twin;
  });
  return twins;
}

/** The vertex nearest to where the given one would lie across the midline. */
function nearestTo(vertices: Float32Array, index: number): number {
  const [x, y, z] = vertices.subarray(index * 3, index * 3 + 3) as unknown as [number, number, number];
  let [best, least] = [index, Number.POSITIVE_INFINITY];
  for (let other = 0; other < MESH_POINTS; other++) {
    const [u, v, w] = vertices.subarray(other * 3, other * 3 + 3) as unknown as [number, number, number];
    const distance = (u + x) ** 2 + (v - y) ** 2 + (w - z) ** 2;
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
