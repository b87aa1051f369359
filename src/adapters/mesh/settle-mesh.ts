import { boxOverlap } from "../../domain/geometry.ts";
import type { PixelSource } from "./crop.ts";
import { boxOfMesh, type FaceMesh, readMesh, readMirroredMesh, regionOfMesh } from "./face-mesh.ts";
import type { MeshParts } from "./mesh-parts.ts";
import { type RotatedRegion, uprightBox } from "./rotated-region.ts";

/** Below this the mesh network does not see a face. */
const MIN_PRESENCE = 0.5;

/** Two readings whose points lie closer than this share of the face's size on average agree. */
const AGREEMENT = 0.025;

/** Readings after which a face that never agrees with itself is taken as it is. */
const MAX_READINGS = 4;

/** A mesh that has left its candidate further than this has wandered off to something else. */
const MIN_OVERLAP = 0.15;

/**
 * Reads a face until two readings agree: each starts from where the one before found the face, every second one looks
 * at the mirror image. The points of the last two are averaged, which ranks action units better than either alone (see
 * models/cards/mesh.md). Most faces take two readings; one that the detector placed badly, or a profile, takes more.
 *
 * @returns `undefined` when the network finds no face, or finds it somewhere else.
 */
export async function settleMesh(
  { mesh: network, twins }: Pick<MeshParts, "mesh" | "twins">,
  source: PixelSource,
  candidate: RotatedRegion,
): Promise<FaceMesh | undefined> {
  let last = await readMesh(network, source, candidate);
  let mean = last;
  for (let reading = 2; reading <= MAX_READINGS; reading++) {
    const region = regionOfMesh(last.landmarks);
    const next =
      reading % 2 === 0
        ? await readMirroredMesh(network, source, region, twins)
        : await readMesh(network, source, region);
    mean = { ...next, landmarks: meanOf(last.landmarks, next.landmarks) };
    if (disagreement(last.landmarks, next.landmarks) < AGREEMENT) break;
    last = next;
  }
  const strayed = boxOverlap(boxOfMesh(mean.landmarks), uprightBox(candidate)) < MIN_OVERLAP;
  return mean.presence < MIN_PRESENCE || strayed ? undefined : mean;
}

function meanOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => (value + (b[index] as number)) / 2); // both have 478 points
}

/** Mean distance of the points in the image, as a share of the face's size. */
function disagreement(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 3) {
    const dx = (a[index] as number) - (b[index] as number);
    const dy = (a[index + 1] as number) - (b[index + 1] as number);
    sum += Math.hypot(dx, dy);
  }
  const { widthPx, heightPx } = regionOfMesh(b);
  return sum / (a.length / 3) / Math.max(widthPx, heightPx);
}
