import { z } from "zod";

/** Axis-aligned box in source-image pixels. Origin top-left, x right, y down. It may reach past the frame. */
export const PixelBox = z.strictObject({
  leftPx: z.number(),
  topPx: z.number(),
  widthPx: z.number().positive(),
  heightPx: z.number().positive(),
});
export type PixelBox = z.infer<typeof PixelBox>;

/** Intersection over union of two boxes, 0..1. */
export function boxOverlap(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a.leftPx + a.widthPx, b.leftPx + b.widthPx) - Math.max(a.leftPx, b.leftPx);
  const height = Math.min(a.topPx + a.heightPx, b.topPx + b.heightPx) - Math.max(a.topPx, b.topPx);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.widthPx * a.heightPx + b.widthPx * b.heightPx - shared);
}

/** Whether the middle of one box lies within another. */
export function holdsMiddle(outer: PixelBox, { leftPx, topPx, widthPx, heightPx }: PixelBox): boolean {
  const [x, y] = [leftPx + widthPx / 2 - outer.leftPx, topPx + heightPx / 2 - outer.topPx];
  return x >= 0 && y >= 0 && x <= outer.widthPx && y <= outer.heightPx;
}

/** The part of a box inside a `widthPx` x `heightPx` frame, or `undefined` when nothing of it is inside. */
export function clipBox(box: PixelBox, frame: { widthPx: number; heightPx: number }): PixelBox | undefined {
  const leftPx = Math.max(0, box.leftPx);
  const topPx = Math.max(0, box.topPx);
  const widthPx = Math.min(frame.widthPx, box.leftPx + box.widthPx) - leftPx;
  const heightPx = Math.min(frame.heightPx, box.topPx + box.heightPx) - topPx;
  return widthPx > 0 && heightPx > 0 ? { leftPx, topPx, widthPx, heightPx } : undefined;
}

/** A box given in shares of an image's width and height, 0..1, in the image's pixels. */
export function boxOfShares(shares: PixelBox, frame: { widthPx: number; heightPx: number }): PixelBox {
  return {
    leftPx: shares.leftPx * frame.widthPx,
    topPx: shares.topPx * frame.heightPx,
    widthPx: shares.widthPx * frame.widthPx,
    heightPx: shares.heightPx * frame.heightPx,
  };
}
