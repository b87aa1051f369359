import { networkProvenance } from "../../networks/network.ts";
import type { NetworksPlace } from "../../networks/networks-on-demand.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { FaceIdentity } from "../../ports/face-identity.ts";
import type { IdentityRequest } from "./identity-worker.ts";
import type { RotatedRegion } from "./rotated-region.ts";

const NETWORK_ID = "face-api-identity";

/** dlib's own threshold, at which its network is right for 99.38 % of the pairs of Labeled Faces in the Wild. */
const SAME_PERSON_UP_TO = 0.6;

/** Faces with less between the outer eye corners look too much alike once they are enlarged to the network's input. */
const MIN_EYES_PX = 20;

const MESH_POINTS = 478;

interface FaceIdentityOptions {
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
  const workerData: NetworksPlace = { cacheDir };
  const pool = createWorkerPool<IdentityRequest, Float32Array>(builtFile("adapters/mesh/identity-worker.ts"), 1, {
    workerData,
  });
  return {
    network: await networkProvenance(NETWORK_ID),
    samePersonUpTo: SAME_PERSON_UP_TO,
    async describe({ rgb, widthPx, heightPx }, face, signal) {
      const landmarks = face.measurements.find((measured) => measured.landmarks?.length === MESH_POINTS)?.landmarks;
      if (landmarks === undefined || landmarks === null || eyesPx(landmarks) < MIN_EYES_PX) return null;
      const request = { network: NETWORK_ID, source: { rgb, widthPx, heightPx }, region: chipRegion(landmarks) };
      return [...(await pool.run(request, [], signal))];
    },
    close: () => pool.close(),
  };
}

function eyesPx(landmarks: readonly (readonly [number, number, number])[]): number {
  const [right, left] = [landmarks[33], landmarks[263]]; // outer eye corners
  return right === undefined || left === undefined ? 0 : Math.hypot(left[0] - right[0], left[1] - right[1]);
}

/**
 * Where the identity network wants five points of a face, as shares of the side of the tight face square: outer and inner
 * corner of the subject's left eye, the same of the right eye, base of the nose. Source: dlib, `get_face_chip_details`.
 */
const CHIP_POINTS = [
  { meshPoint: 263, x: 0.8595674595992, y: 0.2134981538014 },
  { meshPoint: 362, x: 0.6460604764104, y: 0.2289674387677 },
  { meshPoint: 33, x: 0.1205750620789, y: 0.2137274526848 },
  { meshPoint: 133, x: 0.3340850613712, y: 0.2290642403242 },
  { meshPoint: 2, x: 0.4901123135679, y: 0.6277975316475 },
] as const;

/** Margin around the tight square on each side, as a share of it: what dlib's network was trained with. */
const PADDING = 0.25;

/**
 * The square of the image that an identity network looks at: the five points come as close as they can to where they
 * belong (least squares over moving, turning and scaling).
 *
 * @param landmarks [478, 3] in source pixels.
 */
function chipRegion(landmarks: readonly (readonly [number, number, number])[]): RotatedRegion {
  const pairs = CHIP_POINTS.map(({ meshPoint, x, y }) => {
    const point = landmarks[meshPoint];
    if (point === undefined)
      throw new RangeError(`A face chip needs the 478 points of the mesh, not ${landmarks.length}`);
    return { fromX: x - 0.5, fromY: y - 0.5, toX: point[0], toY: point[1] };
  });
  const count = pairs.length;
  const mean = (pick: (pair: (typeof pairs)[number]) => number) =>
    pairs.reduce((sum, pair) => sum + pick(pair), 0) / count;
  const [fromX, fromY, toX, toY] = [mean((p) => p.fromX), mean((p) => p.fromY), mean((p) => p.toX), mean((p) => p.toY)];
  let [along, across, spread] = [0, 0, 0];
  for (const pair of pairs) {
    const [ax, ay] = [pair.fromX - fromX, pair.fromY - fromY];
    const [bx, by] = [pair.toX - toX, pair.toY - toY];
    along += ax * bx + ay * by;
    across += ax * by - ay * bx;
    spread += ax * ax + ay * ay;
  }
  const [cos, sin] = [along / spread, across / spread]; // scaled by source pixels per side of the tight square
  const sidePx = Math.hypot(cos, sin) * (1 + 2 * PADDING);
  return {
    centerXPx: toX - (cos * fromX - sin * fromY),
    centerYPx: toY - (sin * fromX + cos * fromY),
    widthPx: sidePx,
    heightPx: sidePx,
    angleRad: Math.atan2(sin, cos),
  };
}
