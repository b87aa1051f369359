import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { renderView } from "../../src/measuring/render-view.ts";
import { gradientImage } from "../support/images.ts";

describe("renderView", () => {
  it("shows the whole image no larger than asked for, as JPEG without metadata", async () => {
    const view = await renderView(gradientImage(200, 100), { caption: "the whole image", maxSidePx: 50 });
    expect({ ...view, data: undefined }).toEqual({
      mimeType: "image/jpeg",
      data: undefined,
      widthPx: 50,
      heightPx: 25,
      caption: "the whole image",
    });
    const metadata = await sharp(view.data).metadata();
    expect([metadata.format, metadata.exif, metadata.xmp, metadata.icc]).toEqual([
      "jpeg",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("cuts a region at whole source pixels and leaves out what reaches past the frame", async () => {
    const region = { leftPx: 180, topPx: -10, widthPx: 100, heightPx: 40 };
    const view = await renderView(gradientImage(200, 100), { caption: "F1", region, maxSidePx: 500, format: "png" });
    const { data, info } = await sharp(view.data).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([20, 30]);
    expect([...data.subarray(0, 3)]).toEqual([180, 0, 128]);
    expect([...data.subarray(-3)]).toEqual([199, 29, 128]);
  });

  it("enlarges a small region so that its details can be seen", async () => {
    const region = { leftPx: 10, topPx: 10, widthPx: 20, heightPx: 10 };
    const view = await renderView(gradientImage(200, 100), {
      caption: "F1, mouth",
      region,
      maxSidePx: 800,
      minSidePx: 400,
    });
    expect([view.widthPx, view.heightPx]).toEqual([400, 200]);
  });

  it("covers hidden boxes with gray and nothing else", async () => {
    const hidden = [
      { leftPx: 50, topPx: 20, widthPx: 10, heightPx: 10 },
      { leftPx: 500, topPx: 20, widthPx: 10, heightPx: 10 },
    ];
    const view = await renderView(gradientImage(200, 100), {
      caption: "faces hidden",
      hidden,
      maxSidePx: 200,
      format: "png",
    });
    const rgb = await sharp(view.data).raw().toBuffer();
    const at = (x: number, y: number) => [...rgb.subarray((y * 200 + x) * 3, (y * 200 + x) * 3 + 3)];
    expect([at(50, 20), at(59, 29)]).toEqual([
      [128, 128, 128],
      [128, 128, 128],
    ]);
    expect([at(49, 20), at(60, 29)]).toEqual([
      [49, 20, 128],
      [60, 29, 128],
    ]);
  });

  it("refuses a region without a single pixel of the image", async () => {
    const region = { leftPx: 300, topPx: 0, widthPx: 10, heightPx: 10 };
    await expect(renderView(gradientImage(200, 100), { caption: "", region, maxSidePx: 50 })).rejects.toThrow(
      RangeError,
    );
  });
});
