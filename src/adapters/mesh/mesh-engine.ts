import type { CacheOptions } from "../../networks/build.ts";
import { readCanonicalFace } from "../../networks/canonical-face.ts";
import { openNetwork } from "../../networks/network.ts";
import { readActionUnitModel } from "./action-unit-model.ts";
import { createFeatureReader } from "./face-features.ts";
import { findFaces } from "./find-faces.ts";
import { measureFace } from "./measure-face.ts";
import { MESH_NETWORKS, type MeasuredMesh, type MeshParts } from "./mesh-parts.ts";
import type { PixelSource } from "./sample-region.ts";

/** Measures pictures in the calling thread, which it blocks: it belongs in a worker. */
export interface MeshEngine {
  measure(source: PixelSource): Promise<MeasuredMesh[]>;
  close(): Promise<void>;
}

/** @throws {ModelFileError} if a network, its source or the action-unit model cannot be used. */
export async function openMeshEngine(options: CacheOptions = {}): Promise<MeshEngine> {
  const open = (id: string) => openNetwork(id, options);
  const model = await readActionUnitModel();
  const parts: MeshParts = {
    detector: await open(MESH_NETWORKS.detector),
    mesh: await open(MESH_NETWORKS.mesh),
    expressions: await Promise.all(MESH_NETWORKS.expressions.map(open)),
    canonical: await readCanonicalFace(),
    model,
    readFeatures: createFeatureReader(model),
  };
  return {
    measure: (source) => measurePicture(parts, source),
    async close() {
      for (const network of [parts.detector, parts.mesh, ...parts.expressions]) await network.close();
    },
  };
}

async function measurePicture(parts: MeshParts, source: PixelSource): Promise<MeasuredMesh[]> {
  const faces: MeasuredMesh[] = [];
  for (const candidate of await findFaces(parts.detector, source)) {
    const face = await measureFace(parts, source, candidate);
    if (face !== undefined) faces.push(face);
  }
  return faces;
}
