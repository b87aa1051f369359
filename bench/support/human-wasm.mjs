// @vladmandic/human on its WASM backend, doing detection, mesh and emotion: what `measure` is compared with.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const home = join(dirname(require.resolve("@vladmandic/human")), "..");
const wasm = join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist");

/** Its models are fetched over HTTP even in Node, so a server on loopback hands them out. */
async function serveModels() {
  const server = createServer((request, response) => {
    createReadStream(join(home, "models", request.url ?? "")).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** `detect(image)` gives its faces for a decoded image; nothing is cached between calls. */
export async function openHuman() {
  const { Human } = require(join(home, "dist", "human.node-wasm.js"));
  const server = await serveModels();
  const off = { enabled: false };
  const human = new Human({
    backend: "wasm",
    wasmPath: `${wasm}/`,
    modelBasePath: `http://127.0.0.1:${server.address().port}/`,
    cacheSensitivity: 0,
    debug: false,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    segmentation: off,
    face: {
      enabled: true,
      detector: { rotation: false, maxDetected: 20 },
      mesh: { enabled: true },
      emotion: { enabled: true },
      iris: off,
      attention: off,
      description: off,
      antispoof: off,
      liveness: off,
    },
  });
  await human.load();
  server.close();
  return {
    backend: () => human.tf.getBackend(),
    async detect({ rgb, widthPx, heightPx }) {
      const tensor = human.tf.tensor(rgb, [1, heightPx, widthPx, 3], "float32");
      const { face, error } = await human.detect(tensor);
      tensor.dispose();
      if (error) throw new Error(error);
      return face;
    },
  };
}
