import { imageSize, imageTensor } from "./image-tensor.ts";
import type { Golden, NetworkInput, NetworkManifest } from "./manifest.ts";
import type { Tensor } from "./session.ts";
import { sizeOf } from "./tensor-data.ts";

/**
 * The feeds a manifest's golden numbers belong to. They are formulas, so that no image has to be shipped, and every
 * pixel is a whole number, so that a reference runtime that takes 8-bit images can be fed the very same.
 */
export function goldenFeeds(manifest: NetworkManifest, golden: Golden): Record<string, Tensor> {
  return Object.fromEntries(manifest.inputs.map((input) => [input.name, goldenTensor(input, golden.input)]));
}

function goldenTensor(input: NetworkInput, formula: Golden["input"]): Tensor {
  if (formula === "wave") return { data: Float32Array.from({ length: sizeOf(input.shape) }, wave), shape: input.shape };
  const { width, height } = imageSize(input);
  return imageTensor(input, drawnFace(width, height));
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
