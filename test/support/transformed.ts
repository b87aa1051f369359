import sharp, { type Sharp } from "sharp";
import type { DecodedImage } from "../../src/domain/image.ts";

/** A changed copy of an image, of the size that comes out. */
export async function transformed(image: DecodedImage, change: (image: Sharp) => Sharp): Promise<DecodedImage> {
  const source = sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } });
  const { data, info } = await change(source)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...image, widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data) };
}

/** Copies of images side by side in rows, each within a cell of `widthPx` x `heightPx`. */
export async function mosaic(
  images: readonly DecodedImage[],
  cell: { readonly widthPx: number; readonly heightPx: number; readonly columns: number },
): Promise<DecodedImage> {
  const { widthPx, heightPx, columns } = cell;
  const tiles = await Promise.all(
    images.map((image) => transformed(image, (image) => image.resize(widthPx, heightPx, { fit: "contain" }))),
  );
  const [width, height] = [widthPx * columns, heightPx * Math.ceil(images.length / columns)];
  const rgb = new Uint8Array(width * height * 3).fill(64);
  tiles.forEach((tile, index) => {
    const [left, top] = [(index % columns) * widthPx, Math.floor(index / columns) * heightPx];
    for (let row = 0; row < heightPx; row++) {
      rgb.set(tile.rgb.subarray(row * widthPx * 3, (row + 1) * widthPx * 3), ((top + row) * width + left) * 3);
    }
  });
  return { path: "mosaic.png", widthPx: width, heightPx: height, rgb, sha256: "0".repeat(64) };
}
