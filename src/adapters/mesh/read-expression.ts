import { ModelFileError } from "../../domain/errors.ts";
import type { ExpressionReading } from "../../domain/measurement.ts";
import type { NetworkManifest } from "../../networks/manifest.ts";
import type { PixelSource } from "./crop.ts";
import type { ImageNetwork } from "./image-network.ts";
import { type RotatedRegion, regionToSource, squareAround } from "./rotated-region.ts";

/** What an expression network reads of a face, and every output of it by the manifest's name. */
interface ExpressionLook {
  readonly reading: ExpressionReading;
  /** @throws {InferenceError} if the network has none of that name. */
  output(name: string): Float32Array;
}

/** Lets an expression network read a face. Crop, pixel coding and labels are as its manifest says. */
export async function readExpression(
  network: ImageNetwork,
  source: PixelSource,
  faceBox: RotatedRegion,
): Promise<ExpressionLook> {
  const { manifest } = network;
  const { output } = await network.look(source, cropRegion(manifest, faceBox), { outside: "edge" });
  const { offset, labels, activation, output: name } = expressionOutputOf(manifest);
  const probabilities = activated(output(name).subarray(offset, offset + labels.length), activation);
  const distribution = labels.map(({ label }, index) => ({ label, probability: probabilities[index] as number }));
  return { reading: { source: expressionSource(manifest), distribution }, output };
}

/** The square of a manifest's crop rule around the outline of a face, turned with it. */
export function cropRegion({ crop: { scale, shiftDown = 0 } }: NetworkManifest, faceBox: RotatedRegion): RotatedRegion {
  const [centerXPx, centerYPx] = regionToSource(faceBox, 0.5, 0.5 + shiftDown);
  return squareAround({ ...faceBox, centerXPx, centerYPx }, scale);
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
