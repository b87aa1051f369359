import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import * as models from "../../src/cli/models.ts";
import { loadManifest } from "../../src/networks/manifest-store.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { type FileServerFaults, serveFile } from "../support/file-server.ts";
import { runCli } from "../support/run-cli.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { meanColourNetwork } from "../support/tiny-network.ts";

const zeros = Array.from({ length: 10 }, () => 0);
const network = meanColourNetwork({ inputShape: [1, 3, 224, 224], weights: [zeros, zeros, zeros], bias: zeros });
const half = Math.floor(network.length / 2);

let folder: string;
let cacheDir: string;
beforeEach(async () => {
  folder = await tempFolder();
  cacheDir = await tempFolder();
  vi.stubEnv("KULESHOV_MODELS", folder);
  vi.stubEnv("KULESHOV_CACHE", cacheDir);
});
afterEach(() => vi.unstubAllEnvs());

/** A server that offers `sent` where a manifest named `tiny` promises `network`. */
async function offer(faults: FileServerFaults = {}, sent: Uint8Array = network) {
  const server = await serveFile(sent, faults);
  onTestFinished(() => server.close());
  const { source: _source, ...like } = (await loadManifest("hsemotion")).manifest;
  const published = { kind: "url", download: "tiny-download", url: server.url, sizeBytes: network.length };
  const manifest = { ...like, id: "tiny", source: { ...published, sha256: sha256(network) } };
  await writeFile(join(folder, "tiny.json"), JSON.stringify(manifest));
  return server;
}

const pull = (...words: string[]) => runCommand(["models", "pull", ...words], [models]);
const pulled = async () => readdir(join(cacheDir, "pulled")).catch(() => []);

describe("kuleshov models pull", () => {
  it("shows address, size and licence, then progress, and the network can be used", async () => {
    const server = await offer();
    const listed = await runCommand(["models", "list"], [models]);
    expect(listed.stdout).toMatch(/tiny {2}to-pull\n.*\n.*\n {2}kuleshov models pull tiny-download\n/);
    const { code, stdout, stderr } = await pull("tiny-download", "--accept");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tiny-download: pulled, for tiny\n/);
    expect(stderr).toContain(server.url);
    expect(stderr).toMatch(/size {5}\d+ kB/);
    expect(stderr).toMatch(/licence {2}Apache-2\.0, .+: https:\/\//);
    expect(stderr).toContain("(100%)");
    expect((await runCommand(["models", "list"], [models])).stdout).toContain("tiny  ready");
    expect((await pull("tiny", "--accept")).stdout).toMatch(/^tiny-download: was here already, intact, for tiny\n/);
    expect(server.ranges).toHaveLength(1);
  });

  it("fetches nothing when nobody is there to accept the licence, and says how to", async () => {
    const server = await offer();
    const { code, stdout, stderr } = await pull("tiny-download");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/nobody is at a terminal to accept the licence of "tiny-download".*add --accept\n$/);
    expect(server.ranges).toEqual([]);
  });

  it("refuses a file that is not the published one in one sentence", async () => {
    const other = Uint8Array.from(network);
    other[40] = (other[40] as number) ^ 1;
    await offer({}, other);
    const { code, stdout, stderr } = await pull("tiny-download", "--accept");
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(
      /\nCannot use network "tiny-download" as what .+ is not the published file.+nothing was kept\n$/,
    );
    expect(await pulled()).toEqual([]);
  });

  it("takes the file from disk without asking the network, and refuses another", async () => {
    const server = await offer();
    const from = join(folder, "fetched.task");
    await writeFile(from, network.subarray(2));
    const refused = await pull("tiny", "--from", from, "--accept");
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining(`taken from  ${from}`)]);
    expect(refused.stderr).toContain(`has ${network.length - 2} bytes where the published file has ${network.length}`);
    await writeFile(from, network);
    expect((await pull("tiny", "--from", from, "--accept")).stdout).toMatch(/^tiny-download: copied, for tiny\n/);
    expect(server.ranges).toEqual([]);
  });

  it("names what can be pulled when asked for something else", async () => {
    const { code, stderr } = await pull("face_landmaker", "--accept");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Nothing can be pulled under the name "face_landmaker": known are .*face_landmarker/);
  });

  it("ends cleanly on Ctrl-C, and a rerun fetches only the rest", async () => {
    const stuck = await offer({ holdAfterBytes: half });
    const env = { KULESHOV_MODELS: folder, KULESHOV_CACHE: cacheDir };
    const run = await runCli(["models", "pull", "tiny-download", "--accept"], { env, interrupt: kept(half) });
    expect([run.code, run.stdout]).toEqual([130, ""]);
    expect(run.stderr).toMatch(/\nInterrupted\.\n$/);
    expect((await pulled()).filter((name) => !name.endsWith(".part"))).toEqual([]);
    expect(stuck.ranges).toEqual([undefined]);

    const whole = await offer();
    expect((await pull("tiny-download", "--accept")).stdout).toMatch(/^tiny-download: pulled/);
    expect(whole.ranges).toEqual([`bytes=${half}-`]);
    const [file] = await pulled();
    expect(await readFile(join(cacheDir, "pulled", file as string))).toEqual(Buffer.from(network));
  });
});

/** Resolves once so many bytes of a download lie in the cache. */
async function kept(bytes: number): Promise<void> {
  await vi.waitUntil(
    async () => {
      const [part] = (await pulled()).filter((name) => name.endsWith(".part"));
      return part !== undefined && (await readFile(join(cacheDir, "pulled", part))).length === bytes;
    },
    { timeout: 30_000 },
  );
}
