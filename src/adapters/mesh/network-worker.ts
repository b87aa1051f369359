import { openNetwork } from "../../networks/network.ts";
import type { Reading } from "../../networks/readings.ts";
import { serveWorker } from "../../networks/worker-server.ts";
import type { PixelSource } from "./crop.ts";
import { type FaceNetwork, toFaceNetwork } from "./face-network.ts";
import { type MeshEngine, openMeshEngine } from "./mesh-engine.ts";
import type { MeasuredMesh } from "./mesh-parts.ts";

/** What a network's toolbox tells each of its worker threads. */
export interface NetworkWorkerData {
  readonly id: string;
  readonly cacheDir: string | undefined;
}

/** An image, and the meshes of its faces where they are known. */
export interface NetworkRequest {
  readonly source: PixelSource;
  readonly meshes: readonly Float64Array[] | null;
}

export interface NetworkAnswer {
  /** What was found, unless the meshes were given. */
  readonly found: readonly MeasuredMesh[] | null;
  /** For each face in order. */
  readonly readings: readonly (readonly Reading[])[];
}

serveWorker<NetworkWorkerData, NetworkRequest, NetworkAnswer>(({ id, cacheDir }) => {
  const options = cacheDir === undefined ? {} : { cacheDir };
  let network: Promise<FaceNetwork> | undefined;
  let engine: Promise<MeshEngine> | undefined;

  /** The mesh engine is opened only when nobody else found the faces. */
  async function findFaces(source: PixelSource): Promise<MeasuredMesh[]> {
    engine ??= openMeshEngine(options);
    return (await engine).measure(source);
  }

  return {
    async handle({ source, meshes }) {
      network ??= openNetwork(id, options).then(toFaceNetwork);
      const found = meshes === null ? await findFaces(source) : null;
      const readings: (readonly Reading[])[] = [];
      for (const mesh of meshes ?? found?.map(({ landmarks }) => landmarks) ?? []) {
        readings.push(await (await network).read(source, mesh));
      }
      const transfer = found?.map(({ landmarks }) => landmarks.buffer as ArrayBuffer);
      return { response: { found, readings }, transfer: transfer ?? [] };
    },
    async close() {
      await (await network)?.close();
      await (await engine)?.close();
    },
  };
});
