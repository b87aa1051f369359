import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openMerging } from "../src/compose/merging.ts";
import { type DiscoverQuery, discover, gatherShard } from "../src/discover.ts";
import { merge } from "../src/merge.ts";
import { testSpace } from "./support/exemplars.ts";
import { measureAs } from "./support/measured-images.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder } from "./support/temp-folder.ts";

const box = { leftPx: 100, topPx: 100, widthPx: 200, heightPx: 200 };
const dependencies = {
  store: { placed: async () => [] },
  toolbox: { id: "mesh@5", networks: [] },
  space: testSpace,
  measure: measureAs(() => [{ box, shows: { AU12: 0.9 } }]),
  concurrency: 1,
  describer: null,
};
const query = (folder: string, known: readonly string[]): DiscoverQuery => ({
  ...{ folder, known, knownCategories: known, words: ["images"], seed: 1, resamples: 2 },
  inputs: [{ path: samplePhoto(1) }, { path: samplePhoto(2) }],
  notify: () => undefined,
});

it("never mixes two lists of known categories in one folder, nor takes a photo of the user's away", async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, "mine.jpg"), "my photo");
  await discover(query(folder, ["happiness"]), dependencies);
  const rows = await readFile(join(folder, "measured", "faces.jsonl"), "utf8");
  expect(rows.trim().split("\n")).toHaveLength(2);
  for (const mode of [{}, { resume: true }]) {
    await expect(discover({ ...query(folder, ["anger"]), ...mode }, dependencies)).rejects.toThrow(
      /other settings \(--known: happiness -> anger/,
    );
  }
  expect(await readFile(join(folder, "measured", "faces.jsonl"), "utf8")).toBe(rows);
  await discover({ ...query(folder, ["anger"]), force: true }, dependencies);
  expect(await readFile(join(folder, "measured", "faces.jsonl"), "utf8")).not.toBe("");
  expect(await readFile(join(folder, "mine.jpg"), "utf8")).toBe("my photo");
});

it("goes on from images that were measured in shards, and measures none again", async () => {
  const place = await tempFolder();
  const [one, merged] = [join(place, "one"), join(place, "merged")];
  await discover(query(one, []), dependencies);
  const shards = [1, 2].map((number) => join(place, `${number}-of-2`));
  for (const [index, folder] of shards.entries()) {
    await gatherShard(query(folder, []), { number: index + 1, of: 2 }, dependencies);
  }
  expect(await merge({ shards, folder: merged }, openMerging())).toMatchObject({ images: 2, faces: 2, goOn: null });
  const measure = () => Promise.reject(new RangeError("There is nothing left to measure"));
  const { discovery } = await discover(query(merged, []), { ...dependencies, measure });
  expect(discovery.faces).toHaveLength(2);
  const rows = (folder: string) => readFile(join(folder, "measured", "faces.jsonl"), "utf8");
  expect(await rows(merged)).toBe(await rows(one));
});
