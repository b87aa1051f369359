import { z } from "zod";
import { BasicLabel } from "../domain/labels.ts";
import { ActionUnitName, Scale, Side } from "../domain/measurement.ts";

/** Name of a network as files, reports and the command line write it: `face-mesh-attention`. */
const NetworkId = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, "a network id is written like face-mesh-attention");

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 is 64 lower-case hex digits");
const Dtype = z.enum(["float32", "int32", "int64", "uint8"]);
/** Static shape: the batch is always pinned. */
const Shape = z.array(z.int().positive());

/** One published file, or the part `start <= byte < end` of it. `sha256` is that of the bytes used. */
export const SourceFile = z.strictObject({
  path: z.string().min(1),
  bytes: z.strictObject({ start: z.int().min(0), end: z.int().positive() }).optional(),
  sha256: Sha256,
});
export type SourceFile = z.infer<typeof SourceFile>;

const NpmSource = z.strictObject({
  kind: z.literal("npm"),
  package: z.string().min(1),
  version: z.string().min(1),
  /** The graph: a TFLite file, a TFJS `model.json`, a face-api weights manifest. */
  graph: SourceFile,
  /** The weights, where the format keeps them in a file of their own. */
  weights: SourceFile.optional(),
});

const UrlSource = z.strictObject({
  kind: z.literal("url"),
  /** What the user pulls. Networks that come in one download share its name, address, size and hash. */
  download: NetworkId,
  /** Official address. Nothing is downloaded unless the user pulls. */
  url: z.url({ protocol: /^https?$/ }),
  sizeBytes: z.int().positive(),
  sha256: Sha256,
  /** The graph inside the download when that is a zip: path within it and the SHA-256 of those bytes. */
  member: z.strictObject({ path: z.string().min(1), sha256: Sha256 }).optional(),
});

const FileSource = z.strictObject({
  kind: z.literal("file"),
  /** Relative to the folder of the manifest, or absolute. */
  path: z.string().min(1),
  sha256: Sha256,
});

/** Where a network's bytes come from, with the hash that they must have. */
export const NetworkSource = z.discriminatedUnion("kind", [NpmSource, UrlSource, FileSource]);
export type NetworkSource = z.infer<typeof NetworkSource>;

/**
 * How pixels 0..255 become tensor values: `(pixel / divisor - mean) / std`, with one mean and std per channel, in channel
 * order. `gray` is ITU-R 601 luma, `0.2989 R + 0.587 G + 0.114 B`.
 */
const PixelCoding = z.strictObject({
  channels: z.enum(["rgb", "bgr", "gray"]),
  layout: z.enum(["nhwc", "nchw"]),
  divisor: z.number().positive(),
  mean: z.array(z.number()).min(1),
  std: z.array(z.number().positive()).min(1),
});
export type PixelCoding = z.infer<typeof PixelCoding>;

/** How words become tokens, and how texts of this network are compared with images of its partner. */
const TextCoding = z.strictObject({
  /** Byte pairs of OpenAI's CLIP: lower case, `</w>` ends a word, ids in the order of bytes, words' last bytes and merges. */
  vocabulary: z.literal("clip-bpe"),
  /** The published list of merges, best first, below one line that names its version. */
  merges: z.discriminatedUnion("kind", [UrlSource, FileSource]),
  /** What a label is put into, where nothing says what it means. */
  label: z.string().includes("{label}"),
  /** The same with its definition. */
  defined: z.string().includes("{label}").includes("{definition}"),
  /** By how much cosines are multiplied before they become shares (softmax): the logit scale that it was trained with. */
  scale: z.number().positive(),
});
export type TextCoding = z.infer<typeof TextCoding>;

/** Points of the 478-point face mesh by their number; 468 to 477 are the irises. */
const MeshPoints = z.array(z.int().min(0).max(477)).min(1);

/** One input. `name` is ours and stable; `tensor` is what the published file calls it. */
export const NetworkInput = z.strictObject({
  name: z.string().min(1),
  tensor: z.string().min(1),
  dtype: Dtype,
  shape: Shape,
  /** Present when the input is an image. */
  pixels: PixelCoding.optional(),
  /** Present when the input is a list of face mesh points: which ones, in order. */
  meshPoints: MeshPoints.optional(),
  /** Present when the input is a text. */
  text: TextCoding.optional(),
  description: z.string().min(1),
});
export type NetworkInput = z.infer<typeof NetworkInput>;

/** One output. `name` is ours and stable; left and right in it are the subject's own. */
export const NetworkOutput = z.strictObject({
  name: z.string().min(1),
  tensor: z.string().min(1),
  dtype: Dtype,
  shape: Shape,
  /** For points that sharpen those of the face mesh: the mesh point that each one stands for, in order. */
  meshPoints: MeshPoints.optional(),
  description: z.string().min(1),
});
export type NetworkOutput = z.infer<typeof NetworkOutput>;

/** Which part of an image is shown to the network, and how it is fitted to the input. */
const CropRule = z.strictObject({
  region: z.enum(["whole-image", "face-box", "face-roi-upright", "none"]),
  /** Side of the region relative to the face box (`face-box`: its longer side). 1 where it does not apply. */
  scale: z.number().positive(),
  /** How much lower than the face box the region lies, as a share of the box's height; negative is higher. */
  shiftDown: z.number().optional(),
  /** `centre`: the shorter side is brought to the input's, and the middle cut out. */
  fit: z.enum(["letterbox", "stretch", "square", "centre", "none"]),
  description: z.string().min(1),
});

const Activation = z.enum(["inside", "softmax", "sigmoid", "none"]);

const ExpressionOutput = z.strictObject({
  kind: z.literal("expression"),
  output: z.string().min(1),
  /** First element of the output that is a label's score. */
  offset: z.int().min(0),
  /** `inside` when the graph already ends in probabilities, otherwise what to apply. */
  activation: Activation,
  /** In the order of the output: the publisher's word and ours. */
  labels: z.array(z.strictObject({ published: z.string().min(1), label: BasicLabel })).min(2),
});

const AffectOutput = z.strictObject({
  kind: z.literal("valence-arousal"),
  output: z.string().min(1),
  valenceIndex: z.int().min(0),
  arousalIndex: z.int().min(0),
  /** The publisher's range; readings are mapped linearly onto -1..1. */
  range: z.tuple([z.number(), z.number()]),
});

const ActionUnitsOutput = z.strictObject({
  kind: z.literal("action-units"),
  output: z.string().min(1),
  offset: z.int().min(0),
  activation: Activation,
  scale: Scale,
  units: z.array(z.strictObject({ au: ActionUnitName, side: Side })).min(1),
});

const BlendshapesOutput = z.strictObject({
  kind: z.literal("blendshapes"),
  output: z.string().min(1),
  names: z.array(z.string().min(1)).min(1),
});

/** What the numbers of an output mean in the field's words. Outputs without a reading are read by their toolbox. */
export const NetworkReading = z.discriminatedUnion("kind", [
  ExpressionOutput,
  AffectOutput,
  ActionUnitsOutput,
  BlendshapesOutput,
]);
export type NetworkReading = z.infer<typeof NetworkReading>;

/**
 * Reference numbers of one output: picked elements, and the mean and root mean square of all of them (left out where the
 * order of the last elements hangs on rounding, as in a list of the best detections).
 */
const GoldenOutput = z.strictObject({
  name: z.string().min(1),
  at: z.array(z.int().min(0)).min(1),
  values: z.array(z.number()).min(1),
  mean: z.number().optional(),
  rms: z.number().optional(),
  /** Largest absolute difference allowed for any of these numbers. */
  tolerance: z.number().positive(),
});

/** A known input and what the reference runtime, not our compiler, answers to it. */
export const Golden = z.strictObject({
  /** Name of a documented formula, see verify-network.ts. */
  input: z.enum(["drawn-face", "wave", "tone"]),
  /** Tool and version that made the numbers. */
  origin: z.string().min(1),
  outputs: z.array(GoldenOutput).min(1),
});
export type Golden = z.infer<typeof Golden>;

/** Terms of the weights. A licence outside the SPDX list is written `LicenseRef-...`. */
export const Licence = z.strictObject({
  spdx: z.string().min(1),
  holder: z.string().min(1),
  url: z.url(),
  /** What the licence's text does not say, such as the terms of the data it was trained on. */
  note: z.string().min(1).optional(),
});
export type Licence = z.infer<typeof Licence>;

/** One network, as `models/manifests/<id>.json` describes it. The code reads it; nothing else names tensors or labels. */
export const NetworkManifest = z.strictObject({
  id: NetworkId,
  title: z.string().min(1),
  format: z.enum(["tflite", "tfjs-graph", "face-api-expression", "face-api-identity", "onnx"]),
  source: NetworkSource,
  licence: Licence,
  inputs: z.array(NetworkInput).min(1),
  outputs: z.array(NetworkOutput).min(1),
  crop: CropRule,
  readings: z.array(NetworkReading),
  golden: Golden.optional(),
});
export type NetworkManifest = z.infer<typeof NetworkManifest>;

/** The input and output of a network that has one of each. @throws {RangeError} if it has none. */
export function solePorts({ inputs: [input], outputs: [output] }: NetworkManifest): {
  readonly input: NetworkInput;
  readonly output: NetworkOutput;
} {
  if (input === undefined || output === undefined) throw new RangeError("its manifest names no input or output");
  return { input, output };
}
