import type { CanonicalFace } from "../../networks/canonical-face.ts";
/**
 * Which of the 468 mesh points the attention mesh's refined outputs replace, in the order of those outputs. "Right" and
 * "left" are the subject's own; MediaPipe's graph calls the right eye "left eye", as it sees a mirrored selfie.
 * Source: MediaPipe, tensors_to_face_landmarks_with_attention.pbtxt.
 */
export const LIP_POINTS = [
  61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409, 78, 95, 88, 178, 87, 14,
  317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415, 76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306,
  184, 74, 73, 72, 11, 302, 303, 304, 408, 62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268,
  271, 272, 407,
] as const;

export const RIGHT_EYE_POINTS = [
  33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110, 24, 23, 22, 26, 112, 243,
  247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35, 124,
  46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
] as const;

export const LEFT_EYE_POINTS = [
  263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255, 339, 254, 253, 252, 256,
  341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442,
  441, 413, 265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336,
  285, 417,
] as const;

/** Eyelid contour at the head of both eye lists: its mean depth is the depth of the iris. */
export const EYELID_POINT_COUNT = 16;

/** First of the five iris points (centre, then four edges), after the 468 mesh points. */
export const RIGHT_IRIS_FROM = 468;
export const LEFT_IRIS_FROM = 473;

const MESH_POINTS = 468;
const ALL_POINTS = 478;
/** Iris points in order: centre, right edge, top, left edge, bottom. In the mirror the edges at the sides change places. */
const IRIS_TWINS = [0, 3, 2, 1, 4] as const;

/** For each of the 478 points the one on the other side of the face; points on the midline are their own. */
export function mirrorPoints({ vertices }: CanonicalFace): Uint16Array {
  const twins = new Uint16Array(ALL_POINTS);
  for (let index = 0; index < MESH_POINTS; index++) twins[index] = nearestTo(vertices, index);
  IRIS_TWINS.forEach((twin, position) => {
    twins[RIGHT_IRIS_FROM + position] = LEFT_IRIS_FROM + twin;
    twins[LEFT_IRIS_FROM + position] = RIGHT_IRIS_FROM + twin;
  });
  return twins;
}

/** The vertex nearest to where the given one would lie across the midline. */
function nearestTo(vertices: Float32Array, index: number): number {
  const [x, y, z] = vertices.subarray(index * 3, index * 3 + 3) as unknown as [number, number, number];
  let [best, least] = [index, Number.POSITIVE_INFINITY];
  for (let other = 0; other < MESH_POINTS; other++) {
    const [u, v, w] = vertices.subarray(other * 3, other * 3 + 3) as unknown as [number, number, number];
    const distance = (u + x) ** 2 + (v - y) ** 2 + (w - z) ** 2;
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
