import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { ModelFileError } from "../domain/errors.ts";
import { knowledgeFile } from "../facs/knowledge-file.ts";
import { ownPath } from "../platform/package-paths.ts";

const Tensor = z.strictObject({
  /** `int8` values are multiplied by the scale of their last axis. */
  dtype: z.enum(["int8", "float32"]),
  shape: z.array(z.number().int().positive()).min(1),
  offsetBytes: z.number().int().nonnegative(),
  scale: z.array(z.number()).nullable(),
});

const Description = z.strictObject({
  about: z.string(),
  id: z.string(),
  sha256: z.string(),
  labels: z.array(z.string()),
  appraisals: z.array(z.string()),
  /** Words of a text that are read; longer texts are read in parts. */
  longestWords: z.number().int().positive(),
  hashBits: z.number().int().positive(),
  /** The logarithmic pool of both parts, and how much it is flattened for calibration. */
  pool: z.strictObject({ vectors: z.number(), letters: z.number() }),
  temperatures: z.strictObject({ actor: z.number().positive(), other: z.number().positive() }),
  words: z.string(),
  tensors: z.record(z.string(), Tensor),
});

/** `models/situations/reader.json`: labels, calibration and where each tensor lies. */
export const networkDescription = knowledgeFile(["situations", "reader.json"], Description);

const WEIGHTS = "models/situations/reader.bin";

interface SituationNetwork {
  readonly description: z.infer<typeof Description>;
  readonly places: ReadonlyMap<string, number>;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

let loaded: SituationNetwork | undefined;

/** Read at the first call and kept. */
export function situationNetwork(): SituationNetwork {
  loaded ??= load();
  return loaded;
}

/** @throws {ModelFileError} if the weights are missing or not the ones that the description names. */
function load(): SituationNetwork {
  const told = networkDescription();
  const bytes = readWeights();
  if (createHash("sha256").update(bytes).digest("hex") !== told.sha256) {
    throw new ModelFileError(WEIGHTS, "its SHA-256 is not the one in models/situations/reader.json");
  }
  const tensors = new Map(Object.entries(told.tensors).map(([name, tensor]) => [name, decoded(bytes, tensor)]));
  return { description: told, places: new Map(told.words.split(" ").map((word, at) => [word, at])), tensors };
}

function readWeights(): Buffer {
  try {
    return readFileSync(ownPath(...WEIGHTS.split("/")));
  } catch (error) {
    throw new ModelFileError(WEIGHTS, "it cannot be read", { cause: error });
  }
}

function decoded(bytes: Buffer, { dtype, shape, offsetBytes, scale }: z.infer<typeof Tensor>): Float32Array {
  const count = shape.reduce((product, side) => product * side, 1);
  if (dtype === "float32")
    return Float32Array.from({ length: count }, (_, at) => bytes.readFloatLE(offsetBytes + 4 * at));
  const last = shape.at(-1) ?? 1;
  return Float32Array.from({ length: count }, (_, at) => bytes.readInt8(offsetBytes + at) * (scale?.[at % last] ?? 1));
}

/** All values of a tensor, as numbers. */
export function tensor(name: string): Float32Array {
  const found = situationNetwork().tensors.get(name);
  if (found === undefined) throw new ModelFileError("models/situations/reader.json", `it has no tensor "${name}"`);
  return found;
}

/** One row of a table. */
export function row(name: string, at: number): Float32Array {
  const values = tensor(name);
  const width = situationNetwork().description.tensors[name]?.shape.at(-1) ?? 0;
  return values.subarray(at * width, (at + 1) * width);
}
