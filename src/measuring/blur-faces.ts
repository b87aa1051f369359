import sharp from "sharp";
import { clipBox, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";

/** Chin, hair and ears lie outside of a face's box. */
const MARGIN = 0.25;
/** Cells across a face: too few for eyes, mouth or a likeness. */
const CELLS = 4;

/** The image with these faces blurred beyond recognition, everything else as it is. It keeps the file's path and hash. */
export async function blurFaces(image: DecodedImage, boxes: readonly PixelBox[]): Promise<DecodedImage> {
  const raw = { width: image.widthPx, height: image.heightPx, channels: 3 as const };
  const patches = await Promise.all(boxes.flatMap((box) => patchOf(image, box)));
  if (patches.length === 0) return image;
  const rgb = await sharp(image.rgb, { raw }).composite(patches).removeAlpha().raw().toBuffer();
  return { ...image, rgb: new Uint8Array(rgb) };
}

function patchOf(image: DecodedImage, { leftPx, topPx, widthPx, heightPx }: PixelBox) {
  const [wide, high] = [widthPx * MARGIN, heightPx * MARGIN];
  const grown = {
    leftPx: leftPx - wide,
    topPx: topPx - high,
    widthPx: widthPx + 2 * wide,
    heightPx: heightPx + 2 * high,
  };
  const inside = clipBox(grown, image);
  if (inside === undefined) return [];
  const [left, top] = [Math.floor(inside.leftPx), Math.floor(inside.topPx)];
  const width = Math.max(1, Math.min(image.widthPx - left, Math.ceil(inside.widthPx)));
  const height = Math.max(1, Math.min(image.heightPx - top, Math.ceil(inside.heightPx)));
  return [blurred(image, { left, top, width, height })];
}

async function blurred(image: DecodedImage, area: { left: number; top: number; width: number; height: number }) {
  const raw = { width: image.widthPx, height: image.heightPx, channels: 3 as const };
  const cells = await sharp(image.rgb, { raw }).extract(area).resize(CELLS, CELLS, { fit: "fill" }).png().toBuffer();
  const input = await sharp(cells).resize(area.width, area.height, { fit: "fill", kernel: "cubic" }).png().toBuffer();
  return { input, left: area.left, top: area.top };
}
