import { workerData } from "node:worker_threads";
import { InferenceError, ModelFileError } from "../../domain/errors.ts";
import { imageTensor } from "../../networks/image-tensor.ts";
import { type Network, openNetwork } from "../../networks/network.ts";
import { serveWorker } from "../../networks/worker-server.ts";

/** What the observer tells its worker thread. */
export interface SceneWorkerData {
  readonly cacheDir: string | undefined;
}

/** An image of the size that the network takes: uint8 [height, width, 3], RGB. */
export interface SceneRequest {
  readonly network: string;
  readonly rgb: Uint8Array;
}

const { cacheDir } = workerData as SceneWorkerData;
const opened = new Map<string, Promise<Network>>();

/** Each network is opened when it is first asked: an image without people never loads the one for bodies. */
function networkOf(id: string): Promise<Network> {
  const known = opened.get(id);
  if (known !== undefined) return known;
  const network = openNetwork(id, cacheDir === undefined ? {} : { cacheDir });
  opened.set(id, network);
  // A network that failed to open, perhaps for lack of disk space, is tried again the next time.
  network.catch(() => opened.delete(id));
  return network;
}

serveWorker<SceneRequest, Float32Array>({
  async handle({ network: id, rgb }) {
    const network = await networkOf(id);
    const { inputs, outputs } = network.manifest;
    const [input, output] = [inputs[0], outputs[0]];
    if (input === undefined || output === undefined)
      throw new ModelFileError(id, "its manifest has no input or output");
    const { data } = (await network.run({ [input.name]: imageTensor(input, rgb) }))[output.name] ?? {};
    if (!(data instanceof Float32Array)) throw new InferenceError(`Network "${id}" gave no numbers`);
    const answer = Float32Array.from(data);
    return { response: answer, transfer: [answer.buffer] };
  },
  async close() {
    for (const network of opened.values()) await (await network).close();
  },
});
