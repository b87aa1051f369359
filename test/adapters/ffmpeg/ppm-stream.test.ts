import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPpmStream } from "../../../src/adapters/ffmpeg/ppm-stream.ts";
import { FRESH_PIXELS } from "../../../src/domain/pixel-pool.ts";
import { collect } from "../../support/collect.ts";

const image = fc
  .record({ widthPx: fc.integer({ min: 1, max: 12 }), heightPx: fc.integer({ min: 1, max: 12 }) })
  .chain(({ widthPx, heightPx }) =>
    fc
      .uint8Array({ minLength: widthPx * heightPx * 3, maxLength: widthPx * heightPx * 3 })
      .map((rgb) => ({ widthPx, heightPx, rgb })),
  );

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("readPpmStream", () => {
  it("finds the same images however the stream is cut into pieces, and drops an unfinished one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(image, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), async (images, size) => {
        const whole = images.map(({ widthPx, heightPx, rgb }) =>
          Buffer.concat([Buffer.from(`P6\n${widthPx} ${heightPx}\n255\n`), rgb]),
        );
        const bytes = Buffer.concat([...whole, Buffer.from("P6\n4 4\n255\nabc")]);
        const read = await collect(readPpmStream(piecesOf(bytes, size), FRESH_PIXELS));
        expect(read.map((one) => ({ ...one, rgb: [...one.rgb] }))).toEqual(
          images.map((one) => ({ ...one, rgb: [...one.rgb] })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a stream of something else", async () => {
    const text = Buffer.from("this is no image, nor will it ever be one");
    await expect(collect(readPpmStream(piecesOf(text, 7), FRESH_PIXELS))).rejects.toThrow(RangeError);
  });
});
