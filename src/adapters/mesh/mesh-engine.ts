import type { CacheOptions } from "../../networks/build.ts";
import { readCanonicalFace } from "../../networks/canonical-face.ts";
import { openNetwork } from "../../networks/network.ts";
import { readActionUnitModel } from "./action-unit-model.ts";
import type { PixelSource } from "./crop.ts";
import { createFeatureReader } from "./face-features.ts";
import { findFaces } from "./find-faces.ts";
import { toImageNetwork } from "./image-network.ts";
import { measureFaces } from "./measure-faces.ts";
import { MESH_NETWORKS, type MeasuredMesh, type MeshParts } from "./mesh-parts.ts";
import { mirrorPoints } from "./refined-points.ts";

/** Measures images in the calling thread, which it blocks: it belongs in a worker. */
export interface MeshEngine {
  measure(source: PixelSource): Promise<MeasuredMesh[]>;
  close(): Promise<void>;
}

/** @throws {ModelFileError} if a network, its source or the action-unit model cannot be used. */
export async function openMeshEngine(options: CacheOptions = {}): Promise<MeshEngine> {
  const open = async (id: string) => toImageNetwork(await openNetwork(id, options));
  const model = await readActionUnitModel();
  const canonical = await readCanonicalFace();
  const parts: MeshParts = {
    detectors: { wide: await open(MESH_NETWORKS.detectors.wide), near: await open(MESH_NETWORKS.detectors.near) },
    mesh: await open(MESH_NETWORKS.mesh),
    check: await open(MESH_NETWORKS.check),
    expressions: await Promise.all(MESH_NETWORKS.expressions.map(open)),
    canonical,
    twins: mirrorPoints(canonical),
    model,
    readFeatures: createFeatureReader(model),
  };
  return {
    measure: (source) => measureImage(parts, source),
    async close() {
      const { detectors, mesh, check, expressions } = parts;
      for (const network of [detectors.wide, detectors.near, mesh, check, ...expressions]) await network.close();
    },
  };
}

async function measureImage(parts: MeshParts, source: PixelSource): Promise<MeasuredMesh[]> {
  for await (const candidates of findFaces(parts.detectors, source)) {
    const faces = await measureFaces(parts, source, candidates);
    if (faces.length > 0) return faces;
  }
  return [];
}
