import { appendFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sampleOf } from "../../src/evaluation/dataset/dataset.ts";
import type { ScoredRun } from "../../src/evaluation/report/write-report.ts";
import { realPath } from "../../src/platform/root-folder.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { createScoredRuns, imagesOfRun, missingImages } from "../../src/studio/scored-runs.ts";
import { storeAnswers } from "../support/store-answers.ts";
import { tempFolder } from "../support/temp-folder.ts";

it("finds the images of a run whose folder was moved with them, and says what to do where they are gone", async () => {
  const before = await realPath(await tempFolder());
  await mkdir(join(before, "study"));
  process.chdir(join(before, "study"));
  const run = await openRunFolder("run", { command: "eval", settings: {}, version: "0" });
  await run.close("finished");
  await mkdir("images");
  await writeFile(join("images", "a.jpg"), "pixels");
  const image = join(before, "study", "images", "a.jpg");
  const root = join(before, "moved");
  process.chdir(before);
  await rename("study", root);

  const moved = { run: { folder: join(root, "run"), samples: [sampleOf({ id: "a", image })] } } as unknown as ScoredRun;
  const images = await imagesOfRun({ root }, moved);
  expect(await images.place(image)).toBe(join(root, "images", "a.jpg"));
  expect(await missingImages(moved, images)).toBeNull();
  await rm(join(root, "images", "a.jpg"));
  expect(await images.place(image)).toBeNull();
  expect(await missingImages(moved, images)).toMatch(/^Images of this run are not where they were.*put them back/);
  await writeFile(join(before, "secret.jpg"), "not in the folder");
  expect(await images.place(join(before, "secret.jpg"))).toBeNull();
});

it("gives out the first answers of a large run while all are read, once at a time, and says when they were", async () => {
  const folder = await tempFolder();
  process.chdir(folder);
  await storeAnswers(folder, 620);
  const path = join(folder, "results.jsonl");
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  const wide = (some: readonly string[]) => some.map((line) => `${line}${" ".repeat(15_000)}\n`).join("");
  await writeFile(path, wide(lines.slice(0, 600)));
  let told = 0;
  const runs = createScoredRuns(() => {
    told += 1;
  });
  const seen = async () => {
    const found = await runs.firstOf(folder);
    return [found?.records.length, found?.isWhole, told];
  };
  expect(await seen()).toEqual([500, false, 0]);
  await appendFile(path, wide(lines.slice(600, 610)));
  expect(await seen()).toEqual([500, false, 0]);
  await runs.answersOf(folder);
  await expect.poll(() => told).toBe(1);
  expect(await seen()).toEqual([expect.any(Number), false, 1]); // what was appended is read now
  expect((await runs.answersOf(folder))?.records).toHaveLength(610);
  await expect.poll(() => told).toBe(2);
  expect(await seen()).toEqual([610, true, 2]);

  await appendFile(path, '{"call":"damaged"\n{}\n');
  expect(await seen()).toEqual([610, false, 2]);
  await expect.poll(() => told).toBe(3);
  await expect(runs.firstOf(folder)).rejects.toThrow(/line 611 is damaged: start the run again/);
});

it("reads a small run at once", async () => {
  const folder = await tempFolder();
  process.chdir(folder);
  const runs = createScoredRuns();
  expect(await runs.firstOf(folder)).toBeNull();
  await storeAnswers(folder, 3);
  expect(await runs.firstOf(folder)).toMatchObject({ isWhole: true, records: { length: 3 } });
});
