import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as models from "../../src/cli/models.ts";
import { buildNetwork } from "../../src/networks/build.ts";
import { listNetworks } from "../../src/networks/list-networks.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { loadManifests } from "../../src/networks/manifest-store.ts";
import { networkProvenance, openNetwork } from "../../src/networks/network.ts";
import type { NetworkCheck } from "../../src/networks/verify-network.ts";
import { type CommandResult, runCommand } from "../support/run-command.ts";

const shipped = (await loadManifests()).map(({ manifest }) => manifest);
const own = shipped.filter(({ source }) => source.kind === "file").map(({ id }) => id);
const fromNpm = shipped.filter(({ source }) => source.kind === "npm").map(({ id }) => id);

let cacheDir: string;
let verified: CommandResult;
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "kuleshov-networks-"));
  vi.stubEnv("KULESHOV_CACHE", cacheDir);
  verified = await runCommand(["models", "verify", "--json"], [models]);
});
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

function checkOf(id: string): NetworkCheck | undefined {
  return (JSON.parse(verified.stdout) as NetworkCheck[]).find((check) => check.id === id);
}

describe("networks that come through npm", () => {
  it("are verified by one command with those that ship, which leaves out what was not pulled", () => {
    expect([verified.code, verified.stderr]).toEqual([0, ""]);
    const checked = (JSON.parse(verified.stdout) as NetworkCheck[]).map(({ id }) => id);
    expect(checked.sort()).toEqual([...fromNpm, ...own].sort());
    expect(shipped.length).toBeGreaterThan(checked.length);
  });

  it.each(fromNpm)("%s answers its golden input as the reference runtime does", (id) => {
    const check = checkOf(id);
    expect(check?.outputs.filter(({ passed }) => !passed)).toEqual([]);
    expect(check?.verdict).toBe("passed");
    expect(check?.outputs.map(({ name }) => name)).toEqual(manifest(id).outputs.map(({ name }) => name));
  });

  it.each(own)("%s, which ships as a file, answers its golden input as it did where it was trained", (id) => {
    expect(checkOf(id)?.verdict).toBe("passed");
  });

  // One of each format.
  it.each(["blazeface-short", "human-emotion", "face-api-expression"])(
    "%s compiles to the same bytes every time, and is taken from the cache after that",
    async (id) => {
      const once = await buildNetwork(id, { cacheDir, force: true });
      const again = await buildNetwork(id, { cacheDir, force: true });
      expect(once.from).toBe("compiler");
      expect(Buffer.compare(once.onnx, again.onnx)).toBe(0);
      const kept = await buildNetwork(id, { cacheDir });
      expect({ from: kept.from, same: Buffer.compare(kept.onnx, once.onnx) }).toEqual({ from: "cache", same: 0 });
    },
  );

  it("are listed as ready once they are compiled, with where they come from", async () => {
    const listed = await listNetworks({ cacheDir });
    expect(listed.filter(({ manifest: { id } }) => fromNpm.includes(id)).map(({ status }) => status.state)).toEqual(
      fromNpm.map(() => "ready"),
    );
    expect(listed.find(({ manifest: { id } }) => id === "blazeface-short")?.origin).toBe(
      "@mediapipe/face_mesh@0.4.1657299874",
    );
  });

  it("say which published bytes they stand for", async () => {
    const { id, sha256 } = await networkProvenance("blazeface-short");
    expect(id).toBe("blazeface-short");
    expect(sha256).toBe((manifest("blazeface-short").source as { graph: { sha256: string } }).graph.sha256);
  });
});

describe("openNetwork", () => {
  it("refuses a feed that is missing, unknown, or of another shape or type", async () => {
    const network = await openNetwork("face-api-expression", { cacheDir });
    const data = new Float32Array(112 * 112 * 3);
    await expect(network.run({})).rejects.toThrow('needs the input "image": float32 [1, 112, 112, 3]');
    await expect(network.run({ image: { data, shape: [1, 112, 112, 3] }, mask: { data, shape: [1] } })).rejects.toThrow(
      'has no input "mask"',
    );
    await expect(network.run({ image: { data, shape: [112, 112, 3] } })).rejects.toThrow(RangeError);
    await expect(
      network.run({ image: { data: new Int32Array(data.length), shape: [1, 112, 112, 3] } }),
    ).rejects.toThrow("is int32 [1, 112, 112, 3], expected float32 [1, 112, 112, 3]");
    await network.close();
  });

  it("reports numbers that cannot be instead of handing them on", async () => {
    const network = await openNetwork("face-api-expression", { cacheDir });
    const data = new Float32Array(112 * 112 * 3).fill(Number.NaN);
    await expect(network.run({ image: { data, shape: [1, 112, 112, 3] } })).rejects.toThrow(/no number/);
    await network.close();
  });

  it("says what to do about a network that nothing describes", async () => {
    await expect(openNetwork("no-such-network", { cacheDir })).rejects.toThrow(
      'Cannot use network "no-such-network" as no manifest describes it; `kuleshov models list` shows the known ones',
    );
  });
});

function manifest(id: string): NetworkManifest {
  const found = shipped.find((one) => one.id === id);
  if (found === undefined) throw new Error(`No manifest "${id}"`);
  return found;
}
