import type { PixelBox } from "../domain/geometry.ts";
import type { CoveredPart, FaceMeasurement, Side } from "../domain/measurement.ts";
import { MESH_POINTS } from "./overlay-face.ts";

/** Points around each part in MediaPipe's mesh; left and right are the subject's own. */
const POINTS: Readonly<Record<CoveredPart, readonly number[]>> = {
  "right brow": [46, 53, 52, 65, 55, 107, 66, 105, 63, 70],
  "left brow": [276, 283, 282, 295, 285, 336, 296, 334, 293, 300],
  "right eye": [33, 163, 145, 154, 133, 157, 159, 161, 110, 24],
  "left eye": [263, 390, 374, 381, 362, 384, 386, 388, 339, 254],
  nose: [168, 6, 195, 4, 64, 98, 2, 327, 294],
  "right cheek": [50, 101, 118, 117, 123, 147, 187, 205, 36],
  "left cheek": [280, 330, 347, 346, 352, 376, 411, 425, 266],
  "right mouth": [61, 146, 91, 181, 84, 17, 0, 37, 39, 40, 185],
  "left mouth": [291, 375, 321, 405, 314, 17, 0, 267, 269, 270, 409],
  chin: [152, 148, 176, 149, 150, 377, 400, 378, 379, 18, 200, 175],
};

/** Where an action unit is seen. What is not named here is seen at the mouth. */
const SEEN_AT: readonly { readonly units: readonly string[]; readonly parts: readonly CoveredPart[] }[] = [
  { units: ["AU1", "AU2", "AU4"], parts: ["right brow", "left brow"] },
  { units: ["AU5", "AU7", "AU41", "AU42", "AU43", "AU44", "AU45", "AU46"], parts: ["right eye", "left eye"] },
  { units: ["AU6"], parts: ["right cheek", "left cheek", "right eye", "left eye"] },
  { units: ["AU9"], parts: ["nose"] },
  { units: ["AU17"], parts: ["chin"] },
];
const MOUTH: readonly CoveredPart[] = ["right mouth", "left mouth"];
/** As a share of a region's longer side: a brow alone is a thin line. */
const MARGIN = 0.15;

/** Where in the image an action unit is seen, `null` where the face has no mesh. */
export function actionUnitRegion(face: Pick<FaceMeasurement, "landmarks" | "mirrored">, au: string, side: Side) {
  const parts = SEEN_AT.find(({ units }) => units.includes(au))?.parts ?? MOUTH;
  const wanted = side === "both" ? parts : parts.filter((part) => !part.startsWith(otherSide(side, face.mirrored)));
  return facePartsRegion(face, wanted);
}

/** The box around parts of a face, in source pixels; `null` where the face has no mesh. */
export function facePartsRegion(
  { landmarks }: Pick<FaceMeasurement, "landmarks">,
  parts: readonly CoveredPart[],
): PixelBox | null {
  if (landmarks === null || landmarks.length < MESH_POINTS) return null;
  const points = parts.flatMap((part) => POINTS[part]).flatMap((index) => landmarks[index] ?? []);
  const xs = points.filter((_value, at) => at % 3 === 0);
  const ys = points.filter((_value, at) => at % 3 === 1);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const margin = MARGIN * Math.max(right - left, bottom - top);
  return {
    leftPx: left - margin,
    topPx: top - margin,
    widthPx: right - left + 2 * margin,
    heightPx: bottom - top + 2 * margin,
  };
}

/** In a mirrored image the subject's right side is where the mesh has the left. */
function otherSide(side: "left" | "right", mirrored: true | undefined): "left" | "right" {
  const other = side === "left" ? "right" : "left";
  return mirrored ? side : other;
}
