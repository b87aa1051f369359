import type { DecodedImage } from "../../src/domain/image.ts";

/** A drawn picture whose pixel at (x, y) is the colour (x, y, 128), up to 256 pixels a side. */
export function gradientImage(widthPx: number, heightPx: number): DecodedImage {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) rgb.set([x, y, 128], (y * widthPx + x) * 3);
  }
  return { path: "gradient.png", widthPx, heightPx, rgb, sha256: "0".repeat(64) };
}
