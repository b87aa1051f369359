import { InferenceError } from "../../domain/errors.ts";
import { imageSize, imageTensor } from "../../networks/image-tensor.ts";
import type { Network } from "../../networks/network.ts";
import { type NetworksPlace, networksOnDemand } from "../../networks/networks-on-demand.ts";
import { serveWorker } from "../../networks/worker-server.ts";
import type { PixelSource } from "./crop.ts";
import type { RotatedRegion } from "./rotated-region.ts";
import { sampleRegion } from "./sample-region.ts";

export interface IdentityRequest {
  readonly network: string;
  readonly source: PixelSource;
  /** See face-identity.ts. */
  readonly region: RotatedRegion;
}

serveWorker<NetworksPlace, IdentityRequest, Float32Array>((place) => {
  const { open, close } = networksOnDemand(place);
  return {
    async handle(request) {
      const descriptor = await describePerson(await open(request.network), request);
      return { response: descriptor, transfer: [descriptor.buffer as ArrayBuffer] };
    },
    close,
  };
});

async function describePerson(opened: Network, { source, region }: IdentityRequest): Promise<Float32Array> {
  const [input] = opened.manifest.inputs;
  if (input === undefined) throw new RangeError("The identity network has no input");
  const { width, height } = imageSize(input);
  const chip = sampleRegion(source, region, { widthPx: width, heightPx: height, outside: "edge" });
  const { descriptor } = await opened.run({ [input.name]: imageTensor(input, chip.rgb) });
  if (!(descriptor?.data instanceof Float32Array)) throw new InferenceError("The identity network gave no descriptor");
  return descriptor.data.slice();
}
