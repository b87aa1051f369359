import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/domain/judgment.ts";
import type { Face } from "../../src/domain/measurement.ts";
import { renderOverlay } from "../../src/render/overlay.ts";
import { createPanel } from "../../src/render/overlay-panel.ts";
import { svgText, textWidth } from "../../src/render/vector-text.ts";
import { face, subject } from "../support/builders.ts";
import { GOLDEN_FACES } from "../support/golden-faces.ts";
import { gradientImage } from "../support/images.ts";

async function pixelsOf(encoded: Buffer) {
  const { data, info } = await sharp(encoded).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

/** A face with the mesh of a real one, shrunk into a box at (20, 20) of 90 x 90 pixels. */
function faceWithMesh(): Face {
  const points = GOLDEN_FACES[0]?.landmarks ?? [];
  const [left, top] = [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
  const scale = 90 / (Math.max(...points.map(([, y]) => y)) - top);
  const landmarks = points.map(
    ([x, y, z]) => [20 + (x - left) * scale, 20 + (y - top) * scale, z * scale] as [number, number, number],
  );
  const box = { leftPx: 20, topPx: 20, widthPx: 90, heightPx: 90 };
  const found = face({ AU12: 0.93 });
  return { ...found, box, measurements: found.measurements.map((measurement) => ({ ...measurement, box, landmarks })) };
}

describe("renderOverlay", () => {
  it("enlarges a small image so that labels are legible, and keeps its shape", async () => {
    const { width, height, format } = await sharp(await renderOverlay(gradientImage(200, 100), [])).metadata();
    expect([width, height, format]).toEqual([1200, 600, "png"]);
  });

  it("draws the box in the face's colour, the mesh, and the panel beside it, and nothing elsewhere", async () => {
    const plain = await pixelsOf(await renderOverlay(gradientImage(200, 150), []));
    const drawn = await pixelsOf(await renderOverlay(gradientImage(200, 150), [faceWithMesh()]));
    const changed = (left: number, right: number) => {
      let count = 0;
      for (let x = left; x < right; x += 2) {
        for (let y = 130; y < 640; y += 2) if (drawn(x, y).join() !== plain(x, y).join()) count++;
      }
      return count;
    };
    // Six output pixels per source pixel: the box begins at 120, the mesh is inside it, the panel right of 660.
    // The line's edges blend with the image: a few levels off the pure colour.
    const off = drawn(120, 400).map((level, channel) => Math.abs(level - ([0x5b, 0xd1, 0xff][channel] ?? Number.NaN)));
    expect(Math.max(...off)).toBeLessThan(12);
    expect(changed(140, 640)).toBeGreaterThan(500);
    expect(changed(680, 900)).toBeGreaterThan(1000);
    expect(drawn(1190, 890)).toEqual(plain(1190, 890));
  });

  it("says how a face is judged, not what its classifiers give", () => {
    const found = face({ AU12: 0.93 });
    const [measured] = found.measurements;
    if (measured === undefined) throw new Error("A face is measured");
    const network = [{ source: "network@1", distribution: [{ label: "sadness", probability: 0.9 }] }];
    const classified = { ...found, measurements: [{ ...measured, expressions: network }] };
    const reading = (label: string, probability: number): Reading => {
      const distribution = [{ label, probability, novel: false }];
      return { distribution, valence: null, arousal: null, abstention: null };
    };
    const judged = subject({
      faceId: found.faceId,
      faceOnly: reading("neutral", 0.6),
      contextOnly: reading("happiness", 0.7),
      integrated: reading("happiness", 0.8),
    });
    const options = { accent: "#fff", fontPx: 16, maxActionUnits: 3, nameOf: () => undefined };
    const bars = (more: Partial<Parameters<typeof createPanel>[1]>) =>
      createPanel(classified, { ...options, ...more }).lines.flatMap((line) =>
        line.kind === "bar" ? [line.text] : [],
      );
    expect(bars({})).toEqual(["sadness", "AU12"]);
    expect(bars({ judged })).toEqual(["happiness", "neutral, face only", "AU12"]);
  });

  it("puts panels below the image when faces leave them no room", async () => {
    const faces = [0, 1, 2, 3].map((index) => {
      const one = face({ AU12: 0.9 }, { faceId: `F${index + 1}` });
      const box = { leftPx: index * 50, topPx: 0, widthPx: 50, heightPx: 100 };
      return { ...one, box, measurements: one.measurements.map((measurement) => ({ ...measurement, box })) };
    });
    const { width, height } = await sharp(await renderOverlay(gradientImage(200, 100), faces)).metadata();
    expect(width).toBe(1200);
    expect(height).toBeGreaterThan(600);
  });

  it("writes JPEG without metadata when asked to", async () => {
    const metadata = await sharp(await renderOverlay(gradientImage(64, 64), [], { format: "jpeg" })).metadata();
    expect([metadata.format, metadata.exif, metadata.xmp]).toEqual(["jpeg", undefined, undefined]);
  });
});

describe("vector text", () => {
  it("sets type as outlines, so that no font need be installed", () => {
    expect(svgText("AU12 é", 10, 20, { sizePx: 16, fill: "#ffffff" })).toMatch(
      /^<path d="M[^"]{50,}" fill="#ffffff"\/>$/,
    );
  });

  it("is as wide as its letters, and scales with the size", () => {
    const narrow = textWidth("iii", { sizePx: 20 });
    expect(textWidth("WWW", { sizePx: 20 })).toBeGreaterThan(2 * narrow);
    expect(textWidth("iii", { sizePx: 40 })).toBeCloseTo(2 * narrow, 6);
  });
});
