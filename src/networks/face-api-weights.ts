import type { Constant } from "./tensor-data.ts";
import { readWeights, WeightGroups } from "./tfjs/weights.ts";

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
