import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, ModelFileError } from "../../src/domain/errors.ts";
import { listNetworks } from "../../src/networks/list-networks.ts";
import { loadManifest } from "../../src/networks/manifest-store.ts";
import { openNetwork } from "../../src/networks/network.ts";
import { type PullOptions, pullNetwork } from "../../src/networks/pull.ts";
import { acquireLock } from "../../src/platform/file-lock.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { type FileServerFaults, serveFile } from "../support/file-server.ts";
import { meanColourNetwork } from "../support/tiny-network.ts";

const zeros = Array.from({ length: 10 }, () => 0);
const onnx = meanColourNetwork({ inputShape: [1, 3, 224, 224], weights: [zeros, zeros, zeros], bias: zeros });
/** As face_landmarker.task is: networks side by side in a zip, here with a second member of noise to give it weight. */
const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index * 31 + index * 7) >> 3);
const task = zipSync({ "network.onnx": onnx, "other.bin": noise }, { level: 0, mtime: "2020-01-01" });

let folder: string;
let cacheDir: string;
const servers: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kuleshov-pull-"));
  cacheDir = join(folder, "cache");
  vi.stubEnv("KULESHOV_MODELS", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true, force: true });
});

/** A server that offers `sent` where the manifest of the networks `tiny` and `tiny-too` promises `task`. */
async function offer(faults: FileServerFaults = {}, sent: Uint8Array = task) {
  const server = await serveFile(sent, faults);
  servers.push(server);
  const { source: _source, ...like } = (await loadManifest("hsemotion")).manifest;
  const source = {
    kind: "url",
    download: "tiny-task",
    url: server.url,
    sizeBytes: task.length,
    sha256: sha256(task),
    member: { path: "network.onnx", sha256: sha256(onnx) },
  };
  for (const id of ["tiny", "tiny-too"])
    await writeFile(join(folder, `${id}.json`), JSON.stringify({ ...like, id, source }));
  return server;
}

function pull(options: Partial<PullOptions> = {}, signal?: AbortSignal) {
  return pullNetwork("tiny-task", { cacheDir, acceptLicence: () => true, ...options }, signal);
}

/** First byte that a request asked for. */
function offsetOf(range: string | undefined): number {
  return range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
}

async function kept(): Promise<string[]> {
  return readdir(join(cacheDir, "pulled"));
}

describe("pullNetwork", () => {
  it("shows the terms, fetches the file once, and opens its networks from it", async () => {
    const server = await offer();
    await expect(openNetwork("tiny", { cacheDir })).rejects.toThrow(
      'Cannot use network "tiny" as it has not been pulled yet: run `kuleshov models pull tiny-task`',
    );
    const status = async () => (await listNetworks({ cacheDir })).find(({ manifest: { id } }) => id === "tiny")?.status;
    expect(await status()).toEqual({ state: "to-pull", download: "tiny-task", sizeBytes: task.length });

    const acceptLicence = vi.fn(() => true);
    const progress: number[] = [];
    const onProgress = ({ receivedBytes }: { receivedBytes: number }) => progress.push(receivedBytes);
    const pulled = await pull({ acceptLicence, onProgress });
    expect(pulled).toMatchObject({ download: "tiny-task", networks: ["tiny", "tiny-too"], outcome: "downloaded" });
    expect(acceptLicence).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        files: [{ url: server.url, sizeBytes: task.length }],
        licence: expect.objectContaining({ spdx: "Apache-2.0" }),
      }),
    );
    expect(progress.at(-1)).toBe(task.length);
    expect(await readFile(pulled.paths[0] as string)).toEqual(Buffer.from(task));
    expect(await kept()).toHaveLength(1);

    await (await openNetwork("tiny-too", { cacheDir })).close();
    expect(await status()).toEqual({ state: "ready" });
    expect((await pull()).outcome).toBe("already-here");
    expect(server.ranges).toHaveLength(1);
  });

  it("fetches nothing when the licence is not accepted", async () => {
    const server = await offer();
    await expect(pull({ acceptLicence: () => false })).rejects.toThrow(ConfigurationError);
    expect(server.ranges).toEqual([]);
  });

  it("goes on where a connection broke, within one call", async () => {
    const server = await offer({ breakAfterBytes: [100_000, 50_000] });
    expect((await pull()).outcome).toBe("downloaded");
    // What had arrived but was not written yet when the connection broke is fetched again: at most what was sent is kept.
    const [whole, second, third] = server.ranges.map(offsetOf);
    expect([whole, server.ranges.length]).toEqual([0, 3]);
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThanOrEqual(100_000);
    expect(third).toBeGreaterThanOrEqual(second as number);
    expect(third).toBeLessThanOrEqual((second as number) + 50_000);
  });

  it("goes on where an earlier call gave up", async () => {
    const broken = await offer({ breakAfterBytes: [70_000, 0, 0, 0] });
    const failure = await pull().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ModelFileError);
    const had = Number(
      new RegExp(`the download stopped after (\\d+) of ${task.length} bytes`).exec(String(failure))?.[1],
    );
    expect(had).toBeGreaterThan(0);
    expect(had).toBeLessThanOrEqual(70_000);
    expect(broken.ranges).toHaveLength(4);
    const whole = await offer();
    expect((await pull()).outcome).toBe("downloaded");
    expect(whole.ranges.map(offsetOf)).toEqual([had]);
  });

  it("starts over when the server cannot send a part", async () => {
    const server = await offer({ breakAfterBytes: [40_000], ignoreRange: true });
    const [path = ""] = (await pull()).paths;
    expect(await readFile(path)).toEqual(Buffer.from(task));
    expect(server.ranges.map((range) => offsetOf(range) > 0)).toEqual([false, true]);
  });

  it("waits out a server that is busy", async () => {
    const server = await offer({ statuses: [503, 429] });
    expect((await pull()).outcome).toBe("downloaded");
    expect(server.ranges).toHaveLength(3);
  });

  it("takes a refusal for an answer", async () => {
    const server = await offer({ statuses: [404] });
    await expect(pull()).rejects.toThrow(/Cannot use network "tiny-task" as 127\.0\.0\.1:\d+ answered 404/);
    expect(server.ranges).toHaveLength(1);
  });

  it("keeps nothing of a file with another hash", async () => {
    const other = Uint8Array.from(task);
    other[1000] = (other[1000] as number) ^ 1;
    await offer({}, other);
    await expect(pull()).rejects.toThrow(/is not the published file: its SHA-256 begins .* nothing was kept/);
    expect(await kept()).toEqual([]);
  });

  it("refuses a file of another length before fetching it, and one that runs on", async () => {
    await offer({}, task.subarray(0, 500));
    await expect(pull()).rejects.toThrow(`offers 500 bytes where ${task.length} were expected`);
    await offer({ hideLength: true }, Buffer.concat([task, task]));
    await expect(pull()).rejects.toThrow(`more than the published ${task.length} bytes came`);
  });

  it("says that a web page came instead", async () => {
    const page = Buffer.alloc(task.length, " ");
    page.write("<!DOCTYPE html><title>Please log in</title>");
    await offer({}, page);
    await expect(pull()).rejects.toThrow(/is not the published file but a web page/);
  });

  it("stops when asked to, and goes on later", async () => {
    await offer({ breakAfterBytes: [80_000, 0, 0, 0] });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(pull({ onProgress }, controller.signal)).rejects.toThrow(/enough|aborted/);
    expect((await kept()).filter((name) => name.endsWith(".lock"))).toEqual([]);
    await offer();
    expect((await pull()).outcome).toBe("downloaded");
  });

  it("takes the file from disk on a machine without internet, if it is the published one", async () => {
    const server = await offer();
    const from = join(folder, "fetched-elsewhere.task");
    await expect(pull({ from })).rejects.toThrow(`there is no file \`${from}\``);
    await writeFile(from, task.subarray(1));
    await expect(pull({ from })).rejects.toThrow(
      `has ${task.length - 1} bytes where the published file has ${task.length}`,
    );
    await writeFile(
      from,
      Uint8Array.from(task, (byte, index) => (index === 9 ? byte ^ 1 : byte)),
    );
    await expect(pull({ from })).rejects.toThrow("is not the published file: its SHA-256 is another");
    await writeFile(from, task);
    expect((await pull({ from })).outcome).toBe("copied");
    await (await openNetwork("tiny", { cacheDir })).close();
    expect(server.ranges).toEqual([]);
    expect(await kept()).toHaveLength(1);
  });

  it("takes several files that belong together from a folder, and is done when all are there", async () => {
    const from = join(folder, "fetched");
    await mkdir(from);
    const parts = { image: "pixels", text: "letters!", merges: "#version\na b" };
    for (const [part, bytes] of Object.entries(parts)) await writeFile(join(from, `${part}.any`), bytes);
    const source = (part: keyof typeof parts) => ({
      kind: "url",
      download: "tiny-pair",
      url: `http://127.0.0.1:9/${part}.bin`,
      sizeBytes: parts[part].length,
      sha256: sha256(parts[part]),
    });
    for (const part of ["image", "text"] as const) {
      const { manifest } = await loadManifest(`clip-vit-base-patch32-${part}`);
      const inputs = manifest.inputs.map((input) => ({
        ...input,
        ...(input.text && { text: { ...input.text, merges: source("merges") } }),
      }));
      const own = { ...manifest, id: `pair-${part}`, source: source(part), inputs };
      await writeFile(join(folder, `pair-${part}.json`), JSON.stringify(own));
    }
    const acceptLicence = vi.fn(() => true);
    const pair = (options: Partial<PullOptions>) => pullNetwork("tiny-pair", { cacheDir, acceptLicence, ...options });
    const pulled = await pair({ from });
    expect(pulled).toMatchObject({ networks: ["pair-image", "pair-text"], outcome: "copied" });
    expect(acceptLicence).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ files: [6, 8, 12].map((sizeBytes) => expect.objectContaining({ sizeBytes })) }),
    );
    expect(await Promise.all(pulled.paths.map((path) => readFile(path, "utf8")))).toEqual(Object.values(parts));
    expect((await pair({})).outcome).toBe("already-here");

    await rm(pulled.paths[2] as string);
    const text = (await listNetworks({ cacheDir })).find(({ manifest: { id } }) => id === "pair-text");
    expect(text?.status).toEqual({ state: "to-pull", download: "tiny-pair", sizeBytes: 12 });
    await rm(join(from, "merges.any"));
    await expect(pair({ from })).rejects.toThrow("has the 12 bytes of http://127.0.0.1:9/merges.bin");
    await expect(pair({ from: join(from, "text.any") })).rejects.toThrow("it has several files");
  });

  it("fetches a kept file again once it is damaged", async () => {
    await offer();
    const [path = ""] = (await pull()).paths;
    await writeFile(path, "damaged");
    await expect(openNetwork("tiny", { cacheDir })).rejects.toThrow(
      "its pulled file is damaged: run `kuleshov models pull tiny-task` again",
    );
    expect((await pull()).outcome).toBe("downloaded");
  });

  it("does not fetch the same file twice at once, and takes over from a process that is gone", async () => {
    await offer();
    await mkdir(join(cacheDir, "pulled"), { recursive: true });
    const lock = join(cacheDir, "pulled", `${sha256(task).slice(0, 16)}.task.lock`);
    const held = await acquireLock(lock);
    await expect(pull()).rejects.toThrow(/^Cannot pull "tiny-task" as process \d+ on .* is fetching it: wait for it/);
    if ("release" in held) await held.release();
    await writeFile(lock, "4194305"); // as a process that is gone leaves it
    expect((await pull()).outcome).toBe("downloaded");
  });

  it("knows by name what can be pulled, by the download or by one of its networks", async () => {
    await offer();
    await expect(pullNetwork("nothing", { cacheDir, acceptLicence: () => true })).rejects.toThrow(
      'Nothing can be pulled under the name "nothing": known are clip-vit-base-patch32, face_landmarker, hsemotion, tiny-task',
    );
    expect((await pullNetwork("tiny-too", { cacheDir, acceptLicence: () => true })).download).toBe("tiny-task");
  });
});
