import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InferenceError, ModelFileError } from "../../src/domain/errors.ts";
import { imageTensor } from "../../src/networks/image-tensor.ts";
import { listNetworks } from "../../src/networks/list-networks.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { loadManifest } from "../../src/networks/manifest-store.ts";
import { networkProvenance, openNetwork } from "../../src/networks/network.ts";
import { type Reading, readOutputs } from "../../src/networks/readings.ts";
import { verifyNetwork } from "../../src/networks/verify-network.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { installNetwork, meanColourNetwork } from "../support/tiny-network.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kuleshov-user-"));
  vi.stubEnv("KULESHOV_MODELS", folder);
  vi.stubEnv("KULESHOV_CACHE", join(folder, "cache"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** The shipped manifest of HSEmotion under another id: same ports, same readings, a file of our own. */
async function hsemotionShape(id: string): Promise<Omit<NetworkManifest, "source" | "format">> {
  const { source: _source, format: _format, ...rest } = (await loadManifest("hsemotion")).manifest;
  return { ...rest, id };
}

/** Reads an image of one colour. */
async function readColour(id: string, rgb: readonly [number, number, number]): Promise<readonly Reading[]> {
  const network = await openNetwork(id);
  const [input] = network.manifest.inputs;
  if (input === undefined) throw new Error("no input");
  const pixels = Uint8Array.from({ length: 3 * 224 * 224 }, (_, index) => rgb[index % 3] as number);
  const outputs = await network.run({ image: imageTensor(input, pixels) });
  await network.close();
  return readOutputs(network.manifest, outputs);
}

const zeros = (count: number) => Array.from({ length: count }, () => 0);

describe("a network added with a manifest alone", () => {
  it("of HSEmotion's shape reads as eight expressions with valence and arousal", async () => {
    // Red makes happiness (5th of 8) and valence, through (1 - 0.485) / 0.229 = 2.2489.
    const red = zeros(10).with(4, 1).with(8, 0.2);
    const onnx = meanColourNetwork({
      inputShape: [1, 3, 224, 224],
      weights: [red, zeros(10), zeros(10)],
      bias: zeros(10).with(9, -0.25),
    });
    await installNetwork(folder, await hsemotionShape("tiny-hsemotion"), onnx);
    const [expression, affect] = await readColour("tiny-hsemotion", [255, 0, 0]);
    if (expression?.kind !== "expression") throw new Error("no expression");
    const happy = Math.exp(2.2489);
    expect(expression.distribution.map(({ label }) => label)).toEqual([
      "anger",
      "contempt",
      "disgust",
      "fear",
      "happiness",
      "neutral",
      "sadness",
      "surprise",
    ]);
    expect(expression.distribution[4]?.probability).toBeCloseTo(happy / (happy + 7), 3);
    expect(expression.distribution.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(affect).toEqual({
      kind: "valence-arousal",
      valence: expect.closeTo(0.2 * 2.2489, 3),
      arousal: expect.closeTo(-0.25, 6),
    });
  });

  it("of action units reads each unit and side on its scale, with names of its own for its ports", async () => {
    const manifest: Omit<NetworkManifest, "source" | "format"> = {
      ...(await hsemotionShape("my-units")),
      outputs: [{ name: "units", tensor: "whatever", dtype: "float32", shape: [3], description: "Three logits" }],
      readings: [
        {
          kind: "action-units",
          output: "units",
          offset: 0,
          activation: "sigmoid",
          scale: "probability",
          units: [
            { au: "AU12", side: "both" },
            { au: "AU2", side: "left" },
            { au: "AU2", side: "right" },
          ],
        },
      ],
    };
    const names = { input: "x", output: "logits" };
    const onnx = meanColourNetwork({
      inputShape: [1, 3, 224, 224],
      weights: [zeros(3), zeros(3), zeros(3)],
      bias: [2, 0, -2],
      names,
    });
    await installNetwork(folder, manifest, onnx);
    expect(await readColour("my-units", [0, 0, 0])).toEqual([
      {
        kind: "action-units",
        scale: "probability",
        units: [
          { au: "AU12", side: "both", value: expect.closeTo(0.8808, 4) },
          { au: "AU2", side: "left", value: expect.closeTo(0.5, 4) },
          { au: "AU2", side: "right", value: expect.closeTo(0.1192, 4) },
        ],
      },
    ]);
    expect(await networkProvenance("my-units")).toEqual({ id: "my-units", sha256: sha256(onnx) });
    expect((await verifyNetwork("my-units")).verdict).toBe("no-golden");
    const listed = (await listNetworks()).find(({ manifest: { id } }) => id === "my-units");
    expect(listed).toMatchObject({ origin: "my-units.onnx", status: { state: "ready" } });
  });

  it("is refused when its file is not the one the manifest speaks of", async () => {
    const onnx = meanColourNetwork({ inputShape: [1, 3, 224, 224], weights: [[1], [1], [1]], bias: [0] });
    await installNetwork(folder, await hsemotionShape("altered"), onnx);
    await writeFile(join(folder, "altered.onnx"), Buffer.concat([onnx, Buffer.from([0])]));
    await expect(openNetwork("altered")).rejects.toThrow(/altered\.onnx` has SHA-256 .* where the manifest says/);
  });

  it("is refused when the runtime does not accept its file", async () => {
    await installNetwork(folder, await hsemotionShape("nonsense"), Buffer.from("this is no network"));
    await expect(openNetwork("nonsense")).rejects.toThrow(
      /Cannot use network "nonsense" as onnxruntime does not accept it/,
    );
  });

  it("is refused when its file lacks an output that the manifest names", async () => {
    const manifest = await hsemotionShape("lacking");
    const extra = { name: "more", tensor: "more", dtype: "float32" as const, shape: [1], description: "Not there" };
    const onnx = meanColourNetwork({
      inputShape: [1, 3, 224, 224],
      weights: [zeros(10), zeros(10), zeros(10)],
      bias: zeros(10),
    });
    await installNetwork(folder, { ...manifest, outputs: [...manifest.outputs, extra] }, onnx);
    await expect(openNetwork("lacking")).rejects.toThrow('its file has no output "more": it has output');
  });

  it("is told when its answer is not the shape the manifest promises", async () => {
    const onnx = meanColourNetwork({ inputShape: [1, 3, 224, 224], weights: [[1], [1], [1]], bias: [0] });
    await installNetwork(folder, await hsemotionShape("short"), onnx);
    await expect(readColour("short", [0, 0, 0])).rejects.toThrow(InferenceError);
    await expect(readColour("short", [0, 0, 0])).rejects.toThrow('gave [1, 1] as "scores", expected [1, 10]');
  });

  it("says what is wrong with its manifest", async () => {
    await writeFile(join(folder, "broken.json"), "{");
    await expect(openNetwork("broken")).rejects.toThrow("its manifest is not JSON");
    await writeFile(join(folder, "broken.json"), JSON.stringify({ id: "broken", format: "pytorch" }));
    await expect(openNetwork("broken")).rejects.toThrow(/its manifest is wrong: .*format: /);
    await expect(openNetwork("broken")).rejects.toBeInstanceOf(ModelFileError);
  });

  it("from npm is refused when its package is missing or its file is another", async () => {
    const file = { path: "package.json", sha256: "0".repeat(64) };
    const install = async (name: string) => {
      const source = { kind: "npm", package: name, version: "1.0.0", graph: file };
      await writeFile(
        join(folder, "packaged.json"),
        JSON.stringify({ ...(await hsemotionShape("packaged")), format: "onnx", source }),
      );
    };
    await install("@kuleshov/no-such-package");
    await expect(openNetwork("packaged")).rejects.toThrow(
      'Cannot use network "packaged" as its package @kuleshov/no-such-package is not installed: run `npm install`',
    );
    await install("zod");
    await expect(openNetwork("packaged")).rejects.toThrow(
      /has SHA-256 [0-9a-f]{12}… where the manifest says 000000000000…/,
    );
  });

  it("says when the folder of networks is not there", async () => {
    vi.stubEnv("KULESHOV_MODELS", join(folder, "nowhere"));
    await expect(listNetworks()).rejects.toThrow(/folder of networks in KULESHOV_MODELS cannot be read: `.*nowhere`/);
  });

  it("cannot take the place of a shipped one", async () => {
    const onnx = meanColourNetwork({ inputShape: [1, 3, 224, 224], weights: [[1], [1], [1]], bias: [0] });
    await installNetwork(folder, { ...(await hsemotionShape("blazeface-short")) }, onnx);
    expect((await loadManifest("blazeface-short")).manifest.source.kind).toBe("npm");
    expect((await listNetworks()).filter(({ manifest: { id } }) => id === "blazeface-short")).toHaveLength(1);
  });
});

describe("readOutputs", () => {
  it("refuses an expression that is no distribution", async () => {
    const { manifest } = await loadManifest("face-api-expression");
    const outputs = (values: number[]) => ({ probabilities: { data: Float32Array.from(values), shape: [1, 7] } });
    expect(() => readOutputs(manifest, outputs([0.5, 0.5, 0.5, 0, 0, 0, 0]))).toThrow(
      /no distribution: it sums to 1\.5/,
    );
    expect(() => readOutputs(manifest, outputs([1.2, -0.2, 0, 0, 0, 0, 0]))).toThrow(InferenceError);
    expect(() => readOutputs(manifest, outputs([1]))).toThrow(/fewer numbers/);
    expect(() => readOutputs(manifest, {})).toThrow(/no output "probabilities"/);
  });
});
