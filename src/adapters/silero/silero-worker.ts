import { InferenceError } from "../../domain/errors.ts";
import type { Network, Tensor } from "../../networks/network.ts";
import { type NetworksPlace, networksOnDemand } from "../../networks/networks-on-demand.ts";
import { serveWorker } from "../../networks/worker-server.ts";
import { DETECTOR_WINDOW, SOUND_HZ } from "../../ports/speech-detector.ts";

/** What the network remembers of the windows before. */
export interface SileroState {
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
}

export interface SileroRequest {
  /** float32 [n * 512] */
  readonly windows: Float32Array;
  /** `null` at the start of a sound. */
  readonly state: SileroState | null;
}

export interface SileroAnswer {
  readonly chances: Float32Array;
  readonly state: SileroState;
}

serveWorker<NetworksPlace, SileroRequest, SileroAnswer>((place) => {
  const { open, close } = networksOnDemand(place);
  return { handle: async (request) => ({ response: await detect(await open("silero-vad"), request) }), close };
});

const RATE: Tensor = { data: BigInt64Array.of(BigInt(SOUND_HZ)), shape: [] };

async function detect({ manifest, run }: Network, { windows, state }: SileroRequest): Promise<SileroAnswer> {
  const chances = new Float32Array(windows.length / DETECTOR_WINDOW);
  let { hidden, cell } = state ?? { hidden: new Float32Array(128), cell: new Float32Array(128) };
  for (const at of chances.keys()) {
    const sound = windows.slice(at * DETECTOR_WINDOW, (at + 1) * DETECTOR_WINDOW);
    const answer = await run({
      sound: { data: sound, shape: [1, DETECTOR_WINDOW] },
      rate: RATE,
      hidden: { data: hidden, shape: [2, 1, 64] },
      cell: { data: cell, shape: [2, 1, 64] },
    });
    const of = (name: string): Float32Array => {
      const data = answer[name]?.data;
      if (!(data instanceof Float32Array)) throw new InferenceError(`Network "${manifest.id}" gave no "${name}"`);
      return data;
    };
    chances.set(of("speech"), at);
    [hidden, cell] = [of("hidden").slice(), of("cell").slice()];
  }
  return { chances, state: { hidden, cell } };
}
