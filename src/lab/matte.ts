import { blurredValues, depthOf, type Mask } from "./mask.ts";
import { blurred, type Raster } from "./raster.ts";

/** Somebody cut out: how much of each pixel is theirs, and their colours there without what shines through from behind. */
export interface CutOut {
  readonly mask: Mask;
  readonly raster: Raster;
}

/** Where foreground and background differ by this many steps of 255, colours and the rough mask count alike. */
const AS_TELLING = 40;
/** Less than this around a pixel is no colour to go by. */
const LEAST_KNOWN = 0.02;

/**
 * Takes the edge of a rough mask to where colours change, strands of hair included: in a band along it each pixel is mixed of
 * the colours that foreground and background have beside the band, in shares that come nearest to its own. Where these two
 * colours are alike the rough mask counts. What is behind is then taken out of the mixed colours.
 *
 * @param rough 1 where somebody is, 0 elsewhere.
 * @param reachPx how far the edge may be off.
 */
export async function cutOut(raster: Raster, rough: Mask, reachPx: number): Promise<CutOut> {
  const { values, widthPx } = rough;
  const inward = depthOf(Uint8Array.from(values), widthPx);
  const outward = depthOf(
    Uint8Array.from(values, (value) => 1 - value),
    widthPx,
  );
  const [own, behind, soft] = await Promise.all([
    meanColours(raster, inward, reachPx),
    meanColours(raster, outward, reachPx),
    blurredValues(rough, Math.min(1.5, reachPx)),
  ]);
  const alpha = new Float32Array(values.length);
  const rgb = Uint8Array.from(raster.rgb);
  for (let at = 0; at < alpha.length; at++) {
    const depth = (inward[at] as number) - (outward[at] as number);
    if (Math.abs(depth) > reachPx) {
      alpha[at] = depth > 0 ? 1 : 0;
      continue;
    }
    const at3 = 3 * at;
    const colours: Three = [
      raster.rgb.subarray(at3, at3 + 3),
      own.subarray(at3, at3 + 3),
      behind.subarray(at3, at3 + 3),
    ];
    const { share, trust } = sharesOf(colours);
    // The last third of the band leads over to what is sure.
    const [least, most] = [3 * (depth / reachPx - 1) + 1, 3 * (1 + depth / reachPx)];
    const mixture = trust * share + (1 - trust) * (soft[at] as number);
    alpha[at] = Math.max(0, least, Math.min(1, most, mixture));
    for (let c = 0; c < 3 && trust > 0; c++) {
      const spill = (1 - (alpha[at] as number)) * ((colours[1][c] as number) - (colours[2][c] as number));
      rgb[3 * at + c] = Math.max(0, Math.min(255, Math.round((colours[0][c] as number) + spill)));
    }
  }
  return { mask: { ...rough, values: alpha }, raster: { ...raster, rgb } };
}

type Colour = ArrayLike<number>;
type Three = readonly [pixel: Colour, own: Colour, behind: Colour];

/** How much of a pixel is foreground, by where its colour lies between the two, and how far that is to be trusted, 0..1. */
function sharesOf([pixel, own, behind]: Three): { readonly share: number; readonly trust: number } {
  let [along, apart] = [0, 0];
  for (let c = 0; c < 3; c++) {
    const way = (own[c] as number) - (behind[c] as number);
    along += ((pixel[c] as number) - (behind[c] as number)) * way;
    apart += way * way;
  }
  if (!(apart > 0)) return { share: 0, trust: 0 };
  return { share: Math.max(0, Math.min(1, along / apart)), trust: apart / (apart + AS_TELLING ** 2) };
}

/** The mean colour around each pixel of what lies deeper than the band; not a number where none is near: float32 [height, width, 3]. */
async function meanColours(raster: Raster, depth: Float32Array, reachPx: number): Promise<Float32Array> {
  const { widthPx, heightPx } = raster;
  const counts = depth.map((value) => (value > reachPx ? 1 : 0));
  const counted = raster.rgb.map((value, i) => value * (counts[Math.floor(i / 3)] as number));
  const sums = (await blurred({ ...raster, rgb: counted }, reachPx)).rgb;
  const weights = await blurredValues({ widthPx, heightPx, values: counts }, reachPx);
  return Float32Array.from(sums, (sum, i) => {
    const weight = weights[Math.floor(i / 3)] as number;
    return weight < LEAST_KNOWN ? Number.NaN : sum / weight;
  });
}
