import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { smallJpeg } from "../../../src/evaluation/report/worst-cases.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** 400 x 200 as it is seen, lying on its side in the file: a green person of 40 px in its right half, blue all around. */
async function lyingImage(): Promise<string> {
  const path = join(await tempFolder(), "lying.jpg");
  const upright = await sharp({ create: { width: 400, height: 200, channels: 3, background: "blue" } })
    .composite([{ input: { create: { width: 40, height: 40, channels: 3, background: "lime" } }, left: 280, top: 80 }])
    .png()
    .toBuffer();
  await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toFile(path);
  return path;
}

it("shows of an image the person who was asked about, upright, and of none in particular all of it", async () => {
  const path = await lyingImage();
  const shown = async (region: { leftPx: number; topPx: number; widthPx: number; heightPx: number } | null) => {
    const jpeg = (await smallJpeg(path, { region })) as Buffer;
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    return { size: [info.width, info.height], isGreen: green > 200 && red < 60 && blue < 60 };
  };
  expect(await shown({ leftPx: 280, topPx: 80, widthPx: 40, heightPx: 40 })).toEqual({
    size: [300, 300],
    isGreen: true,
  });
  // At the edge there is less around it.
  expect(await shown({ leftPx: 360, topPx: 80, widthPx: 40, heightPx: 40 })).toMatchObject({ size: [200, 300] });
  expect(await shown(null)).toEqual({ size: [300, 150], isGreen: false });
});
