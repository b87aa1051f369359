import type { CacheOptions } from "./build.ts";
import { imageSize, imageTensor } from "./image-tensor.ts";
import type { Golden, NetworkInput, NetworkManifest } from "./manifest.ts";
import { type Network, openNetwork } from "./network.ts";
import type { Tensor } from "./session.ts";
import { sizeOf } from "./tensor-data.ts";

/** How far one output lies from the reference numbers. */
interface OutputCheck {
  readonly name: string;
  /** Largest absolute difference over the picked elements, the mean and the root mean square. */
  readonly worst: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** `no-golden`: there is nothing to compare with, as a user's own manifest may leave it out. Neither passed nor failed. */
export interface NetworkCheck {
  readonly id: string;
  readonly verdict: "passed" | "failed" | "no-golden";
  /** Which tool made the reference numbers. */
  readonly origin: string | undefined;
  readonly outputs: readonly OutputCheck[];
}

/**
 * Runs a network on its golden input and compares with what the reference runtime answered.
 *
 * @throws {ModelFileError} if it cannot be opened.
 * @throws {InferenceError} if it cannot be run.
 */
export async function verifyNetwork(id: string, options: CacheOptions = {}): Promise<NetworkCheck> {
  const network = await openNetwork(id, options);
  try {
    return await checkNetwork(network);
  } finally {
    await network.close();
  }
}

/** The same for a network that is open already. */
export async function checkNetwork({ manifest, run }: Network): Promise<NetworkCheck> {
  const { id, golden } = manifest;
  if (golden === undefined) return { id, verdict: "no-golden", origin: undefined, outputs: [] };
  const answers = await run(goldenFeeds(manifest, golden));
  const outputs = golden.outputs.map((expected) => checkOutput(expected, answers[expected.name]));
  return { id, verdict: outputs.every(({ passed }) => passed) ? "passed" : "failed", origin: golden.origin, outputs };
}

function checkOutput(expected: Golden["outputs"][number], answer?: Tensor): OutputCheck {
  const { name, tolerance } = expected;
  if (answer === undefined) throw new RangeError(`The golden numbers are about "${name}", which is no output`);
  const numbers = Array.from(answer.data, Number);
  const differences = expected.at.map((index, position) => difference(numbers[index], expected.values[position]));
  if (expected.mean !== undefined) differences.push(difference(meanOf(numbers), expected.mean));
  if (expected.rms !== undefined) {
    differences.push(difference(Math.sqrt(meanOf(numbers.map((number) => number * number))), expected.rms));
  }
  const worst = Math.max(...differences);
  return { name, worst, tolerance, passed: worst <= tolerance };
}

/** An element that is missing on either side is infinitely far off, so it fails. */
function difference(a: number | undefined, b: number | undefined): number {
  return a === undefined || b === undefined ? Number.POSITIVE_INFINITY : Math.abs(a - b);
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/**
 * The feeds a manifest's golden numbers belong to. They are formulas, so that no image has to be shipped, and every
 * pixel is a whole number, so that a reference runtime that takes 8-bit images can be fed the very same.
 */
export function goldenFeeds(manifest: NetworkManifest, golden: Golden): Record<string, Tensor> {
  return Object.fromEntries(manifest.inputs.map((input) => [input.name, goldenTensor(input, golden.input)]));
}

function goldenTensor(input: NetworkInput, formula: Golden["input"]): Tensor {
  if (formula === "wave") return { data: Float32Array.from({ length: sizeOf(input.shape) }, wave), shape: input.shape };
  if (formula === "tone") return tone(input);
  const { width, height } = imageSize(input);
  return imageTensor(input, drawnFace(width, height));
}

/** Three harmonics of a voice of 150 Hz at 16 kHz; a whole number is that rate. */
function tone({ dtype, shape }: NetworkInput): Tensor {
  const rateHz = 16_000;
  if (dtype === "int64") return { data: BigInt64Array.of(BigInt(rateHz)), shape };
  const at = (hz: number, index: number) => Math.sin((2 * Math.PI * hz * index) / rateHz);
  const sum = (_: unknown, i: number) => 0.3 * at(150, i) + 0.2 * at(450, i) + 0.1 * at(1050, i);
  return { data: Float32Array.from({ length: sizeOf(shape) }, sum), shape };
}

/** Between 20 and 172, never periodic within a network's input: looks like coordinates in a 192 px crop. */
function wave(_: unknown, index: number): number {
  return Math.round(96 + 50 * Math.sin(index * 0.7) + 26 * Math.sin(index * 0.113));
}

interface Blob {
  /** Centre and radii as shares of the image's side. */
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  readonly rgb: readonly [number, number, number];
}

/** Painted in this order, each with a soft edge: hair, face, neck shade, brows, eye whites, irises, nose, lips, mouth. */
const FACE: readonly Blob[] = [
  { x: 0.5, y: 0.44, rx: 0.34, ry: 0.4, rgb: [52, 38, 30] },
  { x: 0.5, y: 0.52, rx: 0.27, ry: 0.37, rgb: [214, 168, 142] },
  { x: 0.5, y: 0.9, rx: 0.16, ry: 0.1, rgb: [172, 128, 108] },
  { x: 0.385, y: 0.375, rx: 0.085, ry: 0.016, rgb: [60, 42, 34] },
  { x: 0.615, y: 0.37, rx: 0.085, ry: 0.016, rgb: [60, 42, 34] },
  { x: 0.39, y: 0.44, rx: 0.06, ry: 0.024, rgb: [236, 232, 228] },
  { x: 0.61, y: 0.44, rx: 0.06, ry: 0.024, rgb: [236, 232, 228] },
  { x: 0.395, y: 0.44, rx: 0.024, ry: 0.024, rgb: [58, 40, 32] },
  { x: 0.615, y: 0.44, rx: 0.024, ry: 0.024, rgb: [58, 40, 32] },
  { x: 0.5, y: 0.53, rx: 0.022, ry: 0.09, rgb: [228, 184, 158] },
  { x: 0.5, y: 0.61, rx: 0.055, ry: 0.022, rgb: [176, 122, 104] },
  { x: 0.5, y: 0.715, rx: 0.105, ry: 0.042, rgb: [170, 84, 84] },
  { x: 0.5, y: 0.712, rx: 0.08, ry: 0.016, rgb: [240, 234, 226] },
];
const BACKGROUND = [150, 170, 190] as const;

/** uint8-valued `[height, width, 3]` RGB: a smiling face seen from the front, drawn with ellipses. */
function drawnFace(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const colour = colourAt((column + 0.5) / width, (row + 0.5) / height);
      rgb.set(colour.map(Math.round), 3 * (row * width + column));
    }
  }
  return rgb;
}

function colourAt(x: number, y: number): readonly number[] {
  return FACE.reduce<readonly number[]>((under, blob) => {
    const cover = coverage(blob, x, y);
    return under.map((value, channel) => value + ((blob.rgb[channel] ?? value) - value) * cover);
  }, BACKGROUND);
}

/** 1 inside the ellipse, 0 outside, falling linearly over the outer fifth of its radius. */
function coverage({ x, y, rx, ry }: Blob, atX: number, atY: number): number {
  const distance = Math.hypot((atX - x) / rx, (atY - y) / ry);
  return Math.min(1, Math.max(0, (1.1 - distance) / 0.2));
}
