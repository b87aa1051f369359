import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { shareOut } from "../src/runs/shard.ts";
import { planSlurm } from "../src/slurm.ts";
import { listInputs } from "../src/study/study-inputs.ts";
import { tempFolder } from "./support/temp-folder.ts";

async function planned(archive: boolean) {
  const place = await tempFolder();
  const images = join(place, "it's images");
  await mkdir(images);
  for (const name of ["a.jpg", "b c.png", "d.mp4", "notes.txt"]) await writeFile(join(images, name), "");
  const tar = join(place, "all.tar");
  if (archive) execFileSync("tar", ["-C", place, "-cf", tar, "it's images"]);
  const out = join(place, "study");
  const query = { words: [archive ? tar : relative(".", images)], tasks: 2, out, options: "--fps 2" };
  const script = await planSlurm(query);
  const read = (name: string) => readFile(join(`${out}.slurm`, name), "utf8");
  return { place, images, query, script, read, out };
}

it("plans a job array over a list that is made once, by names that measure has for them too", async () => {
  const { images, query, script, read, out } = await planned(false);
  execFileSync("bash", ["-n"], { input: script });
  expect(script).toContain("#SBATCH --array=1-2\n");
  expect(script).toContain(" --fps 2 &\n");
  expect(await read("inputs.csv")).toBe("path\n../it's images/a.jpg\n../it's images/b c.png\n../it's images/d.mp4\n");
  const listed = await listInputs([relative(".", `${out}.slurm/inputs.csv`)]);
  expect(listed.map(({ key }) => key)).toEqual((await listInputs([relative(".", images)])).map(({ key }) => key));
  await expect(planSlurm(query)).rejects.toThrow(/^Cannot write as the file exists/);
});

it("has each task unpack its own part of an archive", async () => {
  const { place, script, read } = await planned(true);
  execFileSync("bash", ["-n"], { input: script });
  const names = (await read("inputs.csv")).trim().split("\n").slice(1);
  expect(names.toSorted()).toEqual(["it's images/a.jpg", "it's images/b c.png", "it's images/d.mp4"]);
  for (const number of [1, 2]) {
    const own = [...shareOut(names, { number, of: 2 }).places.keys()];
    expect(await read(`members/${number}.txt`)).toBe(own.map((name) => `${name}\n`).join(""));
  }
  const rest = { tasks: 2, out: join(place, "other"), options: "" };
  await expect(planSlurm({ words: ["a.tar", "b.jpg"], ...rest })).rejects.toThrow("an archive is the only input");
  await expect(planSlurm({ words: ["a.tar.gz"], ...rest })).rejects.toThrow("out of a compressed one: name one .tar");
  await expect(planSlurm({ words: [join(place, "no.tar")], ...rest })).rejects.toThrow("tar cannot list the archive");
});
