import { workerData } from "node:worker_threads";
import { serveWorker } from "../../networks/worker-server.ts";
import type { PixelSource } from "./crop.ts";
import { type MeshEngine, openMeshEngine } from "./mesh-engine.ts";
import type { MeasuredMesh } from "./mesh-parts.ts";

/** What the toolbox tells each of its worker threads. */
export interface MeshWorkerData {
  readonly cacheDir: string | undefined;
}

const { cacheDir } = workerData as MeshWorkerData;
let engine: Promise<MeshEngine> | undefined;

function openedEngine(): Promise<MeshEngine> {
  engine ??= openMeshEngine(cacheDir === undefined ? {} : { cacheDir });
  return engine;
}

serveWorker<PixelSource, MeasuredMesh[]>({
  async handle(source) {
    const faces = await (await openedEngine()).measure(source);
    return { response: faces, transfer: faces.map(({ landmarks }) => landmarks.buffer as ArrayBuffer) };
  },
  close: async () => (await engine)?.close(),
});
