import { appendFile, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { perceptualHash } from "../src/domain/perceptual-hash.ts";
import type { MeasureImage } from "../src/exemplars/make-exemplar.ts";
import { type SimilarityExamples, scoreSimilarity } from "../src/exemplars/score-similarity.ts";
import { type FindDependencies, type FindQuery, find } from "../src/find.ts";
import { decodeImage } from "../src/measuring/decode-image.ts";
import type { EmbeddedExemplar } from "../src/ports/exemplar-store.ts";
import { exemplarEntry, expressionOf, testSpace } from "./support/exemplars.ts";
import { measureAs } from "./support/measured-images.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder } from "./support/temp-folder.ts";

const entries = (category: string, faces: readonly Record<string, number>[]) =>
  faces.map((face) => exemplarEntry({ category, face }));
const smiles = entries("smile", [
  { AU6: 0.9, AU12: 0.9 },
  { AU6: 0.8, AU12: 0.9, AU25: 0.5 },
] as Record<string, number>[]);
const scowls = entries("scowl", [{ AU4: 0.9 }, { AU4: 0.7, AU15: 0.5 }] as Record<string, number>[]);
const examples: SimilarityExamples = { space: testSpace, positives: smiles, negatives: scowls };

const box = { leftPx: 100, topPx: 100, widthPx: 200, heightPx: 200 };
const shows: Record<string, Record<string, number>> = {
  "sample1.jpg": { AU4: 0.9 },
  "sample2.jpg": { AU6: 0.85, AU12: 0.9 },
  "sample3.jpg": { AU6: 0.4, AU12: 0.5 },
};
const measure = measureAs((path) => [{ box, shows: shows[path.split("/").at(-1) ?? ""] ?? {} }]);
const inputs = ([1, 2, 3] as const).map((n) => ({ path: samplePhoto(n) }));
const holding = (entries: readonly EmbeddedExemplar[]) => ({ location: "the store", placed: async () => [...entries] });
const dependencies: FindDependencies = {
  store: holding([...smiles, ...scowls]),
  toolbox: { id: "mesh@5", networks: [] },
  space: testSpace,
  measure,
  concurrency: 2,
  openJudge: null,
};
const query = (folder: string, parts: Partial<FindQuery> = {}): FindQuery => ({
  ...{ folder, category: "smile", words: ["photos"], inputs, top: 4 },
  ...parts,
});
const names = (faces: readonly { readonly path: string }[]) => faces.map(({ path }) => path.split("/").at(-1));

describe("find", () => {
  it("ranks faces by similarity to the examples and says in what", async () => {
    const { faces, failures } = await find(query(await tempFolder()), dependencies);
    expect(names(faces)).toEqual(["sample2.jpg", "sample3.jpg", "sample1.jpg"]);
    expect(failures).toEqual([]);
    expect(faces[0]).toMatchObject({ faceId: "F1", copyOf: null, nearest: smiles[0]?.exemplar.id });
    expect(faces[0]?.why[0]).toMatch(/AU6.*AU12|AU12.*AU6/);
    expect(faces[2]?.score).toBeLessThan(0.6 * (faces[2]?.similarity ?? 0));
  });

  async function interruptedIn(folder: string): Promise<void> {
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const found = find(query(folder, { onProgress }), { ...dependencies, concurrency: 1 }, controller.signal);
    await expect(found).rejects.toThrow();
  }

  it("goes on where it was interrupted and ends with the same ranking", async () => {
    const [whole, halves] = [await tempFolder(), await tempFolder()];
    await interruptedIn(halves);
    await appendFile(join(halves, "searched", "faces.jsonl"), '{"path": "half a line'); // as a killed process leaves it
    const paths: string[] = [];
    const counting: MeasureImage = (path, signal) => {
      paths.push(path);
      return measure(path, signal);
    };
    const resumed = await find(query(halves), { ...dependencies, measure: counting });
    expect(paths).toHaveLength(2);
    expect(resumed).toEqual(await find(query(whole), dependencies));
  });

  it("never mixes two searches in one folder", async () => {
    const folder = await tempFolder();
    await interruptedIn(folder);
    const rows = await readFile(join(folder, "searched", "faces.jsonl"), "utf8");
    const other = query(folder, { category: "scowl" });
    for (const mode of [{}, { resume: true }]) {
      await expect(find({ ...other, ...mode }, dependencies)).rejects.toThrow(/other settings \(query: smile -> scowl/);
    }
    expect(await readFile(join(folder, "searched", "faces.jsonl"), "utf8")).toBe(rows);
    expect(names((await find({ ...other, force: true }, dependencies)).faces)[0]).toBe("sample1.jpg");
  });

  it("lists images that cannot be read", async () => {
    const folder = await tempFolder();
    const broken = join(folder, "broken.jpg");
    await writeFile(broken, (await readFile(samplePhoto(1))).subarray(0, 5000));
    const found = await find(query(await tempFolder(), { inputs: [{ path: broken }, ...inputs] }), dependencies);
    expect(found.failures).toEqual([{ path: broken, reason: expect.stringMatching(/^Cannot read image/) }]);
    expect(found.faces).toHaveLength(3);
  });

  it("marks images that are copies of an example", async () => {
    const folder = await tempFolder();
    const copy = join(folder, "copy.jpg");
    await sharp(samplePhoto(2)).resize(600).jpeg({ quality: 50 }).toFile(copy);
    await copyFile(samplePhoto(3), join(folder, "other.jpg"));
    const example = exemplarEntry({ category: "smile", face: { AU12: 0.9 } });
    const hash = perceptualHash(await decodeImage(samplePhoto(2)), null);
    const known = { ...example, exemplar: { ...example.exemplar, image: { ...example.exemplar.image, hash } } };
    const searched = [copy, join(folder, "other.jpg")].map((path) => ({ path }));
    const store = holding([known, ...scowls]);
    const { faces } = await find(query(await tempFolder(), { inputs: searched }), { ...dependencies, store });
    expect(Object.fromEntries(faces.map((face) => [names([face])[0], face.copyOf]))).toEqual({
      "copy.jpg": known.exemplar.id,
      "other.jpg": null,
    });
  });
});

describe("scoreSimilarity", () => {
  const face = expressionOf({ AU4: 0.6, AU12: 0.6 });

  it("lowers the score of a face that is more like the contrasting examples", () => {
    const alone = scoreSimilarity(face, { ...examples, negatives: [] });
    const against = scoreSimilarity(face, {
      ...examples,
      negatives: [exemplarEntry({ category: "grimace", face: { AU4: 0.6, AU12: 0.6 } })],
    });
    expect(alone?.score).toBe(alone?.similarity);
    expect(against?.similarity).toBe(alone?.similarity);
    expect(against?.score).toBeCloseTo((against?.similarity ?? 0) ** 2, 6);
  });

  it("has nothing to say without a measured example", () => {
    expect(scoreSimilarity(face, { ...examples, positives: [exemplarEntry({ face: null })] })).toBeUndefined();
    expect(scoreSimilarity(face, { ...examples, positives: [] })).toBeUndefined();
  });
});
