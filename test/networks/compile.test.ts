import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ModelFileError } from "../../src/domain/errors.ts";
import { compileNetwork } from "../../src/networks/compile.ts";
import { COMPILER_TARGET } from "../../src/networks/graph-builder.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { loadManifest } from "../../src/networks/manifest-store.ts";
import { openSession } from "../../src/networks/session.ts";
import { readSource, type SourceBytes } from "../../src/networks/source.ts";
import { checkNetwork, goldenFeeds } from "../../src/networks/verify-network.ts";
import { cacheFolder } from "../../src/platform/cache-folder.ts";

/** Networks with operators that are written in one way or the other: PRelu, and zeros as further channels. */
const WRITTEN_TWICE = ["face-mesh-attention", "face-mesh-lite", "blazeface-short", "human-blazeface"];

async function load(id: string): Promise<{ manifest: NetworkManifest; source: SourceBytes }> {
  const stored = await loadManifest(id);
  return { manifest: stored.manifest, source: await readSource(stored, cacheFolder()) };
}

/** The bytes with one text replaced by another of the same length. */
function withText(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const copy = Buffer.from(bytes);
  expect(to).toHaveLength(from.length);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.write(to, at, "latin1");
  return copy;
}

describe("compileNetwork", () => {
  it.each(WRITTEN_TWICE)("writes %s for the other kind of processor too, with the same answers", async (id) => {
    const { manifest, source } = await load(id);
    const other = COMPILER_TARGET === "plain" ? "blocked" : "plain";
    const network = await openSession(manifest, await compileNetwork(manifest, source, other));
    expect(await checkNetwork(network)).toMatchObject({ verdict: "passed" });
    await network.close();
  });

  it("reads zero past the edge of a feature map, as MediaPipe's own operator does", async () => {
    const { manifest, source } = await load("face-mesh-attention");
    const fixture = new URL("./fixtures/attention-past-the-edge.json", import.meta.url);
    const { outputs } = JSON.parse(await readFile(fixture, "utf8")) as {
      outputs: Record<string, { at: number[]; values: number[]; mean: number }>;
    };
    const graph = Buffer.from(source.graph);
    for (const place of [1229168, 1229184, 1229200]) {
      expect(graph.readUInt16LE(place)).toBe(0x3400);
      graph.writeUInt16LE(0x3733, place);
    }
    const network = await openSession(manifest, await compileNetwork(manifest, { graph, weights: undefined }));
    const answers = await network.run(goldenFeeds(manifest, { input: "drawn-face", origin: "", outputs: [] }));
    await network.close();
    for (const [name, expected] of Object.entries(outputs)) {
      const numbers = Array.from(answers[name]?.data ?? [], Number);
      // Points of up to 300 px in float32: a hundred roundings of 1.5e-5 each stay under 2e-3.
      for (const [position, index] of expected.at.entries()) {
        expect(Math.abs((numbers[index] as number) - (expected.values[position] as number))).toBeLessThan(2e-3);
      }
      expect(Math.abs(numbers.reduce((sum, one) => sum + one, 0) / numbers.length - expected.mean)).toBeLessThan(2e-3);
    }
  });

  it("names an operator of a TFLite file that it does not know", async () => {
    const { manifest, source } = await load("face-mesh-attention");
    const graph = withText(source.graph, "TransformLandmarks", "TransformNightmare");
    const failure = await compileNetwork(manifest, { graph, weights: undefined }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ModelFileError);
    expect(String(failure)).toMatch(
      /"face-mesh-attention" as its operator 702, TransformNightmare, cannot be compiled/,
    );
  });

  it("names an operator of a TensorFlow.js graph that it does not know, and where it is", async () => {
    const { manifest, source } = await load("human-emotion");
    const graph = withText(source.graph, '"op":"Softmax"', '"op":"Softmin"');
    await expect(compileNetwork(manifest, { ...source, graph })).rejects.toThrow(
      'its operator Softmin ("StatefulPartitionedCall/model_1/predictions/Softmax") cannot be compiled',
    );
  });

  it("refuses a graph with a loop in it", async () => {
    const { manifest, source } = await load("human-handtrack");
    const inputs = manifest.inputs.map((input) => ({ ...input, tensor: "input_tensor" }));
    await expect(compileNetwork({ ...manifest, inputs }, source)).rejects.toThrow(/its graph loops through ".*while/);
  });

  it("says what is wrong with an operator that it knows", async () => {
    const { manifest, source } = await load("human-emotion");
    const graph = withText(source.graph, '"U0FNRQ=="', '"T0RERQ=="');
    await expect(compileNetwork(manifest, { ...source, graph })).rejects.toThrow("its padding ODDE is not supported");
  });

  it.each([
    ["blazeface-short", "it is not a TFLite file"],
    ["human-emotion", "it is not JSON"],
    ["face-api-expression", "its list of weights is not JSON"],
  ])("tells that the file of %s is not what its format says", async (id, reason) => {
    const { manifest, source } = await load(id);
    await expect(compileNetwork(manifest, { ...source, graph: Buffer.from("<html>") })).rejects.toThrow(reason);
  });

  it("tells what is unexpected in a list of weights", async () => {
    const { manifest, source } = await load("face-api-expression");
    const graph = withText(source.graph, '"dtype":"float32"', '"dtype":"string "');
    await expect(compileNetwork(manifest, { ...source, graph })).rejects.toThrow(
      /its file is not as its format has it: 0\.weights\.0\.dtype: /,
    );
  });

  it("tells that weights are missing or of another length", async () => {
    const { manifest, source } = await load("human-emotion");
    await expect(compileNetwork(manifest, { ...source, weights: undefined })).rejects.toThrow("names no weights");
    const weights = source.weights?.subarray(4);
    await expect(compileNetwork(manifest, { ...source, weights })).rejects.toThrow(
      "its weights should be 820516 bytes and are 820512",
    );
  });

  it("tells that a file has no input or output of the manifest's name", async () => {
    const { manifest, source } = await load("blazeface-short");
    const [input] = manifest.inputs;
    if (input === undefined) throw new Error("no input");
    await expect(compileNetwork({ ...manifest, inputs: [{ ...input, tensor: "image" }] }, source)).rejects.toThrow(
      'the file has no input or output called "image"',
    );
  });
});
