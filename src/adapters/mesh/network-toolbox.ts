import { availableParallelism } from "node:os";
import { InferenceError } from "../../domain/errors.ts";
import type { DecodedImage } from "../../domain/image.ts";
import type { Face, FaceMeasurement } from "../../domain/measurement.ts";
import { loadManifest } from "../../networks/manifest-store.ts";
import { networkProvenance } from "../../networks/network.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { FerToolbox } from "../../ports/fer-toolbox.ts";
import { boxOfMesh } from "./face-mesh.ts";
import { faceInput } from "./face-network.ts";
import { MESH_NETWORKS, type MeasuredMesh } from "./mesh-parts.ts";
import type { MeshToolboxOptions } from "./mesh-toolbox.ts";
import { measurementsOf, supportOf } from "./network-measurement.ts";
import type { NetworkAnswer, NetworkRequest, NetworkWorkerData } from "./network-worker.ts";
import { expressionSource } from "./read-expression.ts";

/** Every face mesh with irises has so many points. */
const MESH_POINTS = 478;

export interface NetworkToolboxOptions extends MeshToolboxOptions {
  /** Name that reports give it, without a version, where that is not the network's id. */
  readonly name?: string;
}

/**
 * One network of faces as a toolbox, by its manifest alone: pulled, shipped or the user's own. Faces come from the mesh
 * that another toolbox found on the image; where none did, it looks for them itself with the mesh toolbox's detectors,
 * and passes their mesh, quality and head pose on.
 *
 * @throws {ModelFileError} if the manifest is missing, or is not one of a network that reads faces.
 */
export async function createNetworkToolbox(
  networkId: string,
  options: NetworkToolboxOptions = {},
): Promise<FerToolbox> {
  const { manifest } = await loadManifest(networkId);
  faceInput(manifest);
  const id = expressionSource({ ...manifest, id: options.name ?? manifest.id });
  const workerData: NetworkWorkerData = { id: manifest.id, cacheDir: options.cacheDir };
  const pool = createWorkerPool<NetworkRequest, NetworkAnswer>(
    builtFile("adapters/mesh/network-worker.ts"),
    options.workers ?? availableParallelism(),
    { workerData },
  );
  async function measureGiven(image: DecodedImage, faces: readonly Face[], signal?: AbortSignal) {
    const { rgb, widthPx, heightPx } = image;
    const known = faces.flatMap(meshOf);
    const meshes = known.length > 0 ? known : null;
    const answer = await pool.run({ source: { rgb, widthPx, heightPx }, meshes }, [], signal);
    return answer.readings.map((readings, index): FaceMeasurement => {
      return { toolbox: id, ...whereabouts(answer, meshes, index), ...measurementsOf(readings, id) };
    });
  }
  const { detectors, mesh } = MESH_NETWORKS;
  return {
    id,
    supports: supportOf(manifest, id),
    networks: await Promise.all([manifest.id, detectors.wide, detectors.near, mesh].map(networkProvenance)),
    measure: (image, signal) => measureGiven(image, [], signal),
    measureGiven,
    close: () => pool.close(),
  };
}

/** The first full mesh of a face, as numbers in a row. */
function meshOf({ measurements }: Face): Float64Array[] {
  const landmarks = measurements.find((one) => one.landmarks?.length === MESH_POINTS)?.landmarks;
  return landmarks == null ? [] : [Float64Array.from(landmarks.flat())];
}

/** Where a face is, and what else is known of it; that of others is not said again. */
function whereabouts({ found }: NetworkAnswer, meshes: readonly Float64Array[] | null, index: number) {
  const nothing = { score: null, landmarks: null, quality: null, headPose: null, gaze: null, eyeOpenness: null };
  const mesh = meshes?.[index];
  if (mesh !== undefined) return { ...nothing, box: boxOfMesh(mesh) };
  const face = found?.[index];
  if (face === undefined) throw new InferenceError("A network read more faces than were found");
  const { box, score, quality, headPose } = face;
  return { ...nothing, box, score, quality, headPose, landmarks: pointsOf(face) };
}

function pointsOf({ landmarks }: MeasuredMesh): [number, number, number][] {
  return Array.from(
    { length: landmarks.length / 3 },
    (_, point) => [...landmarks.subarray(point * 3, point * 3 + 3)] as [number, number, number],
  );
}
