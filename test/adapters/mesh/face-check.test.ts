import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../../src/adapters/mesh/mesh-toolbox.ts";
import type { DecodedImage } from "../../../src/domain/image.ts";
import type { FaceMeasurement } from "../../../src/domain/measurement.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import type { FerToolbox } from "../../../src/ports/fer-toolbox.ts";
import { samplePhoto } from "../../support/photos.ts";

let mesh: FerToolbox;
beforeAll(async () => {
  mesh = await createMeshToolbox({ workers: 1 });
});
afterAll(() => mesh.close());

async function drawn(svg: string, source?: DecodedImage): Promise<DecodedImage> {
  const { widthPx, heightPx } = source ?? { widthPx: 480, heightPx: 320 };
  const layer = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">${svg}</svg>`,
  );
  const image =
    source === undefined
      ? sharp(layer)
      : sharp(source.rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } }).composite([{ input: layer }]);
  const rgb = new Uint8Array(await image.removeAlpha().toColourspace("srgb").raw().toBuffer());
  return { path: "drawn.png", widthPx, heightPx, rgb, sha256: "0".repeat(64) };
}

describe("what is no face", () => {
  it.each([
    [
      "lettering",
      '<rect width="480" height="320" fill="#7fb2e5"/><text x="240" y="200" font-size="120" font-weight="800" text-anchor="middle" fill="white">O O</text>',
    ],
    [
      "a smiley",
      '<rect width="480" height="320" fill="#eee"/><circle cx="240" cy="160" r="120" fill="#fc3" stroke="black" stroke-width="4"/><circle cx="195" cy="130" r="16"/><circle cx="285" cy="130" r="16"/><path d="M180 190 Q240 250 300 190" fill="none" stroke="black" stroke-width="7"/>',
    ],
    [
      "a bear",
      '<rect width="480" height="320" fill="#dde"/><circle cx="160" cy="70" r="40" fill="#963"/><circle cx="320" cy="70" r="40" fill="#963"/><ellipse cx="240" cy="170" rx="115" ry="120" fill="#963"/><circle cx="200" cy="140" r="14"/><circle cx="280" cy="140" r="14"/><ellipse cx="240" cy="195" rx="22" ry="16" fill="#222"/><path d="M200 240 Q240 262 280 240" fill="none" stroke="black" stroke-width="6"/>',
    ],
  ])("is not found in %s", async (_case, svg) => {
    expect(await mesh.measure(await drawn(svg))).toEqual([]);
  });

  it("is not found in the title card of a video", async () => {
    const card = fileURLToPath(new URL("../../fixtures/title-card.png", import.meta.url));
    expect(await mesh.measure(await decodeImage(card))).toEqual([]);
  });

  it("is no second face in a tight crop of one", async () => {
    for (const number of [1, 3] as const) {
      const photo = await decodeImage(samplePhoto(number));
      for (const { box } of await mesh.measure(photo)) {
        for (const share of [0.9, 1.1]) {
          const side = Math.round(Math.max(box.widthPx, box.heightPx) * share);
          const left = Math.max(0, Math.round(box.leftPx + (box.widthPx - side) / 2));
          const top = Math.max(0, Math.round(box.topPx + (box.heightPx - side) / 2));
          const width = Math.min(side, photo.widthPx - left);
          const height = Math.min(side, photo.heightPx - top);
          const { data } = await sharp(photo.rgb, {
            raw: { width: photo.widthPx, height: photo.heightPx, channels: 3 },
          })
            .extract({ left, top, width, height })
            .raw()
            .toBuffer({ resolveWithObject: true });
          const crop = { path: "crop.png", widthPx: width, heightPx: height, rgb: new Uint8Array(data), sha256: "" };
          expect(await mesh.measure(crop)).toHaveLength(1);
        }
      }
    }
  });

  it("is not found in cut-outs beside the faces of a photograph", async () => {
    const photo = await decodeImage(samplePhoto(1));
    const faces = await mesh.measure(photo);
    expect(faces).toHaveLength(3);
    for (const { box } of faces) {
      const side = Math.round(box.widthPx * 0.45);
      for (const shift of [-0.62, 0.62]) {
        const left = Math.round(box.leftPx + box.widthPx * (0.5 + shift) - side / 2);
        const top = Math.round(box.topPx + box.heightPx / 2 - side / 2);
        const { data } = await sharp(photo.rgb, { raw: { width: photo.widthPx, height: photo.heightPx, channels: 3 } })
          .extract({ left, top, width: side, height: side })
          .resize(220, 220)
          .raw()
          .toBuffer({ resolveWithObject: true });
        const cut = { path: "ear.png", widthPx: 220, heightPx: 220, rgb: new Uint8Array(data), sha256: "0".repeat(64) };
        expect(await mesh.measure(cut)).toEqual([]);
      }
    }
  });
});

describe("covered parts", () => {
  const nearest = (faces: readonly FaceMeasurement[], to: FaceMeasurement) =>
    [...faces].sort((a, b) => Math.abs(a.box.leftPx - to.box.leftPx) - Math.abs(b.box.leftPx - to.box.leftPx))[0];
  const units = (face: FaceMeasurement | undefined) => new Set(face?.actionUnits.map(({ au }) => au));

  it("are not measured behind a mask, and the expression is left open", async () => {
    const photo = await decodeImage(samplePhoto(6));
    const [seen] = await mesh.measure(photo);
    if (seen === undefined) throw new Error("the photo shows a face");
    expect(units(seen)).toContain("AU12");
    const { leftPx, topPx, widthPx, heightPx } = seen.box;
    const mask = `<rect x="${leftPx - 10}" y="${topPx + heightPx * 0.52}" width="${widthPx + 20}" height="${heightPx * 0.6}" rx="20" fill="#bfd8e6"/>`;
    const masked = nearest(await mesh.measure(await drawn(mask, photo)), seen);
    expect(masked?.quality?.covered).toEqual(expect.arrayContaining(["right mouth", "left mouth"]));
    expect(units(masked)).not.toContain("AU12");
    expect(units(masked)).not.toContain("AU25");
    expect(units(masked)).toContain("AU1");
    expect(masked?.expressions).toEqual([]);
    expect(masked?.quality?.overall).toBeLessThan(seen.quality?.overall ?? 0);
  });

  it("are not the eyes of an uncovered face", async () => {
    for (const face of await mesh.measure(await decodeImage(samplePhoto(1)))) {
      expect(face.quality?.covered).not.toEqual(expect.arrayContaining(["right eye", "left eye"]));
      expect(units(face)).toContain("AU12");
    }
  });
});
