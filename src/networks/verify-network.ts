import type { CacheOptions } from "./build.ts";
import { goldenFeeds } from "./golden-input.ts";
import type { Golden } from "./manifest.ts";
import { type Network, openNetwork, type Tensor } from "./network.ts";

/** How far one output lies from the reference numbers. */
export interface OutputCheck {
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
