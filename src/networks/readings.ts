import { InferenceError } from "../domain/errors.ts";
import type { LabelProbability } from "../domain/labels.ts";
import type { Scale, Side } from "../domain/measurement.ts";
import type { NetworkManifest, NetworkReading } from "./manifest.ts";
import type { Tensor } from "./session.ts";

/** What a network's numbers say in the field's words. */
export type Reading =
  | { readonly kind: "expression"; readonly distribution: readonly LabelProbability[] }
  /** Both -1..1. */
  | { readonly kind: "valence-arousal"; readonly valence: number; readonly arousal: number }
  | { readonly kind: "action-units"; readonly scale: Scale; readonly units: readonly ReadActionUnit[] }
  | { readonly kind: "blendshapes"; readonly values: readonly { readonly name: string; readonly value: number }[] };

interface ReadActionUnit {
  readonly au: string;
  readonly side: Side;
  readonly value: number;
}

type Outputs = Readonly<Record<string, Tensor>>;
type Of<Kind extends NetworkReading["kind"]> = Extract<NetworkReading, { kind: Kind }>;

/**
 * Reads a network's outputs by its manifest alone, so that a network of a known kind needs no code of its own.
 *
 * @throws {InferenceError} if an output is missing, too short, or calls itself a distribution without being one.
 */
export function readOutputs(manifest: NetworkManifest, outputs: Outputs): readonly Reading[] {
  return manifest.readings.map((reading) => readOutput(manifest.id, reading, outputs));
}

function readOutput(id: string, reading: NetworkReading, outputs: Outputs): Reading {
  const numbers = (from: number, count: number) => numbersOf(id, reading.output, outputs).slice(from, from + count);
  switch (reading.kind) {
    case "expression":
      return { kind: reading.kind, distribution: readExpression(id, reading, numbers) };
    case "valence-arousal":
      return { kind: reading.kind, ...readAffect(id, reading, numbers) };
    case "action-units":
      return { kind: reading.kind, scale: reading.scale, units: readUnits(id, reading, numbers) };
    case "blendshapes":
      return { kind: reading.kind, values: named(id, reading.names, numbers(0, reading.names.length)) };
  }
}

type Numbers = (from: number, count: number) => readonly number[];

/** How far from 1 rounding may leave a sum of probabilities. */
const SUM_TOLERANCE = 1e-3;

function readExpression(id: string, { labels, offset, activation }: Of<"expression">, numbers: Numbers) {
  const scores = activate(activation, numbers(offset, labels.length));
  const total = scores.reduce((sum, score) => sum + score, 0);
  if (scores.some((score) => score < 0) || Math.abs(total - 1) > SUM_TOLERANCE) {
    throw new InferenceError(
      `Network "${id}" gave an expression that is no distribution: it sums to ${total.toFixed(4)}`,
    );
  }
  const byLabel = new Map<LabelProbability["label"], number>();
  for (const { name: label, value } of named(
    id,
    labels.map(({ label }) => label),
    scores,
  )) {
    byLabel.set(label, (byLabel.get(label) ?? 0) + value / total);
  }
  return [...byLabel].map(([label, probability]) => ({ label, probability }));
}

function readAffect(id: string, { range, valenceIndex, arousalIndex }: Of<"valence-arousal">, numbers: Numbers) {
  const [low, high] = range;
  const read = (index: number) => {
    const [value] = numbers(index, 1);
    if (value === undefined) throw tooShort(id);
    return Math.min(1, Math.max(-1, (2 * (value - low)) / (high - low) - 1));
  };
  return { valence: read(valenceIndex), arousal: read(arousalIndex) };
}

function readUnits(id: string, { units, offset, activation }: Of<"action-units">, numbers: Numbers): ReadActionUnit[] {
  const values = activate(activation, numbers(offset, units.length));
  return units.map(({ au, side }, index) => {
    const value = values[index];
    if (value === undefined) throw tooShort(id);
    return { au, side, value };
  });
}

function named(id: string, names: readonly string[], values: readonly number[]) {
  return names.map((name, index) => {
    const value = values[index];
    if (value === undefined) throw tooShort(id);
    return { name, value };
  });
}

function numbersOf(id: string, output: string, outputs: Outputs): number[] {
  const tensor = outputs[output];
  if (tensor === undefined)
    throw new InferenceError(`Network "${id}" has no output "${output}" that its manifest reads`);
  return Array.from(tensor.data, Number);
}

function activate(activation: "inside" | "softmax" | "sigmoid" | "none", scores: readonly number[]): readonly number[] {
  if (activation === "sigmoid") return scores.map((score) => 1 / (1 + Math.exp(-score)));
  if (activation !== "softmax") return scores;
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function tooShort(id: string): InferenceError {
  return new InferenceError(`Network "${id}" gave fewer numbers than its manifest reads`);
}
