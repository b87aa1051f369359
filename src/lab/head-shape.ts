import type { PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { fillPolygon, type Mask, type Point } from "./mask.ts";

/** The face's outline on the 468-point mesh (MediaPipe's FACEMESH_FACE_OVAL), clockwise from the forehead. */
const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

/** Other outlines on the mesh (MediaPipe's FACEMESH_RIGHT_EYE, FACEMESH_LIPS and so on), each once around. */
const PARTS = {
  eyes: [
    [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246],
    [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466],
  ],
  brows: [
    [46, 53, 52, 65, 55, 107, 66, 105, 63, 70],
    [276, 283, 282, 295, 285, 336, 296, 334, 293, 300],
  ],
  lips: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185],
  mouth: [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191],
} as const;

/** The points of a face's mesh in raster pixels, z smaller nearer; `null` without a mesh. */
export function meshPoints(face: Face, scale: number): (readonly [number, number, number])[] | null {
  const landmarks = face.measurements.find((one) => (one.landmarks?.length ?? 0) >= 468)?.landmarks;
  return landmarks?.slice(0, 468).map(([x, y, z]) => [x * scale, y * scale, z * scale] as const) ?? null;
}

/** Outlines of what on a face is no skin, in raster pixels; `null` without a mesh. */
export function meshOutlines(face: Face, scale: number) {
  const points = meshPoints(face, scale);
  if (points === null) return null;
  const around = (indices: readonly number[]) =>
    indices.map((index): Point => [points[index]?.[0] as number, points[index]?.[1] as number]);
  const { eyes, brows, lips, mouth } = PARTS;
  return { eyes: eyes.map(around), brows: brows.map(around), lips: around(lips), mouth: around(mouth) };
}

/** Outline of a face in raster pixels: the mesh's oval, or an ellipse in the box when there is no mesh. */
export function faceOutline(face: Face, scale: number): Point[] {
  const points = meshPoints(face, scale);
  if (points === null) return ellipseIn(scaledBox(face.box, scale));
  return FACE_OVAL.map((index): Point => [points[index]?.[0] as number, points[index]?.[1] as number]);
}

/**
 * Outline of the whole head, hair and ears included. The mesh's oval ends at the hairline and before the ears, so it is
 * widened by a quarter and its upper half raised by four fifths along the axis from chin to forehead.
 */
export function headOutline(face: Face, scale: number): Point[] {
  const oval = faceOutline(face, scale);
  const [cx, cy] = centreOf(oval);
  const top = oval[0] as Point;
  const chin = oval[Math.floor(oval.length / 2)] as Point;
  const up: Point = [top[0] - chin[0], top[1] - chin[1]];
  const length = Math.max(1, Math.hypot(...up));
  const [ux, uy] = [up[0] / length, up[1] / length];
  return oval.map(([x, y]): Point => {
    const along = (x - cx) * ux + (y - cy) * uy;
    const across = (x - cx) * -uy + (y - cy) * ux;
    const raised = along > 0 ? along * 1.8 : along * 1.12;
    const widened = across * 1.28;
    return [cx + raised * ux - widened * uy, cy + raised * uy + widened * ux];
  });
}

/** Fills outlines into a mask. */
export function fillOutlines(mask: Mask, outlines: readonly (readonly Point[])[]): Mask {
  for (const outline of outlines) fillPolygon(mask, outline);
  return mask;
}

/** The upright box around some points. */
export function boxAround(points: readonly Point[]): PixelBox {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [leftPx, topPx] = [Math.min(...xs), Math.min(...ys)];
  return {
    leftPx,
    topPx,
    widthPx: Math.max(1, Math.max(...xs) - leftPx),
    heightPx: Math.max(1, Math.max(...ys) - topPx),
  };
}

/** A box in pixels of another size of the image. */
export function scaledBox({ leftPx, topPx, widthPx, heightPx }: PixelBox, scale: number): PixelBox {
  return { leftPx: leftPx * scale, topPx: topPx * scale, widthPx: widthPx * scale, heightPx: heightPx * scale };
}

function ellipseIn({ leftPx, topPx, widthPx, heightPx }: PixelBox): Point[] {
  return Array.from({ length: 36 }, (_, i): Point => {
    const angle = (i / 36) * 2 * Math.PI;
    return [leftPx + (widthPx / 2) * (1 + Math.sin(angle)), topPx + (heightPx / 2) * (1 - Math.cos(angle))];
  });
}

function centreOf(points: readonly Point[]): Point {
  const n = points.length;
  return [points.reduce((sum, [x]) => sum + x, 0) / n, points.reduce((sum, [, y]) => sum + y, 0) / n];
}
