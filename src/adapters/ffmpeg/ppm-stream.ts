import type { PixelPool } from "../../domain/pixel-pool.ts";

/** Pixels of one image of a PPM stream, on shared memory so that worker threads read them without a copy. */
interface PpmImage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** uint8 [heightPx, widthPx, 3], RGB. */
  readonly rgb: Uint8Array;
}

/** As ffmpeg writes it: type, size and maximum, each on a line of its own, then the pixels. */
const HEADER = /^P6\n(\d+) (\d+)\n255\n/;
const LONGEST_HEADER = 32;

/**
 * Splits a stream of binary PPM images (netpbm's P6) as it comes in. An image that the stream ends within is dropped.
 *
 * @throws {RangeError} if something else than an image comes.
 */
export async function* readPpmStream(chunks: AsyncIterable<Buffer>, pool: PixelPool): AsyncGenerator<PpmImage> {
  let head: Buffer = Buffer.alloc(0);
  let image: PpmImage | undefined;
  let filled = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > 0) {
      if (image === undefined) {
        head = Buffer.concat([head, rest]);
        const size = headerOf(head);
        if (size === undefined) break;
        rest = head.subarray(size.headerBytes);
        head = Buffer.alloc(0);
        image = emptyImage(size, pool);
        filled = 0;
      }
      const taken = rest.subarray(0, image.rgb.length - filled);
      image.rgb.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
      if (filled < image.rgb.length) continue;
      yield image;
      image = undefined;
    }
  }
}

interface PpmSize {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly headerBytes: number;
}

/** `undefined` while the header is not complete. */
function headerOf(bytes: Buffer): PpmSize | undefined {
  const match = HEADER.exec(bytes.subarray(0, LONGEST_HEADER).toString("latin1"));
  if (match !== null) return { widthPx: Number(match[1]), heightPx: Number(match[2]), headerBytes: match[0].length };
  if (bytes.length >= LONGEST_HEADER) throw new RangeError("The stream holds something else than PPM images");
  return undefined;
}

function emptyImage({ widthPx, heightPx }: PpmSize, pool: PixelPool): PpmImage {
  return { widthPx, heightPx, rgb: pool.take(widthPx * heightPx * 3) };
}
