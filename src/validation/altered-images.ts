import sharp, { type Sharp } from "sharp";
import type { DecodedImage } from "../domain/image.ts";
import { unmirrored } from "../measuring/mirrored.ts";

/** An image changed in a way that leaves the expression what it was. */
export interface AlteredImage {
  readonly name: string;
  readonly image: DecodedImage;
  /** Where a point of the original is in it, in pixels. */
  place(x: number, y: number): readonly [number, number];
}

const TURN_DEG = 10;
const JPEG_QUALITY = 60;

/**
 * Names of the changes, in the order of {@link alteredImages}: stored again as JPEG of quality 60, mirrored, darker and
 * lighter by 40 %, half as large, turned clockwise by 10 degrees.
 */
export const ALTERATIONS = ["re-encoded", "mirrored", "darker", "lighter", "half size", "turned 10°"] as const;
export const MIRRORED = "mirrored" satisfies (typeof ALTERATIONS)[number];

/** An image in every changed form, one after the other. */
export async function* alteredImages(image: DecodedImage): AsyncGenerator<AlteredImage> {
  const { rgb, widthPx, heightPx } = image;
  const open = () => sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } });
  const same = (x: number, y: number) => [x, y] as const;
  const stored = await open().jpeg({ quality: JPEG_QUALITY }).toBuffer();
  yield { name: "re-encoded", image: await pixelsOf(sharp(stored), image), place: same };
  yield { name: MIRRORED, image: unmirrored(image), place: (x, y) => [widthPx - x, y] };
  yield { name: "darker", image: await pixelsOf(open().linear(0.6, 0), image), place: same };
  yield { name: "lighter", image: await pixelsOf(open().linear(1.4, 0), image), place: same };
  const half = open().resize(Math.max(1, Math.round(widthPx / 2)), Math.max(1, Math.round(heightPx / 2)), {
    fit: "fill",
  });
  yield { name: "half size", image: await pixelsOf(half, image), place: (x, y) => [x / 2, y / 2] };
  const turned = await pixelsOf(open().rotate(TURN_DEG, { background: "grey" }), image);
  const [cos, sin] = [Math.cos((TURN_DEG * Math.PI) / 180), Math.sin((TURN_DEG * Math.PI) / 180)];
  yield {
    name: "turned 10°",
    image: turned,
    place: (x, y) => {
      const [fromMiddle, down] = [x - widthPx / 2, y - heightPx / 2];
      return [turned.widthPx / 2 + fromMiddle * cos - down * sin, turned.heightPx / 2 + fromMiddle * sin + down * cos];
    },
  };
}

async function pixelsOf(pipeline: Sharp, image: DecodedImage): Promise<DecodedImage> {
  const { data, info } = await pipeline
    .toColourspace("srgb")
    .removeAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { ...image, rgb: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
}
