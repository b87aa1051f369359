import { ModelFileError } from "../../domain/errors.ts";
import type { ExpressionReading } from "../../domain/measurement.ts";
import type { NetworkManifest } from "../../networks/manifest.ts";
import type { PixelSource } from "./crop.ts";
import type { ImageNetwork } from "./image-network.ts";
import { type RotatedRegion, regionToSource, squareAround } from "./rotated-region.ts";

/** Lets an expression network read a face. Crop, pixel coding and labels are as its manifest says. */
export async function readExpression(
  network: ImageNetwork,
  source: PixelSource,
  faceBox: RotatedRegion,
): Promise<ExpressionReading> {
  const { manifest } = network;
  const { output } = await network.look(source, cropRegion(manifest, faceBox), { outside: "edge" });
  const reading = expressionOutputOf(manifest);
  const data = output(reading.output);
  const probabilities = activated(
    data.subarray(reading.offset, reading.offset + reading.labels.length),
    reading.activation,
  );
  return {
    source: expressionSource(manifest),
    distribution: reading.labels.map(({ label }, index) => ({ label, probability: probabilities[index] as number })),
  };
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
