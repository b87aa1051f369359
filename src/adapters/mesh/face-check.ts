import { type CoveredPart, CoveredPart as CoveredParts } from "../../domain/measurement.ts";
import { sigmoid } from "./blazeface.ts";
import type { PixelSource } from "./crop.ts";
import { regionOfMesh } from "./face-mesh.ts";
import type { ImageNetwork } from "./image-network.ts";
import { squareAround } from "./rotated-region.ts";

/** What a second look at a fitted mesh says. */
export interface FaceCheck {
  /** Whether what the mesh was fitted to is a face at all, 0..1. */
  readonly faceProbability: number;
  /** Parts of the face that something hides. */
  readonly covered: readonly CoveredPart[];
}

/** Side of the region that the network was trained on, relative to the outline of the mesh. */
const REGION_SCALE = 1.5;

/**
 * Below this it is no face, and from this on a part is covered. Both were chosen on images that the network was not
 * trained on; models/cards/face-check.md has the figures.
 */
const LEAST_FACE_PROBABILITY = 0.3;
const COVERED_FROM = 0.5;

/** Looks again at what the mesh network took for a face. */
export async function checkFace(
  network: ImageNetwork,
  source: PixelSource,
  landmarks: Float64Array,
): Promise<FaceCheck> {
  const region = squareAround(regionOfMesh(landmarks), REGION_SCALE);
  const { output } = await network.look(source, region, { outside: "edge" });
  const [face] = output("face");
  const hidden = output("covered");
  return {
    faceProbability: sigmoid(face as number),
    covered: CoveredParts.options.filter((_, index) => sigmoid(hidden[index] as number) >= COVERED_FROM),
  };
}

export function isFace({ faceProbability }: FaceCheck): boolean {
  return faceProbability >= LEAST_FACE_PROBABILITY;
}
