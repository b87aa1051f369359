import { ConfigurationError } from "../domain/errors.ts";
import type { RowPosition } from "../ports/evidence-file.ts";
import type { EvidenceIndex, ImageRows } from "./evidence-index.ts";
import { sharedFolders, trailingNumber } from "./image-names.ts";

/** Which rows of a toolbox's file belong to which of our images. */
export interface ImageMatch {
  /** `undefined`: the file says nothing about this image, which is not the same as "no face". */
  rowsOf(imagePath: string): readonly RowPosition[] | undefined;
  readonly warnings: readonly string[];
}

/**
 * Finds our images in a toolbox's file: by name, by name without ending (a toolbox was given converted copies, or wrote
 * a file per image), or by frame number when the file is about one video or sequence and our images are its frames.
 *
 * @throws {ConfigurationError} if no image can be found in it, or its frames cannot be these images.
 */
export function matchImages(index: EvidenceIndex, imagePaths: readonly string[]): ImageMatch {
  const rows = new Map<string, readonly RowPosition[]>();
  const warnings: string[] = [];
  const missing: string[] = [];
  for (const path of imagePaths) {
    const found = findByName(index, path, warnings);
    if (found === undefined) missing.push(path);
    else rows.set(path, found);
  }
  if (rows.size === 0 && imagePaths.length > 0) {
    const byFrame = matchFrames(index, imagePaths, warnings);
    return { rowsOf: (path) => byFrame.get(path), warnings };
  }
  if (missing.length > 0) {
    warnings.push(
      `${index.evidence.title} has no row about ${listed(missing)}: there it counts as not measured (\`${index.evidence.path}\`)`,
    );
  }
  return { rowsOf: (path) => rows.get(path), warnings };
}

function findByName(index: EvidenceIndex, path: string, warnings: string[]): readonly RowPosition[] | undefined {
  const exact = index.named(path);
  const candidates = exact.length > 0 ? exact : index.likeNamed(path);
  const stills = candidates.filter(({ frames }) => frames.size === 1);
  const nearest = Math.max(...stills.map((image) => sharedFolders(image.path, path)));
  const best = stills.filter((image) => sharedFolders(image.path, path) === nearest);
  if (best.length > 1) {
    warnings.push(
      `${index.evidence.title} measured ${listed(best.map((image) => image.path))}: ` +
        `which of them is ${path} cannot be told, so that none is used`,
    );
    return undefined;
  }
  return best[0] === undefined ? undefined : onlyFrame(best[0]);
}

function onlyFrame(image: ImageRows): readonly RowPosition[] {
  return [...image.frames.values()].flatMap(({ positions }) => positions);
}

function matchFrames(
  index: EvidenceIndex,
  imagePaths: readonly string[],
  warnings: string[],
): ReadonlyMap<string, readonly RowPosition[]> {
  const [sequence] = index.images;
  if (sequence === undefined || index.images.length > 1) throw namesNone(index, imagePaths);
  const frames = [...sequence.frames.values()];
  if (frames.length === 1 && imagePaths.length === 1 && !sequence.named) {
    return new Map([[imagePaths[0] as string, onlyFrame(sequence)]]);
  }
  if (frames.length === 1) throw namesNone(index, imagePaths);
  const numbers = imagePaths.map(trailingNumber);
  if (numbers.every((number) => number !== undefined && sequence.frames.has(number))) {
    return new Map(imagePaths.map((path, i) => [path, sequence.frames.get(numbers[i] as number)?.positions ?? []]));
  }
  if (frames.length !== imagePaths.length) throw otherFrames(index, frames.length, imagePaths);
  const { path, title } = index.evidence;
  warnings.push(
    `${title}'s frames were matched to the images in the order of their names, as it does not name them (\`${path}\`)`,
  );
  const inOrder = [...frames].sort((a, b) => (a.frame ?? 0) - (b.frame ?? 0));
  return new Map([...imagePaths].sort().map((image, i) => [image, inOrder[i]?.positions ?? []]));
}

function namesNone({ evidence, images }: EvidenceIndex, imagePaths: readonly string[]): ConfigurationError {
  const named = images.filter((image) => image.named).map((image) => image.path);
  const about = named.length > 0 ? `it is about ${listed(named)}` : "it does not name its images in a column `input`";
  return new ConfigurationError(
    `Cannot import measurements as none of them is about ${listed(imagePaths)}: ${about}: \`${evidence.path}\``,
  );
}

function otherFrames({ evidence }: EvidenceIndex, frames: number, imagePaths: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `Cannot import measurements as they are about ${frames} frames, which cannot be the ${imagePaths.length} ` +
      `${imagePaths.length === 1 ? "image" : "images"} given (name the image of each row in a column \`input\`): \`${evidence.path}\``,
  );
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(", ");
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
