import type { NetworksPlace } from "../../networks/networks-on-demand.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import { DETECTOR_WINDOW, type SpeechDetector } from "../../ports/speech-detector.ts";
import type { SileroAnswer, SileroRequest, SileroState } from "./silero-worker.ts";

interface SileroOptions {
  /** Where networks are kept, instead of the default cache folder. */
  readonly cacheDir?: string;
}

/** Silero's network, see models/cards/silero-vad.md. One worker thread, started when the first sound is heard. */
export function createSileroVad({ cacheDir }: SileroOptions = {}): SpeechDetector {
  const workerData: NetworksPlace = { cacheDir };
  const worker = builtFile("adapters/silero/silero-worker.ts");
  const pool = createWorkerPool<SileroRequest, SileroAnswer>(worker, 1, { workerData });
  return {
    listen() {
      const louder = createGain();
      let state: SileroState | undefined;
      return {
        async detect(windows, signal) {
          // Without silence before it, speech that a sound begins with is noticed late.
          state ??= (await pool.run({ windows: SILENCE, state: null }, [], signal)).state;
          const answer = await pool.run({ windows: louder(windows), state }, [], signal);
          state = answer.state;
          return answer.chances;
        },
      };
    },
    close: () => pool.close(),
  };
}

const SILENCE = new Float32Array(16 * DETECTOR_WINDOW);

/** Of faint sound the network goes on hearing speech long after there is any: it is given it as loud as most recordings are. */
const PEAK = 0.5;
/** What it is taken to begin with, as noise that is raised further may sound like speech there. */
const FIRST_PEAK = 0.1;
const MOST_GAIN = 100;
/** Of the loudest so far, what is left of it a window later: half after 44 s. */
const FADES_BY = 0.9995;

function createGain(): (windows: Float32Array) => Float32Array {
  let peak = FIRST_PEAK;
  return (windows) => {
    const scaled = windows.slice();
    for (let from = 0; from < scaled.length; from += DETECTOR_WINDOW) {
      const window = scaled.subarray(from, from + DETECTOR_WINDOW);
      peak = window.reduce((highest, value) => Math.max(highest, Math.abs(value)), peak * FADES_BY);
      const gain = Math.min(MOST_GAIN, PEAK / peak);
      for (const at of window.keys()) window[at] = (window[at] as number) * gain;
    }
    return scaled;
  };
}
