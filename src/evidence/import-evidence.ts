import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { hashOfFile } from "../platform/hash.ts";
import type { EvidenceFile } from "../ports/evidence-file.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { indexEvidence } from "./evidence-index.ts";
import { matchImages } from "./match-images.ts";
import { placeImportedFaces } from "./place-imported-faces.ts";

/** So many different things about single rows are worth saying; a study may have a hundred thousand. */
const MOST_ROW_WARNINGS = 20;

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
  signal?: AbortSignal,
): Promise<FerToolbox> {
  const index = await indexEvidence(file, signal);
  const match = matchImages(index, imagePaths);
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
  if (!(await stat(path)).isFile()) return [];
  return [{ id: basename(path), sha256: await hashOfFile(path, signal) }];
}
