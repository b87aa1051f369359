import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createToolboxes } from "../../src/compose/toolboxes.ts";
import { type Face, FaceMeasurement } from "../../src/domain/measurement.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { measureFaces } from "../../src/measuring/measure-image.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { loadManifest } from "../../src/networks/manifest-store.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { installNetwork, meanColourNetwork } from "../support/tiny-network.ts";

const photo = samplePhoto(3);
let folder: string;
beforeEach(async () => {
  folder = await tempFolder();
  vi.stubEnv("KULESHOV_MODELS", folder);
});
afterEach(() => vi.unstubAllEnvs());

const zeros = (count: number) => Array.from({ length: count }, () => 0);

/** A network of HSEmotion's shape that says the same of every face: happiness, valence 0.4, arousal -0.2. */
async function installHappy(id: string): Promise<string> {
  const { source: _source, format: _format, ...shape } = (await loadManifest("hsemotion")).manifest;
  const onnx = meanColourNetwork({
    inputShape: [1, 3, 224, 224],
    weights: [zeros(10), zeros(10), zeros(10)],
    bias: zeros(10).with(4, 9).with(8, 0.4).with(9, -0.2),
  });
  await installNetwork(folder, { ...shape, id }, onnx);
  return `${id}@${sha256(onnx).slice(0, 8)}`;
}

/** The example of models/README.md, with a network that sees AU12 the more, the redder the face is. */
async function installExample(): Promise<string> {
  const text = await readFile(ownPath("models", "README.md"), "utf8");
  const example = /```json\n([\s\S]*?)```/.exec(text)?.[1] as string;
  const onnx = meanColourNetwork({
    inputShape: [1, 3, 224, 224],
    weights: [[0, 1, 0.5], zeros(3), zeros(3)],
    bias: [-2, 0, 0],
    names: { input: "input", output: "logits" },
  });
  await writeFile(join(folder, "my-au-network.onnx"), onnx);
  await writeFile(join(folder, "my-au-network.json"), example.replace(/<sha256sum [^>]*>/, sha256(onnx)));
  return `my-au-network@${sha256(onnx).slice(0, 8)}`;
}

async function open(...names: string[]) {
  const toolboxes = await createToolboxes(names, { workers: 1 });
  onTestFinished(async () => {
    await Promise.all(toolboxes.map((toolbox) => toolbox.close()));
  });
  return toolboxes;
}

const of = ({ measurements }: Face, toolbox: string) => measurements.find((one) => one.toolbox === toolbox);

describe("a network as a toolbox", () => {
  it("reads each face that the mesh found, under its own id, scale and ranges", async () => {
    const [units, happy] = [await installExample(), await installHappy("tiny-hsemotion")];
    const toolboxes = await open("mesh", "my-au-network", "tiny-hsemotion");
    expect(toolboxes.map(({ id }) => id)).toEqual(["mesh@5", units, happy]);
    expect(toolboxes[1]?.supports).toEqual({
      actionUnits: [
        { au: "AU4", scale: "probability", sides: false },
        { au: "AU12", scale: "probability", sides: true },
      ],
      expressions: [],
    });
    expect(toolboxes[2]?.supports.expressionSources).toEqual([happy]);
    const faces = await measureFaces(await decodeImage(photo), toolboxes);
    expect(faces.map(({ measurements }) => measurements.length)).toEqual([3, 3, 3]);
    const read = of(faces[0] as Face, units);
    expect(FaceMeasurement.parse(read)).toMatchObject({ expressions: [], quality: null, score: null });
    const [brow, left, right] = read?.actionUnits ?? [];
    expect(brow).toMatchObject({ au: "AU4", side: "both", scale: "probability", estimated: false, toolbox: units });
    expect(brow?.value).toBeCloseTo(1 / (1 + Math.exp(2)), 3);
    // The logit of the left side is the mean of red, that of the right half of it.
    const logit = (value = 0.5) => Math.log(value / (1 - value));
    expect(logit(left?.value)).toBeCloseTo(2 * logit(right?.value), 1); // of values with three decimals
    const redness = faces.map((face) => of(face, units)?.actionUnits[1]?.value);
    expect(new Set(redness).size).toBe(3);
    const felt = of(faces[1] as Face, happy);
    expect(felt?.expressions[0]?.distribution.find(({ label }) => label === "happiness")?.probability).toBeGreaterThan(
      0.99,
    );
    expect(felt?.scores).toEqual([
      { name: "valence", value: expect.closeTo(0.4, 5), range: "-1..1" },
      { name: "arousal", value: expect.closeTo(-0.2, 5), range: "-1..1" },
    ]);
  });

  it("finds the faces itself when no mesh toolbox does, the same ones", async () => {
    const [units, happy] = [await installExample(), await installHappy("tiny-hsemotion")];
    const image = await decodeImage(photo);
    const alone = await measureFaces(image, await open("my-au-network", "tiny-hsemotion"));
    const beside = await measureFaces(image, await open("mesh", "my-au-network"));
    expect(alone.map(({ measurements }) => measurements.map(({ toolbox }) => toolbox))).toEqual(
      Array.from({ length: 3 }, () => [units, happy]),
    );
    const values = (faces: readonly Face[]) => faces.map((face) => of(face, units)?.actionUnits);
    expect(values(alone)).toEqual(values(beside));
    expect(of(alone[0] as Face, units)?.quality).not.toBeNull();
  });

  it("gives blendshapes as scores and estimated action units in percent", async () => {
    const shape = (await loadManifest("face-landmarker-blendshapes")).manifest;
    // Pulled for real it reads mesh points; here an image network of the same outputs stands in.
    const image = (await loadManifest("hsemotion")).manifest;
    const smile = shape.readings
      .flatMap((one) => (one.kind === "blendshapes" ? one.names : []))
      .indexOf("mouthSmileLeft");
    const onnx = meanColourNetwork({
      inputShape: [1, 3, 224, 224],
      weights: [zeros(52), zeros(52), zeros(52)],
      bias: zeros(52).with(smile, 0.8),
    });
    const output = { ...shape.outputs[0], tensor: "output", shape: [1, 52] } as NetworkManifest["outputs"][number];
    const manifest = { ...shape, id: "my-shapes", inputs: image.inputs, crop: image.crop, outputs: [output] };
    const { golden: _golden, source: _source, format: _format, ...rest } = manifest;
    await installNetwork(folder, rest, onnx);
    const [face] = await measureFaces(await decodeImage(photo), await open("my-shapes"));
    const [measured] = face?.measurements ?? [];
    expect(measured?.scores).toHaveLength(52);
    expect(measured?.scores?.[smile]).toEqual({
      name: "mouthSmileLeft",
      value: expect.closeTo(0.8, 6),
      range: "0..1",
    });
    const smiles = measured?.actionUnits.filter(({ au }) => au === "AU12");
    expect(smiles?.map(({ side, value, scale, estimated }) => [side, Math.round(value), scale, estimated])).toEqual([
      ["both", 40, "percent-0-100", true],
      ["left", 80, "percent-0-100", true],
      ["right", 0, "percent-0-100", true],
    ]);
  });

  it("says how to pull a network that is not here, and what an unknown name may have meant", async () => {
    vi.stubEnv("KULESHOV_CACHE", await tempFolder());
    for (const name of ["blendshapes", "face_landmarker", "face-landmarker-blendshapes"]) {
      await expect(createToolboxes([name])).rejects.toThrow(
        `The toolbox "${name}" has not been pulled yet: run \`kuleshov models pull face_landmarker\``,
      );
    }
    await installExample();
    await expect(createToolboxes(["my-au-netwrk"])).rejects.toThrow(
      /There is no toolbox "my-au-netwrk"\. .*my-au-network/,
    );
    await expect(createToolboxes(["face-mesh-lite"])).rejects.toThrow('There is no toolbox "face-mesh-lite"');
  });

  it("refuses a network whose manifest cuts no face", async () => {
    const { source: _source, format: _format, ...shape } = (await loadManifest("hsemotion")).manifest;
    const onnx = meanColourNetwork({ inputShape: [1, 3, 224, 224], weights: [[0], [0], [0]], bias: [0] });
    await installNetwork(folder, { ...shape, id: "scene", crop: { ...shape.crop, region: "whole-image" } }, onnx);
    await expect(createToolboxes(["scene"])).rejects.toThrow(
      /Cannot use network "scene" as its crop is not one of a face/,
    );
  });

  it("measures from the command line with columns of its own", async () => {
    await installExample();
    const words = ["measure", photo, "--toolbox", "mesh", "my-au-network", "--csv"];
    const { code, stdout } = await runCli(words, { env: { KULESHOV_MODELS: folder } });
    const [header = ""] = stdout.split("\n");
    expect(code).toBe(0);
    for (const column of ["AU04_both", "AU12_left", "AU12_right"]) expect(header).toContain(`my-au-network_${column}`);
    expect(header).toContain("expression-pool_happiness");
    expect(stdout.trim().split("\n")).toHaveLength(4);
  });
});
