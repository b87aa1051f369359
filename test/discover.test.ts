import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type DiscoverQuery, discover } from "../src/discover.ts";
import { testSpace } from "./support/exemplars.ts";
import { measureAs } from "./support/measured-images.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder } from "./support/temp-folder.ts";

const box = { leftPx: 100, topPx: 100, widthPx: 200, heightPx: 200 };
const dependencies = {
  store: { placed: async () => [] },
  toolbox: { id: "mesh@3", networks: [] },
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
