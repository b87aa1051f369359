import { z } from "zod";
import { arrayOf, type Constant, type Dtype, sizeOf } from "../tensor-data.ts";

/** TensorFlow.js' list of what its weights file holds, in order. face-api uses the same. */
export const WeightGroups = z.array(
  z.object({
    paths: z.array(z.string()).length(1),
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().min(0)),
        dtype: z.enum(["float32", "int32"]),
        quantization: z
          .union([
            z.object({ dtype: z.literal("float16") }),
            z.object({ dtype: z.literal("uint8"), scale: z.number(), min: z.number() }),
          ])
          .optional(),
      }),
    ),
  }),
);
export type WeightGroups = z.infer<typeof WeightGroups>;
type Weight = WeightGroups[number]["weights"][number];

const BYTES_EACH: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint8: 1 };

/**
 * Weights by name: float16 as stored, 8-bit ones widened to float32 as `scale * stored + min`.
 *
 * @throws {RangeError} if the list and the file do not have the same length.
 */
export function readWeights(groups: WeightGroups, bytes: Uint8Array): ReadonlyMap<string, Constant> {
  const constants = new Map<string, Constant>();
  let start = 0;
  for (const weight of groups.flatMap((group) => group.weights)) {
    const stored = weight.quantization?.dtype ?? weight.dtype;
    const end = start + sizeOf(weight.shape) * (BYTES_EACH[stored] ?? Number.NaN);
    constants.set(weight.name, readWeight(weight, stored, bytes.subarray(start, end)));
    start = end;
  }
  if (start !== bytes.length) throw new RangeError(`its weights should be ${start} bytes and are ${bytes.length}`);
  return constants;
}

function readWeight({ shape, quantization }: Weight, stored: Dtype, bytes: Uint8Array): Constant {
  if (quantization?.dtype !== "uint8") return { dtype: stored, shape, data: arrayOf(stored, bytes) };
  const { scale, min } = quantization;
  return { dtype: "float32", shape, data: Float32Array.from(bytes, (level) => scale * level + min) };
}

/** Gives a weight of a face-api file by its name. @throws {RangeError} if there is none of that name. */
export type WeightReader = (name: string) => Constant;

/** Reads face-api's pair of files: a list of names and shapes, and the numbers. */
export function readFaceApiWeights(list: Uint8Array, bin: Uint8Array): WeightReader {
  const weights = readWeights(WeightGroups.parse(parseJson(list)), bin);
  return (name) => {
    const constant = weights.get(name);
    if (constant === undefined) throw new RangeError(`its weights have no "${name}"`);
    return constant;
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new RangeError("its list of weights is not JSON", { cause: error });
  }
}
