import { boxOfShares, boxOverlap, clipBox, type PixelBox } from "../domain/geometry.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";
import type { ImportedFace, ImportedRow } from "../ports/evidence-file.ts";

/** The image that rows are about. */
export interface PlacedImage {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface PlacedFaces {
  readonly measurements: readonly FaceMeasurement[];
  readonly warnings: readonly string[];
}

/** A box of which less than this is inside the image was measured on another size of it. */
const LEAST_INSIDE = 0.3;

/**
 * Gives every imported face its place in the image. A file without boxes can only be used where there is one face to
 * choose: then it is about that one.
 *
 * @param faces what other toolboxes found in the image.
 */
export function placeImportedFaces(
  rows: readonly ImportedRow[],
  image: PlacedImage,
  faces: readonly Face[],
): PlacedFaces {
  const imported = rows.flatMap(({ face, at }) => (face === null ? [] : [{ face, line: at.line }]));
  const measurements: FaceMeasurement[] = [];
  const warnings: string[] = [];
  for (const { face, line } of imported) {
    const stated = statedBox(face, image);
    const box = stated ?? (imported.length === 1 ? onlyPlace(faces, image) : undefined);
    if (box === undefined) {
      warnings.push(notPlaced(face.measurement.toolbox, { line, image, count: imported.length, faces: faces.length }));
      continue;
    }
    if (stated === undefined && faces.length === 0) warnings.push(placedNowhere(face.measurement.toolbox, image));
    measurements.push({ ...face.measurement, box });
  }
  return { measurements, warnings };
}

/** The box in pixels of this image; `undefined` when there is none or it cannot be of this image. */
function statedBox({ box, boxUnit }: ImportedFace, image: PlacedImage): PixelBox | undefined {
  if (box === null) return undefined;
  const inPixels = boxUnit === "pixel" ? box : boxOfShares(box, image);
  const inside = clipBox(inPixels, image);
  return inside !== undefined && boxOverlap(inside, inPixels) >= LEAST_INSIDE ? inPixels : undefined;
}

function onlyPlace(faces: readonly Face[], image: PlacedImage): PixelBox | undefined {
  if (faces.length > 1) return undefined;
  return faces[0]?.box ?? { leftPx: 0, topPx: 0, widthPx: image.widthPx, heightPx: image.heightPx };
}

function notPlaced(
  toolbox: string,
  { line, image, count, faces }: { line: number; image: PlacedImage; count: number; faces: number },
): string {
  return (
    `${toolbox} does not say, or not for this size of the image, which of ${Math.max(count, faces)} faces of ` +
    `${image.path} line ${line} is about: left out`
  );
}

function placedNowhere(toolbox: string, image: PlacedImage): string {
  return `${toolbox} does not say where in ${image.path} the face is, and nothing else found one: it is given the whole image`;
}
