import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cachePlace, cacheSizes, clearCaches, openCache, openMeasurements } from "../../src/compose/caches.ts";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { createObservers } from "../../src/compose/scene.ts";
import { createToolboxes } from "../../src/compose/toolboxes.ts";
import { cropImage, type DecodedImage } from "../../src/domain/image.ts";
import type { Face } from "../../src/domain/measurement.ts";
import { type Answer, NO_READING } from "../../src/evaluation/answer.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { measureFaces } from "../../src/measuring/measure-image.ts";
import { type MeasurementStore, rememberObserver, rememberToolbox } from "../../src/measuring/measurement-store.ts";
import { cacheFolder } from "../../src/platform/cache-folder.ts";
import { contentKey, sizeOfStore } from "../../src/platform/content-store.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { face } from "../support/builders.ts";
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

const usage = { inputTokens: null, outputTokens: null, latencyMs: 1 };
const answer: Answer = {
  text: "",
  integrated: NO_READING,
  faceOnly: NO_READING,
  contextOnly: NO_READING,
  explanation: "",
  claimedActionUnits: [],
  measuredActionUnits: [],
  verdicts: null,
  choice: "a",
  confidence: null,
  exemplars: [],
  abstention: null,
};

describe("the measurement store", () => {
  it("gives the very numbers of mesh and scene, in another process too, whatever the file is called", async () => {
    const image = await decodeImage(samplePhoto(2));
    const [mesh] = await createToolboxes(["mesh"], { workers: 1 });
    const [observer] = await createObservers();
    const faces = await measureFaces(image, [mesh as FerToolbox]);
    const items = await observer?.observe({ image, faces });
    await Promise.all([mesh?.close(), observer?.close()]);
    expect(await sizeOfStore(cachePlace("measurements"))).toMatchObject({ entries: 2 });

    const copy = join(await tempFolder(), "copy.png");
    await sharp(samplePhoto(2)).png().toFile(copy);
    const [again] = await createToolboxes(["mesh"], { workers: 1 });
    const [looking] = await createObservers();
    const same = await decodeImage(copy);
    expect(await measureFaces(same, [again as FerToolbox])).toEqual(faces);
    expect(await looking?.observe({ image: same, faces })).toEqual(items);
    await Promise.all([again?.close(), looking?.close()]);
    expect(await sizeOfStore(cachePlace("measurements"))).toMatchObject({ entries: 2 });
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

  it("is asked for a scene by its faces too", async () => {
    const image = await decodeImage(samplePhoto(3));
    let looks = 0;
    const observer = rememberObserver(
      {
        id: "counting@1",
        networks: [],
        observe: async () => {
          looks += 1;
          return [];
        },
        close: async () => undefined,
      },
      await openMeasurements(),
    );
    const looksAt = async (faces: readonly Face[]) => {
      const before = looks;
      await observer.observe({ image, faces });
      return looks - before;
    };
    const moved = { ...face(), box: { leftPx: 11, topPx: 10, widthPx: 200, heightPx: 200 } };
    expect(await looksAt([])).toBe(1);
    expect(await looksAt([face()])).toBe(1);
    expect(await looksAt([face()])).toBe(0);
    expect(await looksAt([moved])).toBe(1);
    expect(await looksAt([face(), moved])).toBe(1);
  });
});

describe("what is kept between runs", () => {
  it("is one store of measurements, answers, checks and probes, each with its limit, counted and cleared as one", async () => {
    for (const name of ["measurements", "answers", "checks", "probes"] as const)
      await openCache(name).put(contentKey(name), name);
    expect((await cacheSizes()).map(({ name, entries, maxBytes }) => [name, entries, maxBytes])).toEqual([
      ["measurements", 1, 2e9],
      ["answers", 1, 2e9],
      ["checks", 1, 1e6],
      ["probes", 1, 1e6],
    ]);
    expect((await clearCaches("answers")).map(({ name, entries }) => [name, entries])).toEqual([["answers", 1]]);
    await expect(clearCaches("images")).rejects.toThrow(/No "images" are kept: choose measurements, answers,/);
    expect((await clearCaches()).map(({ entries }) => entries)).toEqual([1, 0, 1, 1]);
    expect((await cacheSizes()).map(({ entries }) => entries)).toEqual([0, 0, 0, 0]);
  });

  it("holds the answers of evaluations, which are asked anew and kept all the same without the cache", async () => {
    const [usual, anew] = [undefined, false].map((cache) =>
      openEvaluation({ evalFilePath: "x.eval.yaml", stimuliFolder: "stimuli", cache }),
    );
    const answers = anew?.dependencies.cache;
    await answers?.put(contentKey("asked"), { answer, usage, fingerprint: null, detail: null });
    expect([answers?.reuses, await answers?.has(contentKey("asked"))]).toEqual([false, false]);
    expect(await answers?.get(contentKey("asked"))).toBeUndefined();
    expect(await usual?.dependencies.cache.get(contentKey("asked"))).toMatchObject({ answer });
    expect((await cacheSizes()).find(({ name }) => name === "answers")).toMatchObject({ entries: 1 });
  });

  it("costs a measurement nothing when it cannot be kept", async () => {
    await writeFile(cachePlace("measurements"), "no folder");
    const { toolbox, measured } = counting();
    await rememberToolbox(toolbox, await openMeasurements()).measure(await decodeImage(samplePhoto(3)));
    expect(measured).toHaveLength(1);
  });
});
