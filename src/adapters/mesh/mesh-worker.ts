import { serveWorker } from "../../networks/worker-server.ts";
import type { PixelSource } from "./crop.ts";
import { type MeshEngine, openMeshEngine } from "./mesh-engine.ts";
import type { MeasuredMesh } from "./mesh-parts.ts";

/** What the toolbox tells each of its worker threads. */
export interface MeshWorkerData {
  readonly cacheDir: string | undefined;
}

serveWorker<MeshWorkerData, PixelSource, MeasuredMesh[]>(({ cacheDir }) => {
  let engine: Promise<MeshEngine> | undefined;
  return {
    async handle(source) {
      engine ??= openMeshEngine(cacheDir === undefined ? {} : { cacheDir });
      const faces = await (await engine).measure(source);
      return { response: faces, transfer: faces.map(({ landmarks }) => landmarks.buffer as ArrayBuffer) };
    },
    close: async () => (await engine)?.close(),
  };
});
