import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { measurementsFolder, openMeasurements } from "../../src/compose/measurements.ts";
import { createObservers } from "../../src/compose/scene.ts";
import { createToolboxes } from "../../src/compose/toolboxes.ts";
import { cropImage, type DecodedImage } from "../../src/domain/image.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { measureFaces } from "../../src/measuring/measure-image.ts";
import { type MeasurementStore, rememberToolbox } from "../../src/measuring/measurement-store.ts";
import { cacheFolder } from "../../src/platform/cache-folder.ts";
import { sizeOfStore } from "../../src/platform/content-store.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

beforeEach(async () => {
  const own = await tempFolder();
  await mkdir(join(cacheFolder(), "networks"), { recursive: true });
  await symlink(join(cacheFolder(), "networks"), join(own, "networks"));
  vi.stubEnv("KULESHOV_CACHE", own);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A toolbox that counts how often it really measures. */
function counting(parts: Partial<FerToolbox> = {}) {
  const measured: DecodedImage[] = [];
  const toolbox: FerToolbox = {
    id: "counting@1",
    supports: { actionUnits: [], expressions: [] },
    networks: [{ id: "net", sha256: "a" }],
    measure: async (image) => {
      measured.push(image);
      return [];
    },
    close: async () => undefined,
    ...parts,
  };
  return { toolbox, measured };
}

describe("the measurement store", () => {
  it("gives the very numbers of mesh and scene, in another process too, whatever the file is called", async () => {
    const image = await decodeImage(samplePhoto(2));
    const [mesh] = await createToolboxes(["mesh"], { workers: 1 });
    const [observer] = await createObservers(true);
    const faces = await measureFaces(image, [mesh as FerToolbox]);
    const items = await observer?.observe({ image, faces });
    await Promise.all([mesh?.close(), observer?.close()]);
    expect(await sizeOfStore(measurementsFolder())).toMatchObject({ entries: 2 });

    const copy = join(await tempFolder(), "copy.png");
    await sharp(samplePhoto(2)).png().toFile(copy);
    const [again] = await createToolboxes(["mesh"], { workers: 1 });
    const [looking] = await createObservers(true);
    const same = await decodeImage(copy);
    expect(await measureFaces(same, [again as FerToolbox])).toEqual(faces);
    expect(await looking?.observe({ image: same, faces })).toEqual(items);
    await Promise.all([again?.close(), looking?.close()]);
    expect(await sizeOfStore(measurementsFolder())).toMatchObject({ entries: 2 });
  }, 120_000);

  it("is asked by pixels, toolbox, networks and code: any of them other is measured anew", async () => {
    const image = await decodeImage(samplePhoto(3));
    const store = await openMeasurements();
    const measuredBy = async (given: DecodedImage, parts: Partial<FerToolbox> = {}, by: MeasurementStore = store) => {
      const { toolbox, measured } = counting(parts);
      await rememberToolbox(toolbox, by).measure(given);
      return measured.length;
    };
    expect(await measuredBy(image)).toBe(1);
    expect(await measuredBy(image)).toBe(0);
    expect(await measuredBy({ ...image, path: "elsewhere.jpg", sha256: "other bytes" })).toBe(0);
    const part = cropImage(image, { leftPx: 0, topPx: 0, widthPx: 300, heightPx: 200 });
    expect(await measuredBy(part)).toBe(1);
    expect(await measuredBy({ ...part, widthPx: 200, heightPx: 300 })).toBe(1);
    expect(await measuredBy(image, { id: "counting@2" })).toBe(1);
    expect(await measuredBy(image, { networks: [{ id: "net", sha256: "b" }] })).toBe(1);
    expect(await measuredBy(image, {}, { ...store, fingerprint: "other code" })).toBe(1);
    expect([await measuredBy(image, { networks: [] }), await measuredBy(image, { networks: [] })]).toEqual([1, 1]);
    const frame = { ...image, frame: { index: 0, timestampS: 0 } };
    expect([await measuredBy(frame), await measuredBy(frame)]).toEqual([1, 1]);
  });
});
