import type { RotatedRegion } from "./rotated-region.ts";

/**
 * Where the identity network wants five points of a face, as shares of the side of the tight face square: outer and inner
 * corner of the subject's left eye, the same of the right eye, base of the nose. Source: dlib, `get_face_chip_details`.
 */
const CHIP_POINTS = [
  { meshPoint: 263, x: 0.8595674595992, y: 0.2134981538014 },
  { meshPoint: 362, x: 0.6460604764104, y: 0.2289674387677 },
  { meshPoint: 33, x: 0.1205750620789, y: 0.2137274526848 },
  { meshPoint: 133, x: 0.3340850613712, y: 0.2290642403242 },
  { meshPoint: 2, x: 0.4901123135679, y: 0.6277975316475 },
] as const;

/** Margin around the tight square on each side, as a share of it: what dlib's network was trained with. */
const PADDING = 0.25;

/**
 * The square of the image that an identity network looks at: the five points come as close as they can to where they
 * belong (least squares over moving, turning and scaling).
 *
 * @param landmarks [478, 3] in source pixels.
 */
export function chipRegion(landmarks: readonly (readonly [number, number, number])[]): RotatedRegion {
  const pairs = CHIP_POINTS.map(({ meshPoint, x, y }) => {
    const point = landmarks[meshPoint];
    if (point === undefined)
      throw new RangeError(`A face chip needs the 478 points of the mesh, not ${landmarks.length}`);
    return { fromX: x - 0.5, fromY: y - 0.5, toX: point[0], toY: point[1] };
  });
  const count = pairs.length;
  const mean = (pick: (pair: (typeof pairs)[number]) => number) =>
    pairs.reduce((sum, pair) => sum + pick(pair), 0) / count;
  const [fromX, fromY, toX, toY] = [mean((p) => p.fromX), mean((p) => p.fromY), mean((p) => p.toX), mean((p) => p.toY)];
  let [along, across, spread] = [0, 0, 0];
  for (const pair of pairs) {
    const [ax, ay] = [pair.fromX - fromX, pair.fromY - fromY];
    const [bx, by] = [pair.toX - toX, pair.toY - toY];
    along += ax * bx + ay * by;
    across += ax * by - ay * bx;
    spread += ax * ax + ay * ay;
  }
  const [cos, sin] = [along / spread, across / spread]; // scaled by source pixels per side of the tight square
  const sidePx = Math.hypot(cos, sin) * (1 + 2 * PADDING);
  return {
    centerXPx: toX - (cos * fromX - sin * fromY),
    centerYPx: toY - (sin * fromX + cos * fromY),
    widthPx: sidePx,
    heightPx: sidePx,
    angleRad: Math.atan2(sin, cos),
  };
}
