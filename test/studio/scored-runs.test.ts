import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sampleOf } from "../../src/evaluation/dataset/dataset.ts";
import type { ScoredRun } from "../../src/evaluation/report/write-report.ts";
import { realPath } from "../../src/platform/root-folder.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { imagesOfRun, missingImages } from "../../src/studio/scored-runs.ts";
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
