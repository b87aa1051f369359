import sharp from "sharp";
import type { PixelBox } from "../../src/domain/geometry.ts";
import type { DecodedImage } from "../../src/domain/image.ts";

/** A drawn image whose pixel at (x, y) is the colour (x, y, 128), up to 256 pixels a side. */
export function gradientImage(widthPx: number, heightPx: number): DecodedImage {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) rgb.set([x, y, 128], (y * widthPx + x) * 3);
  }
  return { path: "gradient.png", widthPx, heightPx, rgb, sha256: "0".repeat(64) };
}

/** The inside of a box, its longer side scaled to `sidePx`, as an image of its own. */
export async function cutOut(image: DecodedImage, box: PixelBox, sidePx: number): Promise<DecodedImage> {
  const region = {
    left: Math.max(0, Math.round(box.leftPx)),
    top: Math.max(0, Math.round(box.topPx)),
    width: Math.round(box.widthPx),
    height: Math.round(box.heightPx),
  };
  const { data, info } = await sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } })
    .extract(region)
    .resize(sidePx, sidePx, { fit: "inside" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...image, widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data) };
}
