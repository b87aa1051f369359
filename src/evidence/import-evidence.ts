import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { boxOfShares, boxOverlap, clipBox, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";
import { hashOfFile } from "../platform/hash.ts";
import { systemPath } from "../platform/system-path.ts";
import type { EvidenceFile, ImportedFace, ImportedRow } from "../ports/evidence-file.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { indexEvidence } from "./evidence-index.ts";
import { type LookAtImage, matchImages } from "./match-images.ts";

/** So many different things about single rows are worth saying; a study may have a hundred thousand. */
const MOST_ROW_WARNINGS = 20;

interface ImportOptions {
  /** Finds the faces of an image, to tell frames that are counted from 0 from those that are counted from 1. */
  readonly look?: LookAtImage | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads and checks a file that a toolbox wrote, finds our images in it, and makes of it a toolbox that says what it said
 * then. Memory grows with the number of rows by some 100 bytes each: measurements are read again when an image comes up.
 *
 * @param imagePaths all images that will be asked for.
 * @throws {ConfigurationError} if the file cannot be used, or is about none of the images.
 */
export async function importEvidence(
  file: EvidenceFile,
  imagePaths: readonly string[],
  { look, signal }: ImportOptions = {},
): Promise<FerToolbox> {
  const index = await indexEvidence(file, "images and frames", signal);
  const match = await matchImages(index, imagePaths, look);
  const aboutRows = new Set<string>();

  async function measureGiven(image: DecodedImage, faces: readonly Face[], stop?: AbortSignal) {
    stop?.throwIfAborted();
    const positions = match.rowsOf(image);
    if (positions === undefined) return [];
    const rows = await file.rowsAt(positions, stop);
    stop?.throwIfAborted();
    const { measurements, warnings } = placeImportedFaces(rows, image, faces);
    for (const warning of warnings) if (aboutRows.size < MOST_ROW_WARNINGS) aboutRows.add(warning);
    return measurements;
  }

  return {
    id: file.toolbox,
    supports: file.supports,
    scores: index.scores,
    networks: await hashOf(file.path, signal),
    get warnings() {
      return [...file.warnings.map((warning) => `${warning} (\`${file.path}\`)`), ...match.warnings, ...aboutRows];
    },
    measure: (image, stop) => measureGiven(image, [], stop),
    measureGiven,
    close: () => file.close(),
  };
}

/** What a report needs to be replayed: which file it was. A folder of files has no hash. */
async function hashOf(path: string, signal?: AbortSignal): Promise<FerToolbox["networks"]> {
  if (!(await stat(systemPath(path))).isFile()) return [];
  return [{ id: basename(path), sha256: await hashOfFile(path, signal) }];
}

/** The image that rows are about. */
interface PlacedImage {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

interface PlacedFaces {
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
