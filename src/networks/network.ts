import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { InferenceError, ModelFileError } from "../domain/errors.ts";
import { buildStored, type CacheOptions } from "./build.ts";
import type { NetworkInput, NetworkManifest, NetworkOutput } from "./manifest.ts";
import { loadManifest } from "./manifest-store.ts";
import { sourceSha256 } from "./source.ts";
import { sizeOf } from "./tensor-data.ts";

/** Numbers with a shape, row-major. The array's type is the dtype: float32, int32, int64 or uint8. */
export interface Tensor {
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
  readonly shape: readonly number[];
}

/** A compiled network, ready to run in the calling thread. Keeps no state between runs. */
export interface Network {
  readonly manifest: NetworkManifest;
  /**
   * Runs once, blocking the calling thread: call it from a worker thread. Keys are the manifest's input and output names.
   *
   * @throws {RangeError} if a feed is missing, unknown, or of another shape or dtype than the manifest says.
   * @throws {InferenceError} if the runtime fails or an output is not a finite number.
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

/**
 * Opens a network by its manifest's id, compiling it first when the cache does not have it.
 *
 * @throws {ModelFileError} if the manifest, the published file or the compiled form is missing or wrong.
 */
export async function openNetwork(id: string, options: CacheOptions = {}): Promise<Network> {
  const stored = await loadManifest(id);
  const { onnx } = await buildStored(stored, options);
  const session = await createSession(id, onnx);
  return {
    manifest: stored.manifest,
    run: (feeds) => runSession(session, stored.manifest, feeds),
    close: () => session.release(),
  };
}

/** Which published bytes a network stands for. Names in reports are only worth something with this beside them. */
export async function networkProvenance(id: string): Promise<{ id: string; sha256: string }> {
  const { manifest } = await loadManifest(id);
  return { id, sha256: sourceSha256(manifest.source) };
}

/** One thread that does not spin: workers scale better than threads within a run, and idle ones must cost nothing. */
async function createSession(id: string, onnx: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(onnx, {
      executionProviders: ["cpu"],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    throw new ModelFileError(id, `onnxruntime does not accept it: ${messageOf(error)}`, { cause: error });
  }
}

async function runSession(
  session: InferenceSession,
  manifest: NetworkManifest,
  feeds: Readonly<Record<string, Tensor>>,
) {
  const ortFeeds = toOrtFeeds(manifest, feeds);
  const results = await session.run(ortFeeds).catch((error: unknown) => {
    throw new InferenceError(`Network "${manifest.id}" failed: ${messageOf(error)}`, { cause: error });
  });
  const outputs: Record<string, Tensor> = {};
  for (const output of manifest.outputs)
    outputs[output.name] = checkedOutput(manifest.id, output, results[wireName(manifest, output)]);
  return outputs;
}

/** The manifest's shape is the one that callers see: it may leave out axes of extent 1 that the publisher kept. */
function checkedOutput(id: string, { name, shape }: NetworkOutput, result: OrtTensor | undefined): Tensor {
  const data = result?.data as Tensor["data"] | undefined;
  if (data?.length !== sizeOf(shape)) {
    const found = result === undefined ? "nothing" : `[${result.dims.join(", ")}]`;
    throw new InferenceError(`Network "${id}" gave ${found} as "${name}", expected [${shape.join(", ")}]`);
  }
  if (data instanceof Float32Array && !data.every(Number.isFinite)) {
    throw new InferenceError(`Network "${id}" answered with something that is no number in "${name}"`);
  }
  return { data, shape };
}

function toOrtFeeds(manifest: NetworkManifest, feeds: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> {
  const known = new Set(manifest.inputs.map(({ name }) => name));
  const stranger = Object.keys(feeds).find((name) => !known.has(name));
  if (stranger !== undefined) throw new RangeError(`Network "${manifest.id}" has no input "${stranger}"`);
  const ortFeeds: Record<string, OrtTensor> = {};
  for (const input of manifest.inputs) {
    ortFeeds[wireName(manifest, input)] = toOrtTensor(manifest.id, input, feeds[input.name]);
  }
  return ortFeeds;
}

/** What we compile bears our names; a published ONNX file keeps its own. */
function wireName({ format }: NetworkManifest, port: { readonly name: string; readonly tensor: string }): string {
  return format === "onnx" ? port.tensor : port.name;
}

function toOrtTensor(id: string, input: NetworkInput, feed: Tensor | undefined): OrtTensor {
  const expected = `${input.dtype} [${input.shape.join(", ")}]`;
  if (feed === undefined) throw new RangeError(`Network "${id}" needs the input "${input.name}": ${expected}`);
  const found = `${dtypeOf(feed.data)} [${feed.shape.join(", ")}]`;
  if (found !== expected) throw new RangeError(`Input "${input.name}" of "${id}" is ${found}, expected ${expected}`);
  return new OrtTensor(input.dtype, feed.data, feed.shape);
}

function dtypeOf(data: Tensor["data"]): NetworkInput["dtype"] {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "uint8";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
