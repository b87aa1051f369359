import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { ConfigurationError } from "../../domain/errors.ts";
import { openFile } from "../../platform/read-file.ts";
import { RefusedFileError, whyRefused } from "../../platform/system-error.ts";
import { ByteReader } from "./byte-reader.ts";

/** What a GGUF file says of itself. */
export interface GgufFile {
  /** `llama`, `gemma3`, ...; `clip` for a projector, which turns an image into tokens. */
  readonly architecture: string;
  /** Tokens that the model was trained to read; `null` when it does not say. */
  readonly contextTokens: number | null;
  readonly hasChatTemplate: boolean;
  /** Whether a projector takes images. */
  readonly seesImages: boolean;
  /** SHA-256 of its size, its header and samples of its weights: a fine-tune of the same shape has another. */
  readonly digest: string;
}

/**
 * Reads a GGUF file's header, and whether all of its weights are there. Native code crashes, with the process that it runs
 * in, on files that it should refuse. The format: github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 *
 * @throws {ConfigurationError} if it is no such file, or not the whole of one.
 */
export async function readGguf(path: string): Promise<GgufFile> {
  let file: FileHandle | undefined;
  try {
    file = await openFile(path);
    return await readHeader(path, file);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`Cannot use model file as ${whyRefused(error)}: \`${path}\``, { cause: error });
  } finally {
    await file?.close();
  }
}

async function readHeader(path: string, file: FileHandle): Promise<GgufFile> {
  const { size } = await file.stat();
  const refuse = (reason: string) => new RefusedFileError(path, reason);
  const hash = createHash("sha256").update(`${size}\n`);
  const reader = new ByteReader(file, size, () => refuse("it is cut off, as by an unfinished download: get it again"));
  if (size < 24 || (await reader.text(4)) !== "GGUF") throw refuse("it is no GGUF file");
  const version = await reader.uint32();
  if (version < 2 || version > 3) throw refuse(`it is GGUF of version ${version}, and versions 2 and 3 are known`);
  const tensors = await reader.uint64();
  const entries = await reader.uint64();
  const known = new Map<string, unknown>();
  for (let index = 0; index < entries; index++) known.set(await reader.string(), await readValue(reader, refuse));
  const alignment = Number(known.get("general.alignment") ?? 32);
  const end = await endOfWeights(reader, tensors);
  const start = Math.ceil(reader.position / alignment) * alignment;
  hash.update(await bytesAt(file, 0, Math.min(reader.position, MOST_HASHED)));
  if (start + end > size) {
    throw refuse(`it is cut off at ${inMb(size)} of ${inMb(start + end)} MB: get it again`);
  }
  if (Number(known.get("split.no") ?? 0) > 0)
    throw refuse("it is a later part of a model in parts: name the first part");
  await hashSamples(file, { hash, start, size });
  const architecture = String(known.get("general.architecture") ?? "");
  const contextTokens = known.get(`${architecture}.context_length`);
  return {
    architecture,
    contextTokens: typeof contextTokens === "number" && contextTokens > 0 ? contextTokens : null,
    hasChatTemplate: typeof known.get("tokenizer.chat_template") === "string",
    seesImages: known.get("clip.has_vision_encoder") === true,
    digest: hash.digest("hex"),
  };
}

const inMb = (bytes: number) => Math.round(bytes / 1e5) / 10;

const [STRING, ARRAY] = [8, 9];
/** Bytes of the types of fixed length. */
const BYTES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const [UINT32, INT32, BOOLEAN, UINT64] = [4, 5, 7, 10];

/** Numbers, words and yes or no; of lists, such as a vocabulary, nothing is kept. */
async function readValue(reader: ByteReader, refuse: (reason: string) => Error): Promise<unknown> {
  const type = await reader.uint32();
  if (type === STRING) return reader.string();
  if (type === ARRAY) return skipList(reader, refuse);
  const bytes = BYTES[type];
  if (bytes === undefined) throw refuse("its header is damaged: get it again");
  if (type === UINT32 || type === INT32) return reader.uint32();
  if (type === UINT64) return reader.uint64();
  if (type === BOOLEAN) return (await reader.take(1))[0] === 1;
  await reader.skip(bytes);
  return undefined;
}

async function skipList(reader: ByteReader, refuse: (reason: string) => Error): Promise<undefined> {
  const type = await reader.uint32();
  const length = await reader.uint64();
  const bytes = BYTES[type];
  if (bytes !== undefined) return reader.skip(length * bytes);
  if (type !== STRING && type !== ARRAY) throw refuse("its header is damaged: get it again");
  for (let index = 0; index < length; index++) {
    if (type === ARRAY) await skipList(reader, refuse);
    else await reader.skip(await reader.uint64());
  }
}

/** Numbers in a block and bytes of one, by ggml's types (ggml.h, ggml-common.h). */
const BLOCKS: Readonly<Record<number, readonly [number, number]>> = {
  ...{ 0: [1, 4], 1: [1, 2], 30: [1, 2], 24: [1, 1], 25: [1, 2], 26: [1, 4], 27: [1, 8], 28: [1, 8] },
  ...{ 2: [32, 18], 3: [32, 20], 6: [32, 22], 7: [32, 24], 8: [32, 34], 9: [32, 36], 20: [32, 18], 39: [32, 17] },
  ...{ 10: [256, 84], 11: [256, 110], 12: [256, 144], 13: [256, 176], 14: [256, 210], 15: [256, 292] },
  ...{ 16: [256, 66], 17: [256, 74], 18: [256, 98], 19: [256, 50], 21: [256, 110], 22: [256, 82], 23: [256, 136] },
  ...{ 29: [256, 56], 34: [256, 54], 35: [256, 66] },
};

/** Where the last tensor ends, counted from the first; of a type that is not known here, where it begins. */
async function endOfWeights(reader: ByteReader, tensors: number): Promise<number> {
  let end = 0;
  for (let index = 0; index < tensors; index++) {
    await reader.string();
    let numbers = 1;
    for (let left = await reader.uint32(); left > 0; left--) numbers *= await reader.uint64();
    const [inBlock, bytes] = BLOCKS[await reader.uint32()] ?? [1, 0];
    end = Math.max(end, (await reader.uint64()) + (numbers / inBlock) * bytes);
  }
  return end;
}

/** A vocabulary tells nothing about the weights. */
const MOST_HASHED = 2 ** 20;
const [SAMPLES, SAMPLE_BYTES] = [32, 2 ** 16];

async function hashSamples(
  file: FileHandle,
  { hash, start, size }: { readonly hash: Hash; readonly start: number; readonly size: number },
): Promise<void> {
  const step = Math.max(SAMPLE_BYTES, Math.floor((size - start) / SAMPLES));
  for (let at = start; at < size; at += step) hash.update(await bytesAt(file, at, SAMPLE_BYTES));
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
