import type { FaceMeasurement, Gaze, HeadPose } from "../domain/measurement.ts";

/** How source pixels become pixels of the annotated image. */
interface FaceDrawing {
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
  const { mesh, gaze } = faceLayers(measurement, drawing);
  return gaze === "" ? mesh : `${mesh}\n${gaze}`;
}

/** The same as two layers, each empty when it was not measured. */
export function faceLayers(
  { landmarks, gaze, headPose, box }: Pick<FaceMeasurement, "landmarks" | "gaze" | "headPose" | "box">,
  drawing: FaceDrawing,
): { readonly mesh: string; readonly gaze: string } {
  if (landmarks === null || landmarks.length < MESH_POINTS) return { mesh: "", gaze: "" };
  const points = landmarks.map(([x, y]) => [x * drawing.scale, y * drawing.scale] as const);
  const stroke = Math.min(2.2, Math.max(0.7, (box.widthPx * drawing.scale) / 190));
  const mesh = [
    drawDots(points.slice(0, MESH_POINTS), stroke),
    ...FACE_CONTOURS.map((contour) => drawContour(points, contour, stroke)),
    ...drawIrises(points, drawing.accent, stroke),
  ];
  const reachPx = box.widthPx * drawing.scale * 0.3;
  const arrows = drawGaze(points, gaze, headPose, { reachPx, accent: drawing.accent, stroke });
  return { mesh: mesh.join("\n"), gaze: arrows.join("\n") };
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

/** A line through mesh points. Point numbers are those of MediaPipe's 468-point face mesh. */
interface FaceContour {
  readonly part: "oval" | "eye" | "brow" | "lips" | "nose";
  readonly points: readonly number[];
  readonly closed: boolean;
}

/** The lines by which a person recognises a face. */
const FACE_CONTOURS: readonly FaceContour[] = [
  {
    part: "oval",
    closed: true,
    points: [
      10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
      136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
    ],
  },
  { part: "eye", closed: true, points: [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246] },
  {
    part: "eye",
    closed: true,
    points: [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466],
  },
  { part: "brow", closed: true, points: [46, 53, 52, 65, 55, 107, 66, 105, 63, 70] },
  { part: "brow", closed: true, points: [276, 283, 282, 295, 285, 336, 296, 334, 293, 300] },
  {
    part: "lips",
    closed: true,
    points: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185],
  },
  {
    part: "lips",
    closed: true,
    points: [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191],
  },
  { part: "nose", closed: false, points: [168, 6, 197, 195, 5, 4] },
  { part: "nose", closed: false, points: [64, 98, 97, 2, 326, 327, 294] },
];

/** Centre and four edge points of each iris, where the mesh has irises (478 points). */
const IRISES: readonly { readonly center: number; readonly edges: readonly number[] }[] = [
  { center: 468, edges: [469, 470, 471, 472] },
  { center: 473, edges: [474, 475, 476, 477] },
];

/** Points without lines: the mesh proper, before the irises. */
export const MESH_POINTS = 468;
