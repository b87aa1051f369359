import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { ConfigurationError, InferenceError, ModelFileError } from "../domain/errors.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import type { NetworkInput, NetworkManifest, NetworkOutput } from "./manifest.ts";
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

type Feeds = Readonly<Record<string, Tensor>>;

/** A port of the manifest and what the ONNX file calls it. */
interface Wire<Port> {
  readonly port: Port;
  readonly wire: string;
}

/**
 * An onnxruntime session over an ONNX model.
 *
 * @throws {ModelFileError} if the runtime does not accept it, or it lacks an input or output of the manifest.
 * @throws {ConfigurationError} if the runtime cannot use the device.
 */
export async function openSession(manifest: NetworkManifest, onnx: Uint8Array, device = "cpu"): Promise<Network> {
  const session = await createSession(manifest.id, onnx, device);
  const inputs = wired(manifest, "input", manifest.inputs, session.inputNames);
  const outputs = wired(manifest, "output", manifest.outputs, session.outputNames);
  return {
    manifest,
    async run(feeds) {
      const results = await runSession(manifest.id, session, toOrtFeeds(manifest.id, inputs, feeds));
      return Object.fromEntries(
        outputs.map(({ port, wire }) => [port.name, checkedOutput(manifest.id, port, results[wire])]),
      );
    },
    close: () => session.release(),
  };
}

/** One thread that does not spin: workers scale better than threads within a run, and idle ones must cost nothing. */
async function createSession(id: string, onnx: Uint8Array, device: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(onnx, {
      executionProviders: [device],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    if (device !== "cpu") throw new ConfigurationError(refusalOf(device), { cause: error });
    throw new ModelFileError(id, `onnxruntime does not accept it: ${messageOf(error)}`, { cause: error });
  }
}

/** The release that comes along knows the processor alone; a newer one may be put in its place. */
function refusalOf(device: string): string {
  const version = findInstalledPackage("onnxruntime-node")?.version;
  return (
    `onnxruntime-node ${version} on ${process.platform} ${process.arch} cannot run networks on "${device}": leave out --device ` +
    `(or KULESHOV_DEVICE) for the processor, or have "overrides" of your package.json install a release that can`
  );
}

/**
 * What we compile bears our names, a published ONNX file keeps its own. Where such a file has a single input or output
 * there is nothing to mix up, and its name need not be the manifest's.
 */
function wired<Port extends NetworkInput | NetworkOutput>(
  { id, format }: NetworkManifest,
  kind: "input" | "output",
  ports: readonly Port[],
  found: readonly string[],
): readonly Wire<Port>[] {
  return ports.map((port) => {
    const only = ports.length === 1 && found.length === 1 ? found[0] : undefined;
    const wire = format === "onnx" ? (only ?? port.tensor) : port.name;
    if (!found.includes(wire)) {
      throw new ModelFileError(id, `its file has no ${kind} "${wire}": it has ${found.join(", ")}`);
    }
    return { port, wire };
  });
}

async function runSession(id: string, session: InferenceSession, feeds: Record<string, OrtTensor>) {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw new InferenceError(`Network "${id}" failed: ${messageOf(error)}`, { cause: error });
  }
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

function toOrtFeeds(id: string, inputs: readonly Wire<NetworkInput>[], feeds: Feeds): Record<string, OrtTensor> {
  const stranger = Object.keys(feeds).find((name) => !inputs.some(({ port }) => port.name === name));
  if (stranger !== undefined) throw new RangeError(`Network "${id}" has no input "${stranger}"`);
  return Object.fromEntries(inputs.map(({ port, wire }) => [wire, toOrtTensor(id, port, feeds[port.name])]));
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
