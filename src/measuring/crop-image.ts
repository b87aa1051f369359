import { clipBox, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";

/**
 * A part of a decoded image as an image of its own. It keeps the path and hash of the file that it is from.
 *
 * @throws {RangeError} if nothing of the box is inside the image.
 */
export function cropImage(image: DecodedImage, box: PixelBox): DecodedImage {
  const inside = clipBox(box, image);
  if (inside === undefined) throw new RangeError(`The box is outside the image: ${image.path}`);
  const left = Math.floor(inside.leftPx);
  const top = Math.floor(inside.topPx);
  const widthPx = Math.floor(inside.leftPx + inside.widthPx) - left;
  const heightPx = Math.floor(inside.topPx + inside.heightPx) - top;
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let row = 0; row < heightPx; row++) {
    const start = ((top + row) * image.widthPx + left) * 3;
    rgb.set(image.rgb.subarray(start, start + widthPx * 3), row * widthPx * 3);
  }
  return { ...image, widthPx, heightPx, rgb };
}
