import { boxOverlap } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face, FaceMeasurement, ToolboxId, ToolboxSupport } from "../domain/measurement.ts";
import type { EvidenceFile } from "../ports/evidence-file.ts";
import { type EvidenceIndex, indexEvidence } from "./evidence-index.ts";
import { type ImageMatch, matchImages } from "./match-images.ts";
import { placeImportedFaces } from "./place-imported-faces.ts";

/** Toolboxes draw boxes around different parts of a head: landmarks without the forehead, squares with a margin. */
const LEAST_OVERLAP = 0.2;

/** Measurements from files, ready to be joined to those taken here. */
export interface ImportedEvidence {
  readonly toolboxes: readonly { readonly id: ToolboxId; readonly supports: ToolboxSupport }[];
  /** What was odd about the files, and images they say nothing about. */
  readonly warnings: readonly string[];
  /** Adds what the files say about an image to the faces found in it, and faces that only they found. */
  attach(
    image: Pick<DecodedImage, "path" | "widthPx" | "heightPx">,
    faces: readonly Face[],
    signal?: AbortSignal,
  ): Promise<{ readonly faces: readonly Face[]; readonly warnings: readonly string[] }>;
  close(): Promise<void>;
}

/**
 * Reads and checks files that toolboxes wrote, and finds our images in them. Memory grows with the number of rows by
 * some 100 bytes each: measurements are read again when an image comes up.
 *
 * @param imagePaths all images that will be asked for.
 * @throws {ConfigurationError} if a file cannot be used, or is about none of the images.
 */
export async function importEvidence(
  files: readonly EvidenceFile[],
  imagePaths: readonly string[],
  signal?: AbortSignal,
): Promise<ImportedEvidence> {
  const sources: { readonly index: EvidenceIndex; readonly match: ImageMatch }[] = [];
  for (const file of files) {
    const index = await indexEvidence(file, signal);
    sources.push({ index, match: matchImages(index, imagePaths) });
  }
  return {
    toolboxes: files.map(({ toolbox, supports }) => ({ id: toolbox, supports })),
    warnings: sources.flatMap(({ index, match }) => [
      ...index.evidence.warnings.map((warning) => `${warning} (\`${index.evidence.path}\`)`),
      ...match.warnings,
    ]),
    async attach(image, faces, stop) {
      let joined = faces;
      const warnings: string[] = [];
      for (const { index, match } of sources) {
        const positions = match.rowsOf(image.path);
        if (positions === undefined) continue;
        const placed = placeImportedFaces(await index.evidence.rowsAt(positions, stop), image, joined);
        warnings.push(...placed.warnings);
        joined = attachMeasurements(joined, placed.measurements);
      }
      return { faces: joined, warnings };
    },
    async close() {
      for (const file of files) await file.close();
    },
  };
}

/**
 * Gives each measurement of one toolbox to the face it overlaps most, no face twice, best pairs first. What overlaps no
 * face becomes a face of its own. Faces are numbered anew from left to right.
 */
export function attachMeasurements(faces: readonly Face[], measurements: readonly FaceMeasurement[]): readonly Face[] {
  if (measurements.length === 0) return faces;
  const pairs = measurements.flatMap((measurement, index) =>
    faces.flatMap((face, of) => {
      const overlap = boxOverlap(face.box, measurement.box);
      return overlap >= LEAST_OVERLAP ? [{ index, of, overlap }] : [];
    }),
  );
  const faceOf = new Map<number, number>();
  const taken = new Set<number>();
  for (const { index, of } of pairs.sort((a, b) => b.overlap - a.overlap)) {
    if (faceOf.has(index) || taken.has(of)) continue;
    faceOf.set(index, of);
    taken.add(of);
  }
  const added = new Map([...faceOf].map(([index, of]) => [of, measurements[index] as FaceMeasurement]));
  const joined = faces.map((face, of) => withMeasurement(face, added.get(of)));
  const alone = measurements.filter((_, index) => !faceOf.has(index));
  if (alone.length === 0) return joined;
  return numberedFromLeft([...joined, ...alone.map((one) => ({ faceId: "", box: one.box, measurements: [one] }))]);
}

function withMeasurement(face: Face, measurement: FaceMeasurement | undefined): Face {
  return measurement === undefined ? face : { ...face, measurements: [...face.measurements, measurement] };
}

function numberedFromLeft(faces: readonly Face[]): readonly Face[] {
  const centre = ({ box }: Face): number => box.leftPx + box.widthPx / 2;
  return [...faces].sort((a, b) => centre(a) - centre(b)).map((face, index) => ({ ...face, faceId: `F${index + 1}` }));
}
