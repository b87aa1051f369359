import { InferenceError } from "../../domain/errors.ts";
import { imageTensor } from "../../networks/image-tensor.ts";
import { solePorts } from "../../networks/manifest.ts";
import type { Tensor } from "../../networks/network.ts";
import { type NetworksPlace, networksOnDemand } from "../../networks/networks-on-demand.ts";
import { serveWorker } from "../../networks/worker-server.ts";

/** An image of the size that the network takes, uint8 [height, width, 3], RGB; or a text as tokens, int64. */
export type ClipRequest = { readonly network: string } & (
  | { readonly rgb: Uint8Array }
  | { readonly tokens: BigInt64Array }
);

serveWorker<NetworksPlace, ClipRequest, Float32Array>((place) => {
  const { open, close } = networksOnDemand(place);
  return {
    async handle(request) {
      const network = await open(request.network);
      const { input, output } = solePorts(network.manifest);
      const feed: Tensor =
        "rgb" in request ? imageTensor(input, request.rgb) : { data: request.tokens, shape: input.shape };
      const { data } = (await network.run({ [input.name]: feed }))[output.name] ?? {};
      if (!(data instanceof Float32Array)) throw new InferenceError(`Network "${request.network}" gave no numbers`);
      const embedding = Float32Array.from(data);
      return { response: embedding, transfer: [embedding.buffer] };
    },
    close,
  };
});
