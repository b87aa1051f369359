import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { InferenceError } from "../../src/domain/errors.ts";
import { faceRecords, recordImages } from "../../src/runs/record-images.ts";
import type { StepProgress } from "../../src/runs/record-steps.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

const records = faceRecords("measured", z.strictObject({ path: z.string(), face: z.int() }));
const images = (...names: readonly string[]) => names.map((path) => ({ path }));

async function openRun(folder: string) {
  const run = await openRunFolder(folder, { command: "find", settings: {}, version: "1" });
  const rows = await run.openRows(records.headers);
  let open = true;
  const close = async () => {
    if (open) await rows.close().then(() => run.close("interrupted"));
    open = false;
  };
  onTestFinished(close);
  return { rows, close };
}

/** As many faces as the number that ends the name; an image named `bad` cannot be read. */
function facesIn(path: string) {
  if (path.startsWith("bad")) throw new InferenceError(`no answer about ${path}`);
  return Array.from({ length: Number(path.slice(-1)) }, (_, face) => ({ path, face }));
}
const work = (path: string) => records.rowsOf(path, async () => facesIn(path));

it("notes the faces of every image in the order of the images, and an image that cannot be read apart", async () => {
  const folder = await tempFolder();
  const { rows, close } = await openRun(folder);
  const seen: StepProgress[] = [];
  let finishSlow = () => {};
  const slow = new Promise<void>((resolve) => {
    finishSlow = resolve;
  });
  const end = await recordImages(
    images("slow2", "bad", "quick1", "none0"),
    async (path) => {
      if (path === "slow2") await slow;
      if (path === "quick1") finishSlow(); // only several at once come this far
      return work(path);
    },
    { rows, concurrency: 3, onProgress: (progress) => seen.push(progress) },
  );
  expect(seen.map(({ done, total, failed }) => [done, total, failed])).toEqual([
    [1, 4, 0],
    [2, 4, 1],
    [3, 4, 1],
    [4, 4, 1],
  ]);
  expect(end).toMatchObject({ done: 4, failed: 1, secondsLeft: 0 });
  expect(rows.counts()).toEqual({ images: 3, faces: 3, failures: 1 });
  await close();
  expect(await records.read(folder)).toEqual({
    faces: [
      { path: "slow2", face: 0 },
      { path: "slow2", face: 1 },
      { path: "quick1", face: 0 },
    ],
    failures: [{ path: "bad", reason: expect.stringContaining("no answer about bad") }],
  });
});

it("works on no image again that is recorded, and on none after the run was asked to stop", async () => {
  const folder = await tempFolder();
  const first = await openRun(folder);
  const stop = new AbortController();
  const worked: string[] = [];
  const noting = (path: string) => {
    worked.push(path);
    if (path === "b1") stop.abort(new Error("asked to stop"));
    return work(path);
  };
  const all = images("a1", "b1", "c1", "d1");
  await expect(recordImages(all, noting, { rows: first.rows, concurrency: 1, signal: stop.signal })).rejects.toThrow(
    "asked to stop",
  );
  expect(worked).toEqual(["a1", "b1"]);
  await first.close();
  const { rows, close } = await openRun(folder);
  const seen: StepProgress[] = [];
  await recordImages(all, noting, { rows, concurrency: 1, onProgress: (progress) => seen.push(progress) });
  expect(worked).toEqual(["a1", "b1", "c1", "d1"]);
  expect(seen.map(({ done, total }) => [done, total])).toEqual([
    [3, 4],
    [4, 4],
  ]);
  await close();
  expect((await records.read(folder)).faces.map(({ path }) => path)).toEqual(["a1", "b1", "c1", "d1"]);
});

it("takes only what is wrong with an image for a row: a fault of the program, or an end, goes on up", async () => {
  const fault = async () => {
    throw new TypeError("faces is not iterable");
  };
  await expect(records.rowsOf("a1", fault)).rejects.toThrow("not iterable");
  const stop = new AbortController();
  stop.abort(new Error("asked to stop"));
  await expect(records.rowsOf("bad", async () => facesIn("bad"), stop.signal)).rejects.toThrow("asked to stop");
  const going = new AbortController();
  expect(await records.rowsOf("bad", async () => facesIn("bad"), going.signal)).toMatchObject({ failed: true });
});

it("names the line of a table that does not hold a face, and takes a run without tables for empty", async () => {
  const folder = await tempFolder();
  expect(await records.read(folder)).toEqual({ faces: [], failures: [] });
  const { rows, close } = await openRun(folder);
  await recordImages(images("a1"), work, { rows, concurrency: 1 });
  await close();
  await appendFile(join(folder, "measured", "faces.jsonl"), '{"path":"b1"}\n');
  await expect(records.read(folder)).rejects.toThrow("line 2 is damaged");
});
