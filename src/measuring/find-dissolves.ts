import { z } from "zod";
import type { DecodedImage } from "../domain/image.ts";
import { facePatch } from "./face-patch.ts";
import { isAlike } from "./find-cuts.ts";

/** Rows and columns of a frame's luminances: with half as many, slow pans pass for dissolves. */
const SIDE = 24;
/** Frames that are remembered, and how far they are apart at least: 1.6 s, within which most dissolves change a picture. */
const MOST_FRAMES = 8;
const APART_S = 0.2;
/** Below this correlation, at any shift, two frames are of different shots. Over a face that smiles before the same wall it stays above. */
const UNLIKE_BELOW = 0.8;
/**
 * What may be left of the frames between once they are taken for mixtures, as a share of the squared difference of both ends. Mixtures of
 * the photographs that the benchmark uses leave 0.0003; of their pans, zooms and tilts the slowest 0.018.
 */
const MOST_LEFT = 0.01;
/** A mixture has at least this much of either shot: a cut has none between. */
const MIXED_FROM = 0.1;
/** What differs by less from either shot is that shot, and shares may go back by as much: noise and rounding. */
const SAME_SHARE = 0.02;

/** What is remembered of a frame. */
export const FrameLook = z.strictObject({
  timestampS: z.number(),
  /** uint8 [24, 24] luminances, base64. */
  luminances: z.string(),
});
export type FrameLook = z.infer<typeof FrameLook>;

export function frameLook(image: DecodedImage, timestampS: number): FrameLook {
  const whole = { leftPx: 0, topPx: 0, widthPx: image.widthPx, heightPx: image.heightPx };
  return { timestampS, luminances: Buffer.from(facePatch(image, whole, { side: SIDE })).toString("base64") };
}

/** The frames before, with one more: those that later ones are compared with. */
export function remembered(before: readonly FrameLook[], now: FrameLook): FrameLook[] {
  const last = before.at(-1);
  if (last !== undefined && now.timestampS - last.timestampS < APART_S - 0.01) return [...before];
  return [...before, now].slice(-MOST_FRAMES);
}

/**
 * Since when one shot has been dissolving into the one that is seen now, where every frame between is a mixture of both: the time of
 * the last frame of which nothing was mixed yet. `null` where none is, as when a camera or a person moves.
 */
export function dissolvedSince(before: readonly FrameLook[], now: FrameLook): number | null {
  const looks = before.map(({ luminances }) => [...Buffer.from(luminances, "base64")]);
  const last = [...Buffer.from(now.luminances, "base64")];
  for (const [at, first] of looks.entries()) {
    const shares = sharesBetween(first, looks.slice(at + 1), last);
    // Once the frame before is of the new shot as a whole, the dissolve is over.
    if (shares === null || (shares.at(-1) ?? 1) > 1 - SAME_SHARE) continue;
    const still = shares.filter((share) => share < SAME_SHARE).length;
    return before[at + still]?.timestampS ?? null;
  }
  return null;
}

/** How much of the last frame is in each of those between; `null` where they are no mixtures of both. */
function sharesBetween(
  first: readonly number[],
  between: readonly (readonly number[])[],
  last: readonly number[],
): number[] | null {
  const whole = differenceOf(last, first);
  const size = productOf(whole, whole);
  if (size === 0) return null;
  const shares: number[] = [];
  for (const frame of between) {
    const own = differenceOf(frame, first);
    const share = productOf(own, whole) / size;
    if (share < (shares.at(-1) ?? 0) - SAME_SHARE || share > 1 + SAME_SHARE) return null;
    if (productOf(own, own) / size - share ** 2 > MOST_LEFT) return null;
    shares.push(share);
  }
  const isMixed = shares.some((share) => share >= MIXED_FROM && share <= 1 - MIXED_FROM);
  return isMixed && !isAlike(first, last, UNLIKE_BELOW) ? shares : null;
}

function differenceOf(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, at) => value - (b[at] as number)); // patches are of one size
}

function productOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}
