import type { Network } from "../../networks/network.ts";
import { type NetworksPlace, networksOnDemand } from "../../networks/networks-on-demand.ts";
import { serveWorker } from "../../networks/worker-server.ts";
import type { PixelSource } from "./crop.ts";
import { type ImageNetwork, toImageNetwork } from "./image-network.ts";
import type { RotatedRegion } from "./rotated-region.ts";

export interface IdentityRequest {
  readonly network: string;
  readonly source: PixelSource;
  /** See face-identity.ts. */
  readonly region: RotatedRegion;
}

serveWorker<NetworksPlace, IdentityRequest, Float32Array>((place) => {
  const { open, close } = networksOnDemand(place);
  let looking: { readonly network: Network; readonly image: ImageNetwork } | undefined;
  return {
    async handle({ network: id, source, region }) {
      const network = await open(id);
      if (looking?.network !== network) looking = { network, image: toImageNetwork(network) };
      const { output } = await looking.image.look(source, region, { outside: "edge" });
      const descriptor = output("descriptor").slice();
      return { response: descriptor, transfer: [descriptor.buffer as ArrayBuffer] };
    },
    close,
  };
});
