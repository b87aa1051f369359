import type { Face } from "../domain/measurement.ts";
import { faceOutline, fillOutlines, headOutline, personOutline } from "./head-shape.ts";
import { blurredValues, emptyMask, type Mask } from "./mask.ts";
import { type Raster, sharpOf } from "./raster.ts";

/** Longest side at which colours are told apart; an outline needs no more. */
const WORK_SIDE_PX = 320;
/** Levels per colour channel of the histograms. */
const LEVELS = 12;
const ROUNDS = 4;

/**
 * Where a person is: the shape of head and trunk, moved to where the colours change. Colour histograms of the sure
 * person (face, inner trunk) and the sure background (outside the wide shape) are turned into a probability per pixel,
 * weighed by the shape, smoothed and re-estimated a few times (GrabCut's idea with smoothing in place of graph cuts).
 */
export async function personMask(raster: Raster, faces: readonly Face[], scale: number): Promise<Mask> {
  const shrink = Math.min(1, WORK_SIDE_PX / Math.max(raster.widthPx, raster.heightPx));
  const widthPx = Math.max(1, Math.round(raster.widthPx * shrink));
  const heightPx = Math.max(1, Math.round(raster.heightPx * shrink));
  const rgb = await sharpOf(raster).resize(widthPx, heightPx, { fit: "fill" }).raw().toBuffer();
  const small = { widthPx, heightPx };
  const own = scale * shrink;
  const shape = fillOutlines(
    emptyMask(small),
    faces.flatMap((face) => [headOutline(face, own), personOutline(face, own, small)]),
  );
  const prior = await blurredValues(shape, Math.max(2, 0.03 * Math.max(widthPx, heightPx)));
  const sure = fillOutlines(
    emptyMask(small),
    faces.map((face) => faceOutline(face, own)),
  ).values;
  const codes = colourCodes(rgb);
  let belief: Float32Array = Float32Array.from(prior);
  for (let round = 0; round < ROUNDS; round++) {
    const likelihood = colourBelief(codes, belief);
    const joined = belief.map((_, i) => {
      const p = (prior[i] as number) * (likelihood[i] as number);
      const q = (1 - (prior[i] as number)) * (1 - (likelihood[i] as number));
      return (sure[i] as number) > 0 ? 1 : p / Math.max(1e-6, p + q);
    });
    belief = await blurredValues({ ...small, values: joined }, 1.5);
  }
  return enlarged({ ...small, values: belief.map(steepened) }, raster);
}

function colourCodes(rgb: Uint8Array): Uint16Array {
  const level = (value: number) => Math.min(LEVELS - 1, Math.floor((value * LEVELS) / 256));
  return Uint16Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [r, g, b] = [rgb[i * 3] as number, rgb[i * 3 + 1] as number, rgb[i * 3 + 2] as number];
    return (level(r) * LEVELS + level(g)) * LEVELS + level(b);
  });
}

/** P(person | colour) from how often each colour occurs inside and outside, kept away from 0 and 1. */
function colourBelief(codes: Uint16Array, belief: Float32Array): Float32Array {
  const inside = new Float64Array(LEVELS ** 3).fill(0.5);
  const outside = new Float64Array(LEVELS ** 3).fill(0.5);
  let [insideSum, outsideSum] = [LEVELS ** 3 / 2, LEVELS ** 3 / 2];
  codes.forEach((code, i) => {
    const share = belief[i] as number;
    inside[code] = (inside[code] as number) + share;
    outside[code] = (outside[code] as number) + 1 - share;
    insideSum += share;
    outsideSum += 1 - share;
  });
  return Float32Array.from(codes, (code) => {
    const p = (inside[code] as number) / insideSum;
    const q = (outside[code] as number) / outsideSum;
    return 0.1 + (0.8 * p) / (p + q);
  });
}

/** Pushes a probability towards 0 or 1, keeping a soft edge. */
function steepened(value: number): number {
  return 1 / (1 + Math.exp(-12 * (value - 0.5)));
}

async function enlarged({ widthPx, heightPx, values }: Mask, target: Raster): Promise<Mask> {
  const rgb = Uint8Array.from({ length: values.length * 3 }, (_, i) =>
    Math.round((values[Math.floor(i / 3)] as number) * 255),
  );
  const large = await sharpOf({ widthPx, heightPx, rgb })
    .resize(target.widthPx, target.heightPx, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  const { widthPx: w, heightPx: h } = target;
  return {
    widthPx: w,
    heightPx: h,
    values: Float32Array.from({ length: w * h }, (_, i) => (large[i * 3] as number) / 255),
  };
}
