import sharp from "sharp";
import { clipBox } from "../../domain/geometry.ts";
import type { DecodedImage } from "../../domain/image.ts";

/** A square of the image in source pixels; it may reach past the frame. */
export interface Square {
  readonly leftPx: number;
  readonly topPx: number;
  readonly sidePx: number;
}

const RAW = { channels: 3 } as const;

/** The whole image stretched to a square: uint8 [sidePx, sidePx, 3], RGB. */
export async function stretched({ rgb, widthPx, heightPx }: DecodedImage, sidePx: number): Promise<Uint8Array> {
  const raw = { width: widthPx, height: heightPx, ...RAW };
  return sharp(rgb, { raw }).resize(sidePx, sidePx, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
}

/**
 * A square of the image at another size, black where it reaches past the frame: uint8 [sidePx, sidePx, 3], RGB.
 * `undefined` when nothing of it lies in the image.
 */
export async function cutSquare(image: DecodedImage, square: Square, sidePx: number): Promise<Uint8Array | undefined> {
  const { leftPx, topPx, sidePx: widthPx } = square;
  const inside = clipBox({ leftPx, topPx, widthPx, heightPx: widthPx }, image);
  if (inside === undefined) return undefined;
  const left = Math.min(Math.floor(inside.leftPx), image.widthPx - 1);
  const top = Math.min(Math.floor(inside.topPx), image.heightPx - 1);
  const width = Math.max(1, Math.round(inside.widthPx));
  const height = Math.max(1, Math.round(inside.heightPx));
  const across = spread(left - leftPx, width, { from: widthPx, to: sidePx });
  const down = spread(top - topPx, height, { from: widthPx, to: sidePx });
  return sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, ...RAW } })
    .extract({
      left,
      top,
      width: Math.min(width, image.widthPx - left),
      height: Math.min(height, image.heightPx - top),
    })
    .resize(across.size, down.size, { fit: "fill", kernel: "cubic" })
    .extend({ left: across.before, right: across.after, top: down.before, bottom: down.after, background: "#000000" })
    .raw()
    .toBuffer();
}

/** Where a stretch of a side comes to lie on a side of another length, in whole pixels. */
function spread(start: number, length: number, { from, to }: { from: number; to: number }) {
  const size = Math.min(to, Math.max(1, Math.round((length * to) / from)));
  const before = Math.min(to - size, Math.max(0, Math.round((start * to) / from)));
  return { before, size, after: to - size - before };
}
