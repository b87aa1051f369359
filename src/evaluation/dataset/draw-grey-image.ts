import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { cacheFolder } from "../../platform/cache-folder.ts";
import { sha256 } from "../../platform/hash.ts";
import { writeFileAtomic } from "../../platform/write-file-atomic.ts";

/**
 * Writes grey values as a PNG into the cache folder, once for the same values.
 *
 * @param pixels 0..255, separated by spaces, row by row from the top left.
 * @returns its path, `undefined` when the values are no square image.
 */
export async function drawGreyImage(pixels: string): Promise<string | undefined> {
  const values = pixels.trim().split(/\s+/).map(Number);
  const side = Math.sqrt(values.length);
  if (!Number.isInteger(side) || !values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) {
    return undefined;
  }
  const bytes = Uint8Array.from(values);
  const folder = join(cacheFolder(), "dataset-images");
  const path = join(folder, `${sha256(bytes)}.png`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  await mkdir(folder, { recursive: true });
  const png = await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  await writeFileAtomic(path, png);
  return path;
}
