import { networkProvenance } from "../../networks/network.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { FaceIdentity } from "../../ports/face-identity.ts";
import { chipRegion } from "./face-chip.ts";
import type { IdentityRequest, IdentityWorkerData } from "./identity-worker.ts";

const NETWORK_ID = "face-api-identity";

/** dlib's own threshold, at which its network is right for 99.38 % of the pairs of Labeled Faces in the Wild. */
const SAME_PERSON_UP_TO = 0.6;

/** Faces with less between the outer eye corners look too much alike once they are enlarged to the network's input. */
const MIN_EYES_PX = 20;

const MESH_POINTS = 478;

export interface FaceIdentityOptions {
  /** Where compiled networks are kept, instead of the default cache folder. */
  readonly cacheDir?: string;
}

/**
 * Compares persons by dlib's face recognition network, on faces that bear the 478 points of the mesh. One worker thread,
 * started on first need. See models/cards/face-api-identity.md for its limits.
 *
 * @throws {ModelFileError} if its manifest is missing or wrong.
 */
export async function createFaceIdentity({ cacheDir }: FaceIdentityOptions = {}): Promise<FaceIdentity> {
  const workerData: IdentityWorkerData = { networkId: NETWORK_ID, cacheDir };
  const pool = createWorkerPool<IdentityRequest, Float32Array>(builtFile("adapters/mesh/identity-worker.ts"), 1, {
    workerData,
  });
  return {
    network: await networkProvenance(NETWORK_ID),
    samePersonUpTo: SAME_PERSON_UP_TO,
    async describe({ rgb, widthPx, heightPx }, face, signal) {
      const landmarks = face.measurements.find((measured) => measured.landmarks?.length === MESH_POINTS)?.landmarks;
      if (landmarks === undefined || landmarks === null || eyesPx(landmarks) < MIN_EYES_PX) return null;
      const source = { rgb, widthPx, heightPx };
      return [...(await pool.run({ source, region: chipRegion(landmarks) }, [], signal))];
    },
    close: () => pool.close(),
  };
}

function eyesPx(landmarks: readonly (readonly [number, number, number])[]): number {
  const [right, left] = [landmarks[33], landmarks[263]]; // outer eye corners
  return right === undefined || left === undefined ? 0 : Math.hypot(left[0] - right[0], left[1] - right[1]);
}
