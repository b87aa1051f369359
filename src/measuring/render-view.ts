import sharp, { type OverlayOptions, type Region, type Sharp } from "sharp";
import { clipBox, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage, ImageView } from "../domain/image.ts";

interface ViewOptions {
  /** What it shows, for the model and the trace. */
  readonly caption: string;
  /** Part of the image, in source pixels; what reaches past the frame is left out. Without it, the whole image. */
  readonly region?: PixelBox;
  /** The longer side is made no larger than this. */
  readonly maxSidePx: number;
  /** The longer side is enlarged to at least this, so that a vision model sees small regions at all. */
  readonly minSidePx?: number;
  /** Boxes in source pixels that are covered with gray, for views without faces. */
  readonly hidden?: readonly PixelBox[];
  readonly format?: "jpeg" | "png";
}

/**
 * Encodes the image, or a region of it, as a model is shown it. There is no metadata in the result.
 *
 * @throws {RangeError} if no pixel of the region is inside the image.
 */
export async function renderView(image: DecodedImage, options: ViewOptions, signal?: AbortSignal): Promise<ImageView> {
  signal?.throwIfAborted();
  const area = wholePixels(image, options.region);
  const scale = viewScale(Math.max(area.width, area.height), options);
  const cut = sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } }).extract(area);
  const covered = await cover(cut, area, options.hidden);
  const resized = covered.resize(
    Math.max(1, Math.round(area.width * scale)),
    Math.max(1, Math.round(area.height * scale)),
  );
  const encoded = options.format === "png" ? resized.png() : resized.jpeg({ quality: 90, chromaSubsampling: "4:4:4" });
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  signal?.throwIfAborted();
  const mimeType = options.format === "png" ? "image/png" : "image/jpeg";
  return { mimeType, data, widthPx: info.width, heightPx: info.height, caption: options.caption };
}

/** A view as a page holds it, which fetches nothing. */
export function dataAddress({ mimeType, data }: Pick<ImageView, "mimeType" | "data">): string {
  return `data:${mimeType};base64,${Buffer.from(data).toString("base64")}`;
}

function wholePixels(image: DecodedImage, region: PixelBox | undefined): Region {
  if (region === undefined) return { left: 0, top: 0, width: image.widthPx, height: image.heightPx };
  const inside = clipBox(region, image);
  if (inside === undefined) {
    throw new RangeError(`The region is outside the image of ${image.widthPx} x ${image.heightPx} pixels`);
  }
  const left = Math.min(Math.floor(inside.leftPx), image.widthPx - 1);
  const top = Math.min(Math.floor(inside.topPx), image.heightPx - 1);
  return {
    left,
    top,
    width: Math.max(1, Math.ceil(inside.leftPx + inside.widthPx) - left),
    height: Math.max(1, Math.ceil(inside.topPx + inside.heightPx) - top),
  };
}

function viewScale(longerSidePx: number, { maxSidePx, minSidePx }: ViewOptions): number {
  if (longerSidePx > maxSidePx) return maxSidePx / longerSidePx;
  if (minSidePx !== undefined && longerSidePx < minSidePx) return Math.min(minSidePx, maxSidePx) / longerSidePx;
  return 1;
}

/** Covering happens before resizing, in a pass of its own: within one pass sharp composites last. */
async function cover(cut: Sharp, area: Region, hidden: readonly PixelBox[] = []): Promise<Sharp> {
  const covers = hidden.flatMap((box) => coverWithin(area, box));
  if (covers.length === 0) return cut;
  const rgb = await sharp(await cut.raw().toBuffer(), { raw: { ...area, channels: 3 } })
    .composite(covers)
    .removeAlpha()
    .raw()
    .toBuffer();
  return sharp(rgb, { raw: { width: area.width, height: area.height, channels: 3 } });
}

function coverWithin(area: Region, box: PixelBox): OverlayOptions[] {
  const shifted = { ...box, leftPx: box.leftPx - area.left, topPx: box.topPx - area.top };
  const inside = clipBox(shifted, { widthPx: area.width, heightPx: area.height });
  if (inside === undefined) return [];
  const left = Math.floor(inside.leftPx);
  const top = Math.floor(inside.topPx);
  const width = Math.ceil(inside.leftPx + inside.widthPx) - left;
  const height = Math.ceil(inside.topPx + inside.heightPx) - top;
  return [{ input: { create: { width, height, channels: 3, background: "#808080" } }, left, top }];
}
