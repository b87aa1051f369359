import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { samplePhoto } from "./support/photos.ts";
import { runCli } from "./support/run-cli.ts";
import { S3_KEYS, serveS3 } from "./support/s3-server.ts";
import { tempFolder } from "./support/temp-folder.ts";

const KEYS = ["faces/one of two.jpg", "faces/ö/2.jpg"];

/** A folder to work in, beside a store that holds two photographs and a film. */
async function openStore() {
  const [one, two] = await Promise.all([1, 2].map((number) => readFile(samplePhoto(number))));
  const objects = new Map(
    Object.entries({ [KEYS[0] as string]: one, [KEYS[1] as string]: two, "faces/film.mp4": one }),
  );
  const server = await serveS3(objects as Map<string, Uint8Array>, 1);
  onTestFinished(() => server.close());
  const cwd = await tempFolder();
  const env = { AWS_ENDPOINT_URL_S3: server.url, AWS_EC2_METADATA_DISABLED: "true", ...S3_KEYS };
  return { server, cwd, run: (...words: string[]) => runCli(words, { cwd, env }) };
}

/** Every file below a folder as text, with its name. */
async function textOf(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

it("measures the images of an object store as those of a folder, in shards too, and keeps no key", async () => {
  const { cwd, run } = await openStore();
  const [whole, ...shards] = await Promise.all([
    run("measure", "s3://photos/faces", "--out", "whole"),
    run("measure", "s3://photos/faces", "--shard", "1/2", "--out", "shards"),
    run("measure", "s3://photos/faces/", "--shard", "2/2", "--out", "shards"),
  ]);
  expect(shards.map(({ code }) => code)).toEqual([0, 0]);
  expect(whole?.code, whole?.stderr).toBe(0);
  expect(whole?.stderr).toContain("1 file is left out as its ending is no image's: 1 .mp4");
  expect(whole?.stderr).not.toMatch(/fetched from|Warning/);
  expect(await run("merge", "shards/1-of-2", "shards/2-of-2", "--out", "merged")).toMatchObject({ code: 0 });
  const faces = await readFile(join(cwd, "whole", "faces.csv"), "utf8");
  expect(await readFile(join(cwd, "merged", "faces.csv"), "utf8")).toBe(faces);
  await run("measure", samplePhoto(1), samplePhoto(2), "--out", "local");
  const local = await readFile(join(cwd, "local", "faces.csv"), "utf8");
  const numbers = (table: string) =>
    table
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((row) => row.replace(/^.*?\.jpg/, ""));
  expect(numbers(faces).sort()).toEqual(numbers(local).sort());
  expect(await textOf(cwd)).not.toMatch(/AKIDLOOPBACK|a-secret-of-the-test/);
});

it("ends a study in one sentence where the store refuses the key, and goes on with --resume from there", async () => {
  const { server, cwd, run } = await openStore();
  const list = join(cwd, "list.csv");
  await writeFile(list, `path\n${KEYS.map((key) => `s3://photos/${key}`).join("\n")}\ns3://photos/faces/no.jpg\n`);
  server.faults.push({ status: 400, retryAfterS: 0 });
  const stopped = await run("measure", list, "--out", "study");
  expect(stopped.code).not.toBe(0);
  expect(stopped.stderr).toContain("Cannot read from the object store as it answered 400 (`s3://photos/");
  expect(await readFile(join(cwd, "study", "failures.csv"), "utf8")).toBe("path,reason\n");
  const resumed = await run("measure", list, "--out", "study", "--resume");
  expect(resumed.stderr + resumed.stdout).toContain("1 failed, see failures.csv");
  expect(await readFile(join(cwd, "study", "failures.csv"), "utf8")).toContain("as there is no such object");
});

it("asks about an object, and about those that a list names", async () => {
  const { cwd, run } = await openStore();
  const [address, other] = KEYS.map((key) => `s3://photos/${key}`) as [string, string];
  await writeFile(join(cwd, "list.csv"), `path,question\n${address},What is felt?\n${other},What is felt?\n`);
  const [one, many, film] = await Promise.all([
    run("ask", address, "What is felt?", "--json"),
    run("ask", "list.csv", "--out", "asked"),
    run("ask", "s3://photos/faces/film.mp4"),
  ]);
  expect(JSON.parse(one.stdout).image.path).toBe(address);
  expect(many.code, many.stderr).toBe(0);
  const answers = (await readFile(join(cwd, "asked", "answers.jsonl"), "utf8")).trimEnd().split("\n");
  expect(answers.map((line) => JSON.parse(line).path)).toEqual([address, other]);
  expect(film.stderr).toContain("it lies in an object store, of which images alone are read: fetch it first");
});
