import type { PixelBox } from "../../domain/geometry.ts";
import { sigmoid } from "./blazeface.ts";
import type { Crop, PixelSource } from "./crop.ts";
import type { ImageNetwork } from "./image-network.ts";
import {
  EYELID_POINT_COUNT,
  LEFT_EYE_POINTS,
  LEFT_IRIS_FROM,
  LIP_POINTS,
  RIGHT_EYE_POINTS,
  RIGHT_IRIS_FROM,
} from "./refined-points.ts";
import { type RotatedRegion, regionToSource, squareAround, uprightBox } from "./rotated-region.ts";

/** A face's mesh with irises. */
export interface FaceMesh {
  /** float64 [478, 3]: x and y in source pixels, z in the same unit, smaller nearer. */
  readonly landmarks: Float64Array;
  /** How sure the network is that it saw a face, 0..1. */
  readonly presence: number;
  /** The aligned crop that the network saw, mirrored if that was asked for; holds until the next reading. */
  readonly crop: Crop;
  /** float64 [478, 3]: the points as the network saw them, in pixels of that crop. */
  readonly cropLandmarks: Float64Array;
}

/** Side of the mesh network's region relative to the face box it is drawn around (MediaPipe's graph). */
const REGION_SCALE = 1.5;

const ALL_POINTS = 478;
const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;

/** Reads the mesh of a face. @param faceRegion the face box, turned so that the eyes are level. */
export async function readMesh(
  network: ImageNetwork,
  source: PixelSource,
  faceRegion: RotatedRegion,
): Promise<FaceMesh> {
  const region = squareAround(faceRegion, REGION_SCALE);
  const { points, presence, crop } = await runMesh(network, source, region, false);
  return { landmarks: toSource(points, region, crop.widthPx), presence, crop, cropLandmarks: points };
}

/**
 * Reads the mesh of a face from its mirror image. The network is not symmetric, so this is a second opinion on the same
 * face; the answer is in the unmirrored image, left and right put back.
 *
 * @param twins for each point the point on the other side of the face (mirror-points.ts).
 */
export async function readMirroredMesh(
  network: ImageNetwork,
  source: PixelSource,
  faceRegion: RotatedRegion,
  twins: Uint16Array,
): Promise<FaceMesh> {
  const region = squareAround(faceRegion, REGION_SCALE);
  const { points, presence, crop } = await runMesh(network, source, region, true);
  const restored = new Float64Array(points.length);
  twins.forEach((twin, index) => {
    restored[index * 3] = crop.widthPx - (points[twin * 3] as number);
    restored[index * 3 + 1] = points[twin * 3 + 1] as number;
    restored[index * 3 + 2] = points[twin * 3 + 2] as number;
  });
  return { landmarks: toSource(restored, region, crop.widthPx), presence, crop, cropLandmarks: points };
}

async function runMesh(network: ImageNetwork, source: PixelSource, region: RotatedRegion, mirrored: boolean) {
  const { crop, output } = await network.look(source, region, { outside: "edge", mirrored });
  const [flag] = output("face_flag");
  return { points: mergeRefined(output), presence: sigmoid(flag as number), crop };
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

/** The axis-aligned box around a mesh. */
export function boxOfMesh(landmarks: Float64Array): PixelBox {
  return uprightBox(regionOfMesh(landmarks));
}

/** Lips and eyes replace the mesh's own x and y and keep its depth; irises take the mean depth of their eyelids. */
function mergeRefined(output: (name: string) => Float32Array): Float64Array {
  const points = new Float64Array(ALL_POINTS * 3);
  points.set(output("mesh"));
  replace(points, LIP_POINTS, output("lips"));
  replace(points, RIGHT_EYE_POINTS, output("right_eye"));
  replace(points, LEFT_EYE_POINTS, output("left_eye"));
  addIris(points, RIGHT_IRIS_FROM, RIGHT_EYE_POINTS, output("right_iris"));
  addIris(points, LEFT_IRIS_FROM, LEFT_EYE_POINTS, output("left_iris"));
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
  const scale = region.widthPx / inputPx;
  const [alongX, alongY] = [Math.cos(region.angleRad) * scale, Math.sin(region.angleRad) * scale];
  const [originX, originY] = regionToSource(region, 0, 0);
  const placed = new Float64Array(points.length);
  for (let index = 0; index < points.length; index += 3) {
    const [x, y] = [points[index] as number, points[index + 1] as number];
    placed[index] = originX + x * alongX - y * alongY; // the region is square
    placed[index + 1] = originY + x * alongY + y * alongX;
    placed[index + 2] = (points[index + 2] as number) * scale;
  }
  return placed;
}
