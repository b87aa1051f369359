import { ModelFileError } from "../../domain/errors.ts";
import type { NetworkInput, NetworkManifest } from "../../networks/manifest.ts";
import type { Network, Tensor } from "../../networks/network.ts";
import { type Reading, readOutputs } from "../../networks/readings.ts";
import type { PixelSource } from "./crop.ts";
import { regionOfMesh } from "./face-mesh.ts";
import { toImageNetwork } from "./image-network.ts";
import { cropRegion } from "./read-expression.ts";
import type { RotatedRegion } from "./rotated-region.ts";

/** A network that reads a face whose mesh is known, and that its manifest alone describes. */
export interface FaceNetwork {
  /** @param landmarks float64 [478, 3], source pixels. */
  read(source: PixelSource, landmarks: Float64Array): Promise<readonly Reading[]>;
  close(): Promise<void>;
}

/** @throws {ModelFileError} if it does not read faces: see {@link faceInput}. */
export function toFaceNetwork(network: Network): FaceNetwork {
  const { manifest } = network;
  const input = faceInput(manifest);
  const look = input.meshPoints === undefined ? toImageNetwork(network).look : null;
  return {
    async read(source, landmarks) {
      if (look === null) return readOutputs(manifest, await network.run({ [input.name]: pointsOf(input, landmarks) }));
      const { outputs } = await look(source, regionOf(manifest, landmarks), { outside: "edge" });
      return readOutputs(manifest, outputs);
    },
    close: () => network.close(),
  };
}

/**
 * The one input of a network that reads faces: an image of the face, or points of its mesh.
 *
 * @throws {ModelFileError} if the manifest has no readings, other inputs, or a crop that is not cut around a face.
 */
export function faceInput(manifest: NetworkManifest): NetworkInput {
  const { id, inputs, readings, crop } = manifest;
  const [input, ...others] = inputs;
  if (readings.length === 0) throw new ModelFileError(id, "its manifest does not say what its outputs mean (readings)");
  if (input === undefined || others.length > 0) throw new ModelFileError(id, "it takes more than one input");
  if (input.meshPoints !== undefined) return input;
  if (input.pixels === undefined) throw new ModelFileError(id, "its input is neither an image nor points of the face");
  if (crop.region !== "face-box" || (crop.fit !== "square" && crop.fit !== "stretch")) {
    throw new ModelFileError(id, 'its crop is not one of a face: region "face-box" with fit "square" or "stretch"');
  }
  return input;
}

function regionOf(manifest: NetworkManifest, landmarks: Float64Array): RotatedRegion {
  const outline = regionOfMesh(landmarks);
  return manifest.crop.fit === "square" ? cropRegion(manifest, outline) : stretched(manifest, outline);
}

function stretched(manifest: NetworkManifest, outline: RotatedRegion): RotatedRegion {
  const { scale } = manifest.crop;
  const { widthPx, heightPx } = outline;
  return { ...cropRegion(manifest, outline), widthPx: widthPx * scale, heightPx: heightPx * scale };
}

/** As many coordinates of each point as the input has room for: x and y, or x, y and z. */
function pointsOf({ meshPoints = [], shape, name }: NetworkInput, landmarks: Float64Array): Tensor {
  const room = shape.reduce((product, length) => product * length, 1);
  const each = room / meshPoints.length;
  if (each !== 2 && each !== 3) throw new RangeError(`Input "${name}" has no room for ${meshPoints.length} points`);
  const data = Float32Array.from(meshPoints.flatMap((point) => [...landmarks.subarray(point * 3, point * 3 + each)]));
  return { data, shape };
}
