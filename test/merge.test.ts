import { spawn } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { expect, it, vi } from "vitest";
import { openMerging } from "../src/compose/merging.ts";
import { type MeasureQuery, measure } from "../src/measure.ts";
import { type MergeDependencies, merge } from "../src/merge.ts";
import { ownPath } from "../src/platform/package-paths.ts";
import { readTable } from "../src/platform/tables/table-rows.ts";
import { shardFolder } from "../src/runs/shard.ts";
import type { StudyTools } from "../src/study/measure-inputs.ts";
import { listInputs } from "../src/study/study-inputs.ts";
import { fullDisk } from "./support/full-disk.ts";
import { silent } from "./support/smiling-clip.ts";
import { tempFolder } from "./support/temp-folder.ts";

const draw = (path: string, smile: number, faces: number) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: { r: smile, g: faces, b: 0 } } }).toFile(path);

async function drawnTools(): Promise<StudyTools & MergeDependencies> {
  const { drawnStudyTools } = await import(ownPath("test", "support", "drawn-study.mjs"));
  return { ...openMerging(), hearing: silent, ...drawnStudyTools() };
}

async function measured(query: Pick<MeasureQuery, "folder" | "words"> & Partial<MeasureQuery>) {
  const tools = await drawnTools();
  const inputs = await listInputs(query.words);
  await measure(
    { inputs, concurrency: 2, fps: 10, ...query },
    { tools, hearing: silent, close: async () => undefined },
  );
}

/** Every file of a study by its name; what says when it was written left out. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name !== "run.lock");
  const files: Record<string, string> = {};
  for (const name of names) {
    const text = await readFile(join(folder, name), /\.(?:jpg|parquet)$/.test(name) ? "base64" : "utf8");
    const isNoted = name === "journal.jsonl" || name === "study.json";
    files[name] = isNoted
      ? text
          .replaceAll(/"(createdAt|updatedAt)": ?"[^"]+"/g, "")
          .replaceAll(/,"check":"\w+"/g, "")
          .replaceAll(/\{"file":"study.json".*\n/g, "")
      : text;
  }
  return files;
}

it("gives byte for byte what one machine writes: images, clips, what failed, sheets, whatever its clock says", async () => {
  const place = await tempFolder();
  const images = join(place, "images");
  await mkdir(images);
  for (let n = 0; n < 9; n += 1) await draw(join(images, `${n}.png`), 20 * n, n);
  await writeFile(join(images, "broken.jpg"), "no image");
  for (const clip of ["a.mp4", "z.mp4"]) await writeFile(join(images, clip), "drawn by the reader");
  const list = join(place, "list.csv");
  const names = ["0.png", "z.mp4", ...(await readdir(images)).sort(), "gone.png"];
  await writeFile(list, `path\n${names.map((name) => `images/${name}`).join("\n")}\n`);

  const whole = { words: [list], contactSheet: true, voices: true };
  await measured({ ...whole, folder: join(place, "one", "study"), parquet: true });
  vi.useFakeTimers({ toFake: ["Date"] });
  const shards: string[] = [];
  for (const number of [3, 1, 4, 2]) {
    vi.setSystemTime(new Date(2031 - 10 * number, 1, 1));
    const shard = { number, of: 4 };
    shards.push(join(place, "shards", shardFolder(shard)));
    await measured({ ...whole, folder: shards.at(-1) as string, shard });
  }
  vi.useRealTimers();
  const folder = join(place, "merged", "study");
  const tools = await drawnTools();
  const intoShard = { shards, folder: join(shards[0] as string, "."), force: true };
  await expect(merge(intoShard, tools)).rejects.toThrow(/^Cannot merge into one of the shards/);
  const { spy, refusal, real } = await fullDisk();
  let tables = 0; // of rows that are copied, which come as bytes
  spy.mockImplementation(function (this: typeof real, ...given: Parameters<typeof real>) {
    if (given[0] instanceof Uint8Array) tables += 1;
    return tables > 2 ? Promise.reject(refusal) : real.apply(this, given);
  } as typeof real);
  await expect(merge({ shards, folder, parquet: true }, tools)).rejects.toThrow(
    "as the disk is full; make room and run it again",
  );
  expect((await readFile(join(folder, "faces.csv"), "utf8")).split("\n").length).toBeGreaterThan(60);
  spy.mockRestore();
  expect(await merge({ shards, folder, parquet: true }, tools)).toMatchObject({ images: 69, failures: 4, sheets: 1 });

  const [merged, one] = [await filesOf(folder), await filesOf(join(place, "one", "study"))];
  expect(Object.keys(one).sort()).toEqual(Object.keys(merged).sort());
  expect(one["episodes.csv"]?.split("\n").length).toBeGreaterThan(4);
  expect(one["voices.csv"]?.match(/,no voice,.*it has no sound track\n/g)).toHaveLength(2);
  for (const [name, text] of Object.entries(one)) expect(merged[name], name).toBe(text);
  const rowsOf = async (name: string) =>
    (await readTable(join(folder, name), { refuse: (reason) => new Error(reason) })).map(({ cells }) => cells);
  for (const name of ["faces", "images", "failures", "episodes"]) {
    expect(await rowsOf(`${name}.parquet`)).toEqual(await rowsOf(`${name}.csv`));
  }
});

it("gives it of shards whose processes were killed and went on", async () => {
  const place = await tempFolder();
  const images = join(place, "images");
  await mkdir(images);
  for (let kind = 0; kind < 6; kind += 1) await draw(join(place, `${kind}.png`), 40 * kind, kind);
  for (let n = 0; n < 210; n += 1) await copyFile(join(place, `${n % 6}.png`), join(images, `${n}.png`));
  await measured({ words: [images], folder: join(place, "one", "study") });

  const folders = await Promise.all(
    [1, 2].map(async (number) => {
      const shard = { number, of: 2 };
      const folder = join(place, shardFolder(shard));
      const query = JSON.stringify({ words: [images], folder, shard });
      await inProcess([query, "80"], async () =>
        (await readFile(join(folder, "journal.jsonl"), "utf8")).includes('"done":["'),
      );
      await inProcess([query]);
      return folder;
    }),
  );
  await merge({ shards: folders, folder: join(place, "merged", "study") }, await drawnTools());
  expect(await filesOf(join(place, "merged", "study"))).toEqual(await filesOf(join(place, "one", "study")));
});

/** Measures in a process of its own, which is killed without warning as soon as `until` holds. */
async function inProcess(words: readonly string[], until?: () => Promise<boolean>): Promise<void> {
  const child = spawn(process.execPath, [ownPath("test", "support", "drawn-shard.mjs"), ...words], {
    stdio: "inherit",
  });
  const ended = new Promise<unknown>((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
  if (until === undefined) return expect(await ended).toBe(0);
  while (child.exitCode === null && !(await until().catch(() => false))) await setTimeout(5);
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
}
