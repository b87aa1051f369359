/** A line through mesh points. Point numbers are those of MediaPipe's 468-point face mesh. */
export interface FaceContour {
  readonly part: "oval" | "eye" | "brow" | "lips" | "nose";
  readonly points: readonly number[];
  readonly closed: boolean;
}

/** The lines by which a person recognises a face. */
export const FACE_CONTOURS: readonly FaceContour[] = [
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
export const IRISES: readonly { readonly center: number; readonly edges: readonly number[] }[] = [
  { center: 468, edges: [469, 470, 471, 472] },
  { center: 473, edges: [474, 475, 476, 477] },
];

/** Points without lines: the mesh proper, before the irises. */
export const MESH_POINTS = 468;
