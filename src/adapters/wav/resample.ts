import { SOUND_HZ } from "../../ports/speech-detector.ts";

/** Zeros of the sinc to either side of a sample: what is above half the lower rate is 80 dB down. */
const ZEROS = 24;

/** Brings mono sound of any rate to `SOUND_HZ`, piece by piece, by a windowed sinc. */
interface Resampler {
  next(piece: Float32Array): Float32Array;
  /** The rest, after the last piece. */
  end(): Float32Array;
}

export function createResampler(rateHz: number): Resampler {
  if (rateHz === SOUND_HZ) return { next: (piece) => piece, end: () => new Float32Array(0) };
  const kernel = kernelTable();
  const step = rateHz / SOUND_HZ;
  // Of a higher rate, what the lower one cannot hold is taken out.
  const width = Math.max(1, step);
  const reach = Math.ceil(ZEROS * width);
  // Samples from `first` on; before the start there is silence.
  let [kept, first, made] = [new Float32Array(reach), -reach, 0];
  const produce = (until: number): Float32Array => {
    const count = Math.max(0, Math.ceil(until / step) - made);
    const result = Float32Array.from({ length: count }, (_, n) => valueAt((made + n) * step));
    made += count;
    const gone = Math.floor(made * step) - reach - first;
    if (gone > 0) [kept, first] = [kept.slice(gone), first + gone];
    return result;
  };
  const valueAt = (time: number): number => {
    let sum = 0;
    for (let at = Math.ceil(time - reach); at <= time + reach; at++) {
      const place = (Math.abs(time - at) / width) * FINENESS;
      if (place >= ZEROS * FINENESS) continue;
      const [below, share] = [Math.floor(place), place % 1];
      const weight = (kernel[below] as number) * (1 - share) + (kernel[below + 1] as number) * share;
      sum += (kept[at - first] ?? 0) * weight;
    }
    return sum / width;
  };
  return {
    next(piece) {
      const longer = new Float32Array(kept.length + piece.length);
      longer.set(kept);
      longer.set(piece, kept.length);
      kept = longer;
      return produce(first + kept.length - reach);
    },
    end: () => produce(first + kept.length),
  };
}

/** Values of the kernel for each zero; between two of them it is nearly straight. */
const FINENESS = 512;
let table: Float64Array | undefined;

/** A sinc under a Blackman window, from its middle outwards. */
function kernelTable(): Float64Array {
  table ??= Float64Array.from({ length: ZEROS * FINENESS + 2 }, (_, at) => {
    const [x, share] = [(Math.PI * at) / FINENESS, Math.min(1, at / FINENESS / ZEROS) * Math.PI];
    const window = 0.42 + 0.5 * Math.cos(share) + 0.08 * Math.cos(2 * share);
    return at === 0 ? 1 : (window * Math.sin(x)) / x;
  });
  return table;
}
