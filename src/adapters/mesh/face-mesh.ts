import { InferenceError } from "../../domain/errors.ts";
import { imageSize, imageTensor } from "../../networks/image-tensor.ts";
import type { Network, Tensor } from "../../networks/network.ts";
import { sigmoid } from "./blazeface.ts";
import {
  EYELID_POINT_COUNT,
  LEFT_EYE_POINTS,
  LEFT_IRIS_FROM,
  LIP_POINTS,
  RIGHT_EYE_POINTS,
  RIGHT_IRIS_FROM,
} from "./refined-points.ts";
import { type RotatedRegion, regionToSource, squareAround } from "./rotated-region.ts";
import { type Crop, type PixelSource, sampleRegion } from "./sample-region.ts";

/** A face's mesh with irises. */
export interface FaceMesh {
  /** float64 [478, 3]: x and y in source pixels, z in the same unit, smaller nearer. */
  readonly landmarks: Float64Array;
  /** How sure the network is that it saw a face, 0..1. */
  readonly presence: number;
  /** The aligned crop it was read from. */
  readonly crop: Crop;
  /** float64 [478, 3]: the same points in pixels of that crop. */
  readonly cropLandmarks: Float64Array;
}

/** Side of the mesh network's region relative to the face box it is drawn around (MediaPipe's graph). */
const REGION_SCALE = 1.5;

const ALL_POINTS = 478;
const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;

/** Reads the mesh of the face in a region. @param faceRegion the face box, turned so that the eyes are level. */
export async function readMesh(network: Network, source: PixelSource, faceRegion: RotatedRegion): Promise<FaceMesh> {
  const [input] = network.manifest.inputs;
  if (input === undefined) throw new RangeError("The face mesh has no input");
  const { width, height } = imageSize(input);
  const region = squareAround(faceRegion, REGION_SCALE);
  const crop = sampleRegion(source, region, { widthPx: width, heightPx: height, outside: "edge" });
  const outputs = await network.run({ [input.name]: imageTensor(input, crop.rgb) });
  const points = mergeRefined(outputs);
  const [flag] = valuesOf(outputs, "face_flag");
  return { landmarks: toSource(points, region, width), presence: sigmoid(flag as number), crop, cropLandmarks: points };
}

/** The region of the face that a mesh outlines: what a second, sharper reading starts from. */
export function regionOfMesh(landmarks: Float64Array): RotatedRegion {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let index = 0; index < landmarks.length; index += 3) {
    const [x, y] = [landmarks[index] as number, landmarks[index + 1] as number];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const dx = (landmarks[LEFT_EYE_OUTER * 3] as number) - (landmarks[RIGHT_EYE_OUTER * 3] as number);
  const dy = (landmarks[LEFT_EYE_OUTER * 3 + 1] as number) - (landmarks[RIGHT_EYE_OUTER * 3 + 1] as number);
  return {
    centerXPx: (left + right) / 2,
    centerYPx: (top + bottom) / 2,
    widthPx: right - left,
    heightPx: bottom - top,
    angleRad: Math.atan2(dy, dx),
  };
}

/** Lips and eyes replace the mesh's own x and y and keep its depth; irises take the mean depth of their eyelids. */
function mergeRefined(outputs: Readonly<Record<string, Tensor>>): Float64Array {
  const points = new Float64Array(ALL_POINTS * 3);
  points.set(valuesOf(outputs, "mesh"));
  replace(points, LIP_POINTS, valuesOf(outputs, "lips"));
  replace(points, RIGHT_EYE_POINTS, valuesOf(outputs, "right_eye"));
  replace(points, LEFT_EYE_POINTS, valuesOf(outputs, "left_eye"));
  addIris(points, RIGHT_IRIS_FROM, RIGHT_EYE_POINTS, valuesOf(outputs, "right_iris"));
  addIris(points, LEFT_IRIS_FROM, LEFT_EYE_POINTS, valuesOf(outputs, "left_iris"));
  return points;
}

function replace(points: Float64Array, indices: readonly number[], refined: Float32Array): void {
  indices.forEach((index, position) => {
    points.set(refined.subarray(position * 2, position * 2 + 2), index * 3);
  });
}

function addIris(points: Float64Array, from: number, eye: readonly number[], iris: Float32Array): void {
  const lids = eye.slice(0, EYELID_POINT_COUNT);
  const depth = lids.reduce((sum, index) => sum + (points[index * 3 + 2] as number), 0) / lids.length;
  for (let index = 0; index < iris.length / 2; index++) {
    points.set([iris[index * 2] as number, iris[index * 2 + 1] as number, depth], (from + index) * 3);
  }
}

function toSource(points: Float64Array, region: RotatedRegion, inputPx: number): Float64Array {
  const placed = new Float64Array(points.length);
  for (let index = 0; index < points.length; index += 3) {
    const [u, v] = [(points[index] as number) / inputPx, (points[index + 1] as number) / inputPx];
    placed.set(regionToSource(region, u, v), index);
    placed[index + 2] = ((points[index + 2] as number) / inputPx) * region.widthPx;
  }
  return placed;
}

function valuesOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new InferenceError(`The face mesh gave no "${name}"`);
  return data;
}
