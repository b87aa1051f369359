import type { DecodedImage } from "../domain/image.ts";
import type { Face, FaceMeasurement, ToolboxId, ToolboxSupport } from "../domain/measurement.ts";
import type { EvidenceFile } from "../ports/evidence-file.ts";
import { type EvidenceIndex, indexEvidence } from "./evidence-index.ts";
import { matchFaces } from "./match-faces.ts";
import { type ImageMatch, matchImages } from "./match-images.ts";
import { placeImportedFaces } from "./place-imported-faces.ts";

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
 * Joins one more toolbox's measurements to faces that were joined before, by the same rule. What overlaps no face
 * becomes a face of its own; faces are numbered anew from left to right.
 */
export function attachMeasurements(faces: readonly Face[], measurements: readonly FaceMeasurement[]): readonly Face[] {
  if (measurements.length === 0) return faces;
  const byToolbox = new Map<ToolboxId, FaceMeasurement[]>();
  for (const measurement of faces.flatMap((face) => face.measurements)) {
    const own = byToolbox.get(measurement.toolbox);
    if (own === undefined) byToolbox.set(measurement.toolbox, [measurement]);
    else own.push(measurement);
  }
  return matchFaces([...byToolbox.values(), measurements]);
}
