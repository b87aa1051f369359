import sharp from "sharp";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import { decodeImage } from "../measuring/decode-image.ts";

/** Pixels to work on: uint8 [heightPx, widthPx, 3], RGB 0..255. */
export interface Raster {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

/** Longest side of a built stimulus: what models are shown, and enough for a person at a screen. */
const STIMULUS_SIDE_PX = 1280;

/** The image, made smaller where it is larger than a stimulus; `scale` maps source pixels to raster pixels. */
export async function rasterOf(image: DecodedImage): Promise<{ readonly raster: Raster; readonly scale: number }> {
  const scale = Math.min(1, STIMULUS_SIDE_PX / Math.max(image.widthPx, image.heightPx));
  if (scale === 1) return { raster: image, scale };
  const widthPx = Math.max(1, Math.round(image.widthPx * scale));
  const heightPx = Math.max(1, Math.round(image.heightPx * scale));
  const rgb = await sharpOf(image).resize(widthPx, heightPx, { fit: "fill" }).raw().toBuffer();
  return { raster: { widthPx, heightPx, rgb }, scale };
}

/** A raster as sharp takes it. */
export function sharpOf({ widthPx, heightPx, rgb }: Raster) {
  return sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

/** Gaussian blur; `sigmaPx` under 0.3 leaves it as it is. */
export async function blurred(raster: Raster, sigmaPx: number): Promise<Raster> {
  if (sigmaPx < 0.3) return raster;
  const rgb = await sharpOf(raster).blur(sigmaPx).raw().toBuffer();
  return { ...raster, rgb };
}

/** `over` where the mask is 1, `under` where it is 0, mixed between. All of one size; what lies over the range is clipped. */
export function mixed(under: Raster, over: { readonly rgb: ArrayLike<number> }, mask: Float32Array): Raster {
  const rgb = new Uint8ClampedArray(under.rgb.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const share = wholly(mask[pixel] as number);
    for (let channel = pixel * 3; channel < pixel * 3 + 3; channel++) {
      const below = under.rgb[channel] as number;
      rgb[channel] = Math.round(below + share * ((over.rgb[channel] as number) - below));
    }
  }
  return { widthPx: under.widthPx, heightPx: under.heightPx, rgb: new Uint8Array(rgb.buffer) };
}

/** Masks are blurred and resized in bytes, which leaves 254 of 255 where all is covered: a face would shine through by that. */
function wholly(share: number): number {
  return share > 0.98 ? 1 : share < 0.02 ? 0 : share;
}

/** Mid gray, as in most published stimuli. */
export const GRAY = 128;

/** One colour everywhere. */
export function plain({ widthPx, heightPx }: Raster, gray: number): Raster {
  return { widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(gray) };
}

/** The part of a raster inside a box, with whole pixels. */
export async function cropped(raster: Raster, box: PixelBox): Promise<Raster> {
  const left = Math.max(0, Math.min(raster.widthPx - 1, Math.round(box.leftPx)));
  const top = Math.max(0, Math.min(raster.heightPx - 1, Math.round(box.topPx)));
  const width = Math.max(1, Math.min(raster.widthPx - left, Math.round(box.widthPx)));
  const height = Math.max(1, Math.min(raster.heightPx - top, Math.round(box.heightPx)));
  const rgb = await sharpOf(raster).extract({ left, top, width, height }).raw().toBuffer();
  return { widthPx: width, heightPx: height, rgb };
}

/** An image file as people are shown it: upright, at most 1000 pixels wide, and where a face lies in it as shares of its sides. */
export async function shownTo(
  path: string,
  region: PixelBox | null,
): Promise<{ readonly image: string; readonly person: readonly [number, number] | null }> {
  const image = await decodeImage(path);
  const jpeg = await sharpOf(image)
    .resize(1000, 1000, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toBuffer();
  const person =
    region === null
      ? null
      : ([(region.leftPx + region.widthPx / 2) / image.widthPx, region.topPx / image.heightPx] as const);
  return { image: `data:image/jpeg;base64,${jpeg.toString("base64")}`, person };
}
