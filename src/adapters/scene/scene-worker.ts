import { InferenceError, ModelFileError } from "../../domain/errors.ts";
import { imageTensor } from "../../networks/image-tensor.ts";
import type { Network } from "../../networks/network.ts";
import { type NetworksPlace, networksOnDemand } from "../../networks/networks-on-demand.ts";
import { serveWorker } from "../../networks/worker-server.ts";

/** An image of the size that the network takes: uint8 [height, width, 3], RGB. */
export interface SceneRequest {
  readonly network: string;
  readonly rgb: Uint8Array;
}

serveWorker<NetworksPlace, SceneRequest, Float32Array>((place) => {
  const { open, close } = networksOnDemand(place);
  return {
    async handle({ network: id, rgb }) {
      const answer = await answerOf(await open(id), id, rgb);
      return { response: answer, transfer: [answer.buffer] };
    },
    close,
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
