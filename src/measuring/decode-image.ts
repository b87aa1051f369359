import { createHash } from "node:crypto";
import sharp, { type Metadata } from "sharp";
import { ImageDecodeError, KuleshovError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { PixelPool } from "../domain/pixel-pool.ts";
import { readObject } from "../platform/object-store.ts";
import { readBytes } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import { isObjectAddress } from "../platform/system-path.ts";
import { refusalOfBytes, refusalOfFormat } from "./image-format.ts";

/** Largest image that is decoded. A small file can claim any size, so this is checked before pixels are made. */
const MAX_PIXELS = 50_000_000;

/** Largest file that is read into memory. 50 megapixels of 16-bit TIFF are 300 MB. */
const MAX_FILE_BYTES = 400_000_000;

/**
 * Reads an image, a file or an object (`s3://bucket/key`), into upright 8-bit sRGB. Camera orientation is applied, transparency is laid on white, of an
 * animation the first frame is taken; EXIF and every other metadata stay behind.
 *
 * @throws {ImageDecodeError} if the file is missing, no image, damaged, too large or of a format that is not read.
 */
export function decodeImage(path: string, signal?: AbortSignal): Promise<DecodedImage> {
  return decoded(path, (pixels) => pixels, signal);
}

/** As `decodeImage`, on memory from a pool, for those who decode many. */
export function decodeImageInto(pool: PixelPool, path: string, signal?: AbortSignal): Promise<DecodedImage> {
  const copied = (pixels: Uint8Array) => {
    const copy = pool.take(pixels.length);
    copy.set(pixels);
    return copy;
  };
  return decoded(path, copied, signal);
}

async function decoded(
  path: string,
  placed: (pixels: Uint8Array) => Uint8Array,
  signal: AbortSignal | undefined,
): Promise<DecodedImage> {
  const bytes = await readImageFile(path, signal);
  const refusal = refusalOfBytes(bytes);
  if (refusal !== undefined) throw new ImageDecodeError(path, refusal);
  const { pixels, widthPx, heightPx } = await decodePixels(path, bytes);
  signal?.throwIfAborted();
  return {
    path,
    widthPx,
    heightPx,
    rgb: placed(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length)),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** The size of an image as it stands upright; `undefined` for what is no image. */
export async function imageSize(path: string): Promise<{ widthPx: number; heightPx: number } | undefined> {
  try {
    const { autoOrient } = await sharp(await readImageFile(path, undefined)).metadata();
    return { widthPx: autoOrient.width, heightPx: autoOrient.height };
  } catch {
    return undefined;
  }
}

async function readImageFile(path: string, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    const read = isObjectAddress(path) ? readObject : readBytes;
    return await read(path, { mostBytes: MAX_FILE_BYTES, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof KuleshovError) throw error; // of an object store, and not about this image
    throw new ImageDecodeError(path, whyRefused(error), { cause: error });
  }
}

async function decodePixels(path: string, bytes: Buffer) {
  try {
    const options = { limitInputPixels: MAX_PIXELS } as const;
    const metadata = await sharp(bytes, options).metadata();
    const refusal = refusalOfFormat(metadata);
    if (refusal !== undefined) throw new ImageDecodeError(path, refusal);
    const { data, info } = await sharp(bytes, { ...options, ignoreIcc: isPlainSrgb(metadata) })
      .autoOrient()
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, widthPx: info.width, heightPx: info.height };
  } catch (error) {
    if (error instanceof ImageDecodeError) throw error;
    throw new ImageDecodeError(path, reasonForUndecodable(error), { cause: error });
  }
}

/** The sRGB profile of HP and Microsoft, which most cameras and programs embed. */
const SRGB_PROFILE_SHA256 = "2b3aa1645779a9e634744faf9b01e9102b0c9b88fd6deced7934df86b949af7e";

/** Whether pixels are sRGB as they stand: to convert them takes as long as to decode them, and only adds its rounding. */
function isPlainSrgb({ icc }: Metadata): boolean {
  return icc !== undefined && createHash("sha256").update(icc).digest("hex") === SRGB_PROFILE_SHA256;
}

/** Turns libvips' complaints into ours. Its texts are stable prefixes; anything else means damaged data. */
function reasonForUndecodable(error: unknown): string {
  const complaint = error instanceof Error ? error.message : String(error);
  if (complaint.includes("exceeds pixel limit"))
    return `it has more than ${MAX_PIXELS / 1e6} megapixels: make it smaller`;
  if (complaint.includes("unsupported image format")) return "it is not an image in JPEG, PNG, WebP, GIF, TIFF or AVIF";
  return "its image data is damaged or cut short: fetch the file again";
}
