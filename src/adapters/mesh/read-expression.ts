import { InferenceError, ModelFileError } from "../../domain/errors.ts";
import type { ExpressionReading } from "../../domain/measurement.ts";
import { imageSize, imageTensor } from "../../networks/image-tensor.ts";
import type { NetworkManifest } from "../../networks/manifest.ts";
import type { Network } from "../../networks/network.ts";
import { type RotatedRegion, squareAround } from "./rotated-region.ts";
import { type PixelSource, sampleRegion } from "./sample-region.ts";

/** Lets an expression network read a face. Crop, pixel coding and labels are as its manifest says. */
export async function readExpression(
  network: Network,
  source: PixelSource,
  faceBox: RotatedRegion,
): Promise<ExpressionReading> {
  const { manifest } = network;
  const [input] = manifest.inputs;
  if (input === undefined) throw new ModelFileError(manifest.id, "its manifest names no input");
  const { width, height } = imageSize(input);
  const region = squareAround(faceBox, manifest.crop.scale);
  const crop = sampleRegion(source, region, { widthPx: width, heightPx: height, outside: "edge" });
  const outputs = await network.run({ [input.name]: imageTensor(input, crop.rgb) });
  const reading = expressionOutputOf(manifest);
  const data = outputs[reading.output]?.data;
  if (!(data instanceof Float32Array)) throw new InferenceError(`Network "${manifest.id}" gave no expression`);
  const probabilities = activated(
    data.subarray(reading.offset, reading.offset + reading.labels.length),
    reading.activation,
  );
  return {
    source: expressionSource(manifest),
    distribution: reading.labels.map(({ label }, index) => ({ label, probability: probabilities[index] as number })),
  };
}

/** `face-api-expression@1.7.15`: the network and the version of the package its file comes from. */
export function expressionSource({ id, source }: NetworkManifest): string {
  return source.kind === "npm" ? `${id}@${source.version}` : `${id}@${source.sha256.slice(0, 8)}`;
}

/** The labels an expression network can give, in its own order. */
export function expressionLabels(manifest: NetworkManifest): readonly string[] {
  return expressionOutputOf(manifest).labels.map(({ label }) => label);
}

function expressionOutputOf(manifest: NetworkManifest) {
  const reading = manifest.readings.find(({ kind }) => kind === "expression");
  if (reading?.kind !== "expression") throw new ModelFileError(manifest.id, "its manifest describes no expression");
  return reading;
}

function activated(scores: Float32Array, activation: "inside" | "softmax" | "sigmoid" | "none"): number[] {
  const exponents = activation === "softmax" ? softmaxTerms(scores) : [...scores];
  const total = exponents.reduce((sum, value) => sum + value, 0);
  return exponents.map((value) => value / total);
}

function softmaxTerms(scores: Float32Array): number[] {
  const most = Math.max(...scores);
  return [...scores].map((score) => Math.exp(score - most));
}
