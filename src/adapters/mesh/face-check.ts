import { CoveredPart } from "../../domain/measurement.ts";
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
 * How sure the check must be that it is a face, and how sure where the detector was not; from where a part is covered.
 * Chosen on images that the network was not trained on, and reported on others; models/cards/face-check.md has the figures.
 */
const LEAST_PROBABILITY = { detected: 0.5, suspected: 0.95 } as const;
const DETECTED_FROM = 0.7;
const COVERED_FROM = 0.7;

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
    covered: CoveredPart.options.filter((_, index) => sigmoid(hidden[index] as number) >= COVERED_FROM),
  };
}

/** @param score of the detector, 0..1. */
export function isFace({ faceProbability }: FaceCheck, score: number): boolean {
  return faceProbability >= LEAST_PROBABILITY[score >= DETECTED_FROM ? "detected" : "suspected"];
}
