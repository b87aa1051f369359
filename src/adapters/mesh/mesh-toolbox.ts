import { availableParallelism } from "node:os";
import type { FaceMeasurement } from "../../domain/measurement.ts";
import { createPixelPool, type PixelPool } from "../../domain/pixel-pool.ts";
import { EXPRESSION_POOL } from "../../facs/expression-pool.ts";
import { loadManifest } from "../../networks/manifest-store.ts";
import { networkProvenance } from "../../networks/network.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { FerToolbox } from "../../ports/fer-toolbox.ts";
import type { ToolboxDefinition } from "../toolbox-definition.ts";
import { readActionUnitModel } from "./action-unit-model.ts";
import { supportedActionUnits } from "./action-units.ts";
import type { PixelSource } from "./crop.ts";
import { MESH_NETWORKS, MESH_TOOLBOX_ID, type MeasuredMesh } from "./mesh-parts.ts";
import type { MeshWorkerData } from "./mesh-worker.ts";
import { createNeutralComparison, readAverageNeutral } from "./neutral-face.ts";
import { expressionLabels, expressionSource } from "./read-expression.ts";

export interface MeshToolboxOptions {
  /** Most worker threads. They start on first need; each holds its own networks, about 60 MB. */
  readonly workers?: number;
  /** Where compiled networks are kept, instead of the default cache folder. */
  readonly cacheDir?: string;
}

/**
 * The toolbox that comes with Kuleshov: BlazeFace, MediaPipe's attention mesh, the expression networks of face-api and
 * Human, each alone and both pooled, action units from the geometry and look of the face. See models/cards/mesh.md for what it is good and bad at.
 *
 * @throws {ModelFileError} if a manifest or the action-unit model is missing or wrong.
 */
export async function createMeshToolbox(options: MeshToolboxOptions = {}): Promise<FerToolbox> {
  const model = await readActionUnitModel();
  const classifiers = await Promise.all(MESH_NETWORKS.expressions.map((id) => loadManifest(id)));
  const { detectors, mesh, check, expressions } = MESH_NETWORKS;
  const ids = [detectors.wide, detectors.near, mesh, check, ...expressions];
  const workerData: MeshWorkerData = { cacheDir: options.cacheDir };
  const pool = createWorkerPool<PixelSource, MeasuredMesh[]>(
    builtFile("adapters/mesh/mesh-worker.ts"),
    options.workers ?? availableParallelism(),
    { workerData },
  );
  const staging = createPixelPool();
  return {
    id: MESH_TOOLBOX_ID,
    supports: {
      actionUnits: supportedActionUnits(model.ausAppearance),
      expressions: [...new Set(classifiers.flatMap(({ manifest }) => expressionLabels(manifest)))].sort(),
      expressionSources: [EXPRESSION_POOL, ...classifiers.map(({ manifest }) => expressionSource(manifest))],
    },
    networks: await Promise.all(ids.map(networkProvenance)),
    async measure({ rgb, widthPx, heightPx }, signal) {
      signal?.throwIfAborted();
      const shared = onSharedMemory(rgb, staging);
      const faces = await pool.run({ rgb: shared, widthPx, heightPx }, [], signal);
      // After an abort a worker may still be reading: then the memory is left to it.
      if (shared !== rgb) staging.give(shared);
      return faces.map(toMeasurement);
    },
    againstNeutral: createNeutralComparison(model, await readAverageNeutral()),
    close: () => pool.close(),
  };
}

/** Pixels that worker threads can read without a copy of their own for each; as they are, if they already can. */
function onSharedMemory(rgb: Uint8Array, staging: PixelPool): Uint8Array {
  if (rgb.buffer instanceof SharedArrayBuffer) return rgb;
  const shared = staging.take(rgb.length);
  shared.set(rgb);
  return shared;
}

function toMeasurement({ landmarks, ...rest }: MeasuredMesh): FaceMeasurement {
  const points: [number, number, number][] = [];
  for (let index = 0; index < landmarks.length; index += 3) {
    points.push([landmarks[index] as number, landmarks[index + 1] as number, landmarks[index + 2] as number]);
  }
  return { ...rest, landmarks: points };
}

/** The toolbox that is always there. */
export const meshToolbox: ToolboxDefinition = {
  name: "mesh",
  title: "Kuleshov's own toolbox",
  install: [],
  licence: "Apache-2.0, and those of its networks (see their cards)",
  open: createMeshToolbox,
};
