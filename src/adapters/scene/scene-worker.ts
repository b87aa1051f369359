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

serveWorker<SceneWorkerData, SceneRequest, Float32Array>(({ cacheDir }) => {
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

  return {
    async handle({ network: id, rgb }) {
      const answer = await answerOf(await networkOf(id), id, rgb);
      return { response: answer, transfer: [answer.buffer] };
    },
    async close() {
      for (const network of opened.values()) await (await network).close();
    },
  };
});

async function answerOf(network: Network, id: string, rgb: Uint8Array): Promise<Float32Array<ArrayBuffer>> {
  const { inputs, outputs } = network.manifest;
  const [input, output] = [inputs[0], outputs[0]];
  if (input === undefined || output === undefined) throw new ModelFileError(id, "its manifest has no input or output");
  const { data } = (await network.run({ [input.name]: imageTensor(input, rgb) }))[output.name] ?? {};
  if (!(data instanceof Float32Array)) throw new InferenceError(`Network "${id}" gave no numbers`);
  return Float32Array.from(data);
}
