import type { FaceMeasurement, Gaze, HeadPose } from "../domain/measurement.ts";
import { FACE_CONTOURS, type FaceContour, IRISES, MESH_POINTS } from "./face-contours.ts";

/** How source pixels become pixels of the annotated image. */
export interface FaceDrawing {
  /** Output pixels per source pixel. */
  readonly scale: number;
  readonly accent: string;
}

const CONTOUR_OPACITY: Readonly<Record<FaceContour["part"], number>> = {
  oval: 0.45,
  eye: 0.95,
  brow: 0.8,
  lips: 0.95,
  nose: 0.45,
};

/** Mesh, irises and gaze of one face as SVG; the empty string when its landmarks were not measured. */
export function drawFace(measurement: FaceMeasurement, drawing: FaceDrawing): string {
  const { landmarks, gaze, headPose, box } = measurement;
  if (landmarks === null || landmarks.length < MESH_POINTS) return "";
  const points = landmarks.map(([x, y]) => [x * drawing.scale, y * drawing.scale] as const);
  const stroke = Math.min(2.2, Math.max(0.7, (box.widthPx * drawing.scale) / 190));
  return [
    drawDots(points.slice(0, MESH_POINTS), stroke),
    ...FACE_CONTOURS.map((contour) => drawContour(points, contour, stroke)),
    ...drawIrises(points, drawing.accent, stroke),
    ...drawGaze(points, gaze, headPose, { reachPx: box.widthPx * drawing.scale * 0.3, accent: drawing.accent, stroke }),
  ].join("\n");
}

type Point = readonly [number, number];

function drawDots(points: readonly Point[], stroke: number): string {
  const dots = points.map(([x, y]) => `M${round(x)} ${round(y)}h0`).join("");
  return `<path d="${dots}" stroke="#ffffff" stroke-opacity="0.7" stroke-width="${stroke * 1.4}" stroke-linecap="round" fill="none"/>`;
}

function drawContour(points: readonly Point[], { points: indices, closed, part }: FaceContour, stroke: number): string {
  const path = indices
    .map((index, position) => {
      const [x, y] = points[index] as Point; // contours name mesh points only, and all of those are there
      return `${position === 0 ? "M" : "L"}${round(x)} ${round(y)}`;
    })
    .join("");
  return `<path d="${path}${closed ? "Z" : ""}" stroke="#ffffff" stroke-opacity="${CONTOUR_OPACITY[part]}" stroke-width="${stroke}" stroke-linejoin="round" fill="none"/>`;
}

function drawIrises(points: readonly Point[], accent: string, stroke: number): string[] {
  return IRISES.flatMap(({ center, edges }) => {
    const middle = points[center];
    if (middle === undefined) return [];
    const rim = edges.flatMap((edge) => (points[edge] === undefined ? [] : [points[edge]]));
    const radius = rim.reduce((sum, [x, y]) => sum + Math.hypot(x - middle[0], y - middle[1]), 0) / rim.length;
    return [
      `<circle cx="${round(middle[0])}" cy="${round(middle[1])}" r="${round(radius)}" stroke="${accent}" stroke-width="${stroke}" fill="none"/>`,
    ];
  });
}

/** An arrow from each iris toward where the eyes look, foreshortened as the camera sees it. */
function drawGaze(
  points: readonly Point[],
  gaze: Gaze | null,
  headPose: HeadPose | null,
  { reachPx, accent, stroke }: { reachPx: number; accent: string; stroke: number },
): string[] {
  if (gaze === null || headPose === null) return [];
  const dx = reachPx * Math.sin(headPose.yawRad + gaze.yawRad);
  const dy = -reachPx * Math.sin(headPose.pitchRad + gaze.pitchRad);
  return IRISES.flatMap(({ center }) => {
    const from = points[center];
    if (from === undefined) return [];
    const [x, y] = from;
    return [
      `<line x1="${round(x)}" y1="${round(y)}" x2="${round(x + dx)}" y2="${round(y + dy)}" stroke="${accent}" stroke-width="${stroke * 1.6}" stroke-linecap="round"/>`,
      `<circle cx="${round(x + dx)}" cy="${round(y + dy)}" r="${round(stroke * 2)}" fill="${accent}"/>`,
    ];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
