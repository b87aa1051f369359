import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { textOfCell } from "../src/platform/tables/write-table.ts";
import { shareOut } from "../src/runs/shard.ts";
import { planSlurm } from "../src/slurm.ts";
import { listInputs } from "../src/study/study-inputs.ts";
import { tempFolder } from "./support/temp-folder.ts";

/** What `tar` would take for an option of its own. */
const OPTION = "--to-command=touch it.jpg";

async function planned(archive: boolean) {
  const place = await tempFolder();
  const images = join(place, "it's images");
  await mkdir(images);
  for (const name of ["a.jpg", "b c.png", "d.mp4", "notes.txt"]) await writeFile(join(images, name), "");
  const tar = join(place, "all.tar");
  if (archive) {
    for (const name of [OPTION, "it's images/e\\f.png"]) await writeFile(join(place, name), "");
    execFileSync("tar", ["-C", place, "-cf", tar, "--", "it's images", OPTION]);
  }
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
  const names = (await read("inputs.csv")).trim().split("\n").slice(1).map(textOfCell);
  const inImages = ["a.jpg", "b c.png", "d.mp4", "e\\f.png"].map((name) => `it's images/${name}`);
  expect(names.toSorted()).toEqual([OPTION, ...inImages]);
  const job = script.replace(/^kuleshov=.*$/m, "kuleshov=(bash -c 'find . -type f')");
  for (const number of [1, 2]) {
    const own = [...shareOut(names, { number, of: 2 }).places.keys()];
    expect(await read(`members/${number}.txt`)).toBe(own.map((name) => `${name}\n`).join(""));
    const slurm = { SLURM_JOB_ID: "7", SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: `${number}` };
    const env = { PATH: process.env.PATH, SLURM_TMPDIR: place, ...slurm };
    const unpacked = execFileSync("bash", { input: job, env, encoding: "utf8" }).trim().split("\n");
    expect(unpacked.toSorted()).toEqual(["inputs.csv", ...own].map((name) => `./${name}`).toSorted());
  }
  const rest = { tasks: 2, out: join(place, "other"), options: "" };
  await expect(planSlurm({ words: ["a.tar", "b.jpg"], ...rest })).rejects.toThrow("an archive is the only input");
  await expect(planSlurm({ words: ["a.tar.gz"], ...rest })).rejects.toThrow("out of a compressed one: name one .tar");
  await expect(planSlurm({ words: [join(place, "no.tar")], ...rest })).rejects.toThrow("tar cannot list the archive");
});
