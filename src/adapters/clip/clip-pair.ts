import sharp from "sharp";
import { InferenceError, ModelFileError } from "../../domain/errors.ts";
import type { ImageView } from "../../domain/image.ts";
import { imageSize } from "../../networks/image-tensor.ts";
import { solePorts, type TextCoding } from "../../networks/manifest.ts";
import { loadManifest } from "../../networks/manifest-store.ts";
import type { NetworksPlace } from "../../networks/networks-on-demand.ts";
import { readMerges, sourceSha256 } from "../../networks/source.ts";
import { sizeOf } from "../../networks/tensor-data.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { cacheFolder } from "../../platform/cache-folder.ts";
import { builtFile } from "../../platform/package-paths.ts";
import { createClipTokenizer } from "./clip-tokenizer.ts";
import type { ClipRequest } from "./clip-worker.ts";

/** Two networks that put images and texts into one space, in which what belongs together lies in one direction. */
export interface ClipPair {
  /** Beginnings of the hashes of both published files. */
  readonly fingerprint: string;
  readonly text: TextCoding;
  /** float32 of length 1. @throws {InferenceError} if a network fails. */
  embedImage(view: Pick<ImageView, "data">, signal?: AbortSignal): Promise<Float32Array>;
  /** The same of a text; one that was embedded before is not again. */
  embedText(text: string, signal?: AbortSignal): Promise<Float32Array>;
}

/** A pair is 600 MB in memory: all that ask for one share it, until the process ends. */
const opened = new Map<string, Promise<ClipPair>>();

/** Ids of the networks of a pair: `vit-base-patch32` is `clip-vit-base-patch32-image` and `clip-vit-base-patch32-text`. */
function networksOf(name: string): { readonly image: string; readonly text: string } {
  return { image: `clip-${name}-image`, text: `clip-${name}-text` };
}

/** @throws {ModelFileError} if one of its networks or its merges are unknown, not pulled yet, or damaged. */
export function openClipPair(name: string): Promise<ClipPair> {
  const key = [name, cacheFolder(), process.env.KULESHOV_MODELS].join("\n");
  const known = opened.get(key);
  if (known !== undefined) return known;
  const pair = openPair(name);
  opened.set(key, pair);
  pair.catch(() => opened.delete(key));
  return pair;
}

async function openPair(name: string): Promise<ClipPair> {
  const ids = networksOf(name);
  const [images, texts] = await Promise.all([loadManifest(ids.image), loadManifest(ids.text)]);
  const [imagePorts, textPorts] = [solePorts(images.manifest), solePorts(texts.manifest)];
  const { text } = textPorts.input;
  if (text === undefined) throw new ModelFileError(ids.text, "its manifest does not say how it takes texts");
  if (sizeOf(imagePorts.output.shape) !== sizeOf(textPorts.output.shape)) {
    throw new ModelFileError(ids.text, `its embeddings are not as long as those of ${ids.image}: they are no pair`);
  }
  const tokensOf = createClipTokenizer(await readMerges(texts, cacheFolder()));
  const size = imageSize(imagePorts.input);
  const workerData: NetworksPlace = { cacheDir: undefined };
  const worker = builtFile("adapters/clip/clip-worker.ts");
  const pool = createWorkerPool<ClipRequest, Float32Array>(worker, 1, { workerData });
  const embedded = new Map<string, Promise<Float32Array>>();
  return {
    fingerprint: [images, texts].map(({ manifest }) => sourceSha256(manifest.source).slice(0, 8)).join("+"),
    text,
    async embedImage({ data }, signal) {
      const rgb = await centreOf(data, size);
      return unitVector(await pool.run({ network: ids.image, rgb }, [], signal));
    },
    embedText(words, signal) {
      const known = embedded.get(words);
      if (known !== undefined) return known;
      const tokens = tokensOf(words, sizeOf(textPorts.input.shape));
      const vector = pool.run({ network: ids.text, tokens }, [], signal).then(unitVector);
      embedded.set(words, vector);
      vector.catch(() => embedded.delete(words));
      return vector;
    },
  };
}

/**
 * The shorter side at the network's size, and the middle of the longer one, by a cubic kernel over all pixels as the original
 * has it: a JPEG that is decoded smaller is three times as far from that.
 *
 * @returns uint8 [height, width, 3], RGB.
 */
export function centreOf(
  encoded: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const whole = sharp(encoded).removeAlpha().toColourspace("srgb");
  return whole.resize(width, height, { kernel: "cubic", fastShrinkOnLoad: false }).raw().toBuffer();
}

function unitVector(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  if (length === 0) throw new InferenceError("An embedding is nothing but zeros");
  return values.map((value) => value / length);
}
