import { Matrix, SVD } from "ml-matrix";
import type { HeadPose } from "../../domain/measurement.ts";
import type { CanonicalFace } from "../../networks/canonical-face.ts";

/** Row-major 3 x 3. */
type Rotation = readonly [number, number, number, number, number, number, number, number, number];

/** A face moved, turned and scaled onto the canonical face: what is left is shape and expression. */
export interface CanonicalFit {
  /** float64 [points, 3], centimetres, in the canonical face's own axes. */
  readonly points: Float64Array;
  /** Turns camera axes (x right, y up, z to the viewer) into the face's axes. */
  readonly rotation: Rotation;
  /** Centimetres per source pixel. */
  readonly cmPerPx: number;
}

/**
 * Weighted Procrustes fit (Umeyama 1991: rotation, uniform scale, translation) of a mesh to the canonical face.
 *
 * @param landmarks float64 [points, 3] in source pixels, y down, z smaller nearer; at least the canonical 468.
 */
export function fitToCanonical(landmarks: Float64Array, canonical: CanonicalFace): CanonicalFit {
  const camera = toCameraAxes(landmarks);
  const from = weightedCenter(camera, canonical);
  const to = weightedCenter(canonical.vertices, canonical);
  const { covariance, spread } = weightedCovariance(camera, from, canonical, to);
  const { rotation, trace } = bestRotation(covariance);
  const cmPerPx = trace / spread;
  return { points: transformed(camera, from, rotation, cmPerPx, to), rotation, cmPerPx };
}

type Vector = readonly [number, number, number];

function toCameraAxes(landmarks: Float64Array): Float64Array {
  return landmarks.map((value, index) => (index % 3 === 0 ? value : -value));
}

function pointAt(points: ArrayLike<number>, index: number): Vector {
  return [points[index * 3] as number, points[index * 3 + 1] as number, points[index * 3 + 2] as number];
}

function weightedCenter(points: ArrayLike<number>, { landmarks }: CanonicalFace): Vector {
  let [x, y, z, total] = [0, 0, 0, 0];
  for (const { point: index, weight } of landmarks) {
    const point = pointAt(points, index);
    x += weight * point[0];
    y += weight * point[1];
    z += weight * point[2];
    total += weight;
  }
  return [x / total, y / total, z / total];
}

/** Weighted sum of (from - center)(to - center)', and the weighted squared size of the face. */
function weightedCovariance(camera: Float64Array, from: Vector, canonical: CanonicalFace, to: Vector) {
  const covariance = Matrix.zeros(3, 3);
  let spread = 0;
  for (const { point: index, weight } of canonical.landmarks) {
    const a = Matrix.columnVector(minus(pointAt(camera, index), from));
    const b = Matrix.rowVector(minus(pointAt(canonical.vertices, index), to));
    covariance.add(a.mmul(b).mul(weight));
    spread += weight * a.dot(a);
  }
  return { covariance, spread };
}

function minus(a: Vector, b: Vector): number[] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** The rotation R that maximises trace(R covariance); a reflection is excluded. */
function bestRotation(covariance: Matrix) {
  const svd = new SVD(covariance);
  const [u, v] = [svd.leftSingularVectors, svd.rightSingularVectors];
  const plain = v.mmul(u.transpose());
  const sign = determinant(plain) < 0 ? -1 : 1;
  const [first, second, third] = svd.diagonal as [number, number, number];
  const rotation = v.mmul(Matrix.diag([1, 1, sign])).mmul(u.transpose());
  return { rotation: rotation.to1DArray() as unknown as Rotation, trace: first + second + sign * third };
}

function determinant(m: Matrix): number {
  const [a, b, c, d, e, f, g, h, i] = m.to1DArray() as unknown as Rotation;
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

function transformed(camera: Float64Array, from: Vector, rotation: Rotation, scale: number, to: Vector): Float64Array {
  const points = new Float64Array(camera.length);
  for (let index = 0; index < camera.length / 3; index++) {
    const moved = minus(pointAt(camera, index), from);
    for (let row = 0; row < 3; row++) {
      let sum = 0;
      for (let column = 0; column < 3; column++)
        sum += (rotation[row * 3 + column] as number) * (moved[column] as number);
      points[index * 3 + row] = scale * sum + (to[row] as number);
    }
  }
  return points;
}

/**
 * Head angles from the rotation that turns camera axes into the face's axes (canonical-fit.ts). Its rows are the face's
 * right, up and forward axes as the camera sees them: where forward points gives yaw and pitch, what turn about it is
 * left gives roll.
 * Camera axes are x right, y up, z to the viewer.
 */
export function headPoseOf([, rightY, , , upY, , forwardX, forwardY, forwardZ]: Rotation): HeadPose {
  return {
    yawRad: Math.atan2(forwardX, forwardZ),
    pitchRad: Math.asin(Math.min(1, Math.max(-1, forwardY))),
    rollRad: -Math.atan2(rightY, upY),
  };
}
