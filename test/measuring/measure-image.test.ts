import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InferenceError, ModelFileError } from "../../src/domain/errors.ts";
import type { DecodedImage } from "../../src/domain/image.ts";
import { measureImages } from "../../src/measuring/measure-image.ts";
import { MeasureOutput, toRecord } from "../../src/measuring/measurement-json.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { face } from "../support/builders.ts";
import { collect } from "../support/collect.ts";
import { smallPhoto } from "../support/image-files.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A toolbox whose answer depends on the image in a known way: the smile is the mean brightness. */
function brightnessToolbox(id: string, fail?: (image: DecodedImage) => Error | undefined): FerToolbox {
  return {
    id,
    supports: { actionUnits: [{ au: "AU12", scale: "probability", sides: false }], expressions: [] },
    networks: [],
    async measure(image) {
      const error = fail?.(image);
      if (error !== undefined) throw error;
      const mean = image.rgb.reduce((sum, value) => sum + value, 0) / image.rgb.length / 255;
      return face({ AU12: mean }, { toolbox: id }).measurements;
    },
    close: async () => undefined,
  };
}

async function threeFiles(): Promise<string[]> {
  const folder = await tempFolder();
  const [first, second, third] = ["a.png", "b.png", "c.png"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(first, await smallPhoto().png().toBuffer());
  await writeFile(second, "not an image");
  await writeFile(third, await smallPhoto().linear(0.5).png().toBuffer());
  return [first, second, third];
}

describe("measureImages", () => {
  it("yields outcomes in the order of the paths and goes on after a broken file", async () => {
    const paths = await threeFiles();
    const toolboxes = [brightnessToolbox("mesh@5"), brightnessToolbox("openface@2.2")];
    const records = (await collect(measureImages(paths, { toolboxes }))).map((o) => toRecord(o, { landmarks: false }));
    expect(records.map(({ path }) => path)).toEqual(paths);
    const [first, second, third] = records;
    expect(second).toEqual({ path: paths[1], reason: expect.stringContaining("it is not an image") });
    if (first === undefined || third === undefined || "reason" in first || "reason" in third)
      expect.fail("not measured");
    expect([first.widthPx, first.heightPx]).toEqual([96, 64]);
    expect(first.faces[0]?.actionUnits.map(({ toolbox }) => toolbox)).toEqual(["mesh@5", "openface@2.2"]);
    const smileOf = ({ faces }: typeof first) => faces[0]?.actionUnits[0]?.value ?? Number.NaN;
    // Halved pixels halve the mean, up to rounding of single levels.
    expect(smileOf(third)).toBeCloseTo(smileOf(first) / 2, 2);
    expect(MeasureOutput.parse({ images: [first, third], failures: [second] })).toBeDefined();
  });

  it("counts a network that fails on one image against that image alone", async () => {
    const paths = await threeFiles();
    const toolbox = brightnessToolbox("mesh@5", ({ path }) =>
      path === paths[0] ? new InferenceError("Network failed") : undefined,
    );
    const outcomes = await collect(measureImages(paths, { toolboxes: [toolbox] }));
    expect(outcomes.map((outcome) => ("reason" in outcome ? outcome.reason : "measured"))).toEqual([
      "Network failed",
      expect.stringContaining("it is not an image"),
      "measured",
    ]);
  });

  it("stops at what concerns every image", async () => {
    const toolbox = brightnessToolbox("mesh@5", () => new ModelFileError("blazeface", "its file is gone"));
    await expect(collect(measureImages(await threeFiles(), { toolboxes: [toolbox] }))).rejects.toThrow(ModelFileError);
  });

  it("stops when it is aborted", async () => {
    const stop = new AbortController();
    const outcomes = measureImages(await threeFiles(), {
      toolboxes: [brightnessToolbox("mesh@5")],
      concurrency: 1,
      signal: stop.signal,
    });
    await outcomes.next();
    stop.abort();
    await expect(collect(outcomes)).rejects.toThrow(/abort/i);
  });
});
