import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type NeutralFace, readNeutral } from "../../src/measuring/measure-against-neutral.ts";
import type { FaceIdentity } from "../../src/ports/face-identity.ts";
import { type FixedFace, fixedToolbox } from "../support/fixed-toolbox.ts";
import { tempFolder } from "../support/temp-folder.ts";

const identity: FaceIdentity = {
  network: { id: "fixed-identity", sha256: "0".repeat(64) },
  samePersonUpTo: 0.6,
  describe: async () => [1, 0],
  close: async () => {},
};

async function read(face: FixedFace, more: Partial<FaceIdentity> = {}): Promise<NeutralFace> {
  const image = join(await tempFolder(), "face.png");
  await sharp({ create: { width: 200, height: 100, channels: 3, background: "#987" } }).toFile(image);
  return readNeutral(image, { toolboxes: [fixedToolbox([face])], identity: { ...identity, ...more } });
}

const quality = (overall: number): FixedFace => ({
  quality: {
    facePx: 50,
    sharpness: 30,
    luminance: 128,
    cutOff: 0,
    facePresence: 1,
    overall,
    warnings: ["small", "dark"],
  },
});
const shows = (au: string, value: number, happiness: number): FixedFace => ({
  actionUnits: { [au]: value },
  expression: { happiness, neutral: 1 - happiness },
});

describe("a resting face", () => {
  it.each([
    ["is measured with a quality of .31", quality(0.31)],
    ["reads as happy without showing it", shows("AU12", 0.69, 0.95)],
    ["shows a smile that no network reads as happy", shows("AU12", 0.95, 0.89)],
    ["has low brows and parted lips", { ...shows("AU4", 0.95, 0.95), actionUnits: { AU4: 0.95, AU25: 0.95 } }],
    ["smiles on one side, by the side alone", shows("AU12:left", 0.95, 0.95)],
    ["reads as neutral throughout", { actionUnits: { AU12: 0.95 }, expression: { neutral: 1 } }],
  ])("is taken when it %s", async (_case, face) => {
    expect(await read(face)).toMatchObject({ descriptor: [1, 0], measurements: [{ toolbox: "fixed@1" }] });
  });

  it.each([
    ["is measured with a quality of .29", quality(0.29), "its face is measured too badly (quality 0.29: small, dark)"],
    [
      "smiles and reads as happy",
      shows("AU12", 0.7, 0.9),
      "its face is not at rest (AU12 0.70, read as happiness 0.90)",
    ],
    ["has its eyes shut and reads as happy", shows("AU43", 0.71, 0.91), "its face is not at rest (AU43 0.71"],
  ])("is refused when it %s", async (_case, face, sentence) => {
    await expect(read(face)).rejects.toThrow(sentence);
  });

  it("is refused when it is too small to tell who it is", async () => {
    await expect(read({}, { describe: async () => null })).rejects.toThrow("its face is too small to tell who it is");
  });
});
