import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../src/platform/hash.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { S3_KEYS, type S3Server, serveS3 } from "../support/s3-server.ts";

const NUMBERS = [1, 2, 3, 4, 5, 6] as const;
let server: S3Server;
let place: string;
let env: Record<string, string>;

beforeAll(async () => {
  const photos = NUMBERS.map(async (number) => [`faces/${number}.jpg`, await readFile(samplePhoto(number))] as const);
  server = await serveS3(new Map(await Promise.all(photos)));
  place = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  const nobody = join(place, "none");
  env = {
    ...{ AWS_ENDPOINT_URL_S3: server.url, AWS_EC2_METADATA_DISABLED: "true", AWS_REGION: "eu-west-3", ...S3_KEYS },
    ...{ AWS_CONFIG_FILE: nobody, AWS_SHARED_CREDENTIALS_FILE: nobody },
  };
});
afterAll(async () => {
  await server.close();
  await rm(place, { recursive: true, force: true });
});

/** Runs a command that ends as it should, and gives what it said. */
async function run(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(words, { cwd: place, env });
  expect({ code, said: code === 0 ? "" : stderr }).toEqual({ code: 0, said: "" });
  return stdout + stderr;
}

const getsOf = (key: string) => server.requests.filter((request) => request.startsWith(`GET /photos/${key}?`)).length;

/** Every text below a folder, in which no credential may stand. */
async function textsOf(folder: string): Promise<string> {
  const entries = await readdir(join(place, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")))).join(
    "\n",
  );
}
const CREDENTIALS = new RegExp(Object.values(S3_KEYS).join("|"));

describe("images in an object store", () => {
  it("are measured in shards that merge into what one command writes, and credentials stand nowhere", async () => {
    server.faults.push({ status: 503, retryAfterS: 0.01 });
    await run("measure", "s3://photos/faces", "--out", "one");
    for (const shard of ["1/2", "2/2"]) {
      await run("measure", "s3://photos/faces", "--shard", shard, "--out", "shards");
    }
    await run("merge", "shards/1-of-2", "shards/2-of-2", "--out", "merged");
    for (const name of ["faces.csv", "images.csv", "failures.csv", "measurements.jsonl"]) {
      const [one, merged] = await Promise.all(
        ["one", "merged"].map((folder) => readFile(join(place, folder, name), "utf8")),
      );
      expect(merged).toBe(one);
    }
    expect(
      (await readFile(join(place, "one", "images.csv"), "utf8")).match(/^s3:\/\/photos\/faces\/\d\.jpg/gm),
    ).toHaveLength(6);
    for (const folder of ["one", "shards", "merged"]) expect(await textsOf(folder)).not.toMatch(CREDENTIALS);
  });

  it("are planned for SLURM by their addresses", async () => {
    expect(await run("slurm", "plan", "s3://photos/faces", "--tasks", "2", "--study", "planned")).toContain("#SBATCH");
    const list = await readFile(join(place, "planned.slurm", "inputs.csv"), "utf8");
    expect(list.trim().split("\n")).toEqual(["path", ...NUMBERS.map((number) => `s3://photos/faces/${number}.jpg`)]);
    expect(await textsOf("planned.slurm")).not.toMatch(CREDENTIALS);
  });

  it("are asked about with one request for each, and the report holds their hash and no credential", async () => {
    const before = getsOf("faces/2.jpg");
    await run("ask", "s3://photos/faces/2.jpg", "--model", "rules", "--out", "answer");
    expect(getsOf("faces/2.jpg") - before).toBe(1);
    const report = JSON.parse(await readFile(join(place, "answer", "report.json"), "utf8"));
    expect(JSON.stringify(report)).toContain(sha256(await readFile(samplePhoto(2))));
    expect(await textsOf("answer")).not.toMatch(CREDENTIALS);
  });

  it("are grouped by discover, and ranked by find with an exemplar store that lies there too", async () => {
    await run("discover", "s3://photos/faces", "--out", "discovered");
    const found = JSON.parse(await readFile(join(place, "discovered", "discovery.json"), "utf8"));
    expect(JSON.stringify(found)).toContain("s3://photos/faces/1.jpg");
    await writeFile(join(place, "smile.jpg"), await readFile(samplePhoto(1)));
    const store = ["--store", "s3://photos/exemplars"];
    await run("exemplars", "add", "smile.jpg", "--category", "smile", "--face", "F1", ...store);
    expect([...server.objects.keys()].some((key) => key.startsWith("exemplars/exemplars.lance/"))).toBe(true);
    expect(await run("exemplars", "list", ...store)).toContain("smile");
    await run("find", "smile", "s3://photos/faces", ...store, "--out", "found");
    expect(await readFile(join(place, "found", "ranking.csv"), "utf8")).toContain("s3://photos/faces/3.jpg");
    for (const folder of ["discovered", "found"]) expect(await textsOf(folder)).not.toMatch(CREDENTIALS);
  });

  it("end a command with one sentence where the exemplar store answers 503 or knows nobody of these credentials", async () => {
    const list = ["exemplars", "list", "--store", "s3://photos/exemplars"];
    const other = { ...env, AWS_SECRET_ACCESS_KEY: "another" };
    const refused = await runCli(list, { cwd: place, env: other });
    expect(refused.stderr).toContain("the object store refuses these credentials");
    expect(refused.stderr).not.toMatch(/AKID|another/);
    server.faults.push(...Array(1000).fill({ status: 503, retryAfterS: 0 }));
    const busy = await runCli(list, { cwd: place, env });
    server.faults.length = 0;
    expect(busy).toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringMatching(/does not answer; try again later/),
    });
    expect(busy.code).not.toBe(0);
  });
});
