import { ConfigurationError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { RowPosition } from "../ports/evidence-file.ts";
import type { EvidenceIndex, FrameRows, ImageRows } from "./evidence-index.ts";
import { boxesOfFrames, frameOffset } from "./frame-offset.ts";
import { isVideoName, sharedFolders, trailingNumber } from "./image-names.ts";
import { findVideo, type VideoRows } from "./match-video.ts";

/** Which rows of a toolbox's file belong to which of our images. */
interface ImageMatch {
  /** `undefined`: the file says nothing about this image, which is not the same as "no face". */
  rowsOf(image: Pick<DecodedImage, "path" | "frame">): readonly RowPosition[] | undefined;
  readonly warnings: readonly string[];
}

/**
 * Finds our images in a toolbox's file: by name, by name without ending (a toolbox was given converted copies, or wrote
 * a file per image), or by frame number when the file is about one video or sequence and our images are its frames. The
 * frames of a video of ours are found by their time.
 *
 * @param look finds the faces of an image, by which frames that are counted from 0 and from 1 are told apart.
 * @throws {ConfigurationError} if no image can be found in it, or its frames cannot be these images.
 */
export async function matchImages(
  index: EvidenceIndex,
  imagePaths: readonly string[],
  look?: LookAtImage,
): Promise<ImageMatch> {
  const rows = new Map<string, readonly RowPosition[]>();
  const videos = new Map<string, VideoRows>();
  const warnings: string[] = [...index.warnings];
  const missing: string[] = [];
  for (const path of imagePaths) {
    const video = isVideoName(path) ? findVideo(index, path, imagePaths) : undefined;
    const found = isVideoName(path) ? undefined : findByName(index, path, warnings);
    if (video !== undefined) videos.set(path, video);
    else if (found === undefined) missing.push(path);
    else rows.set(path, found);
  }
  if (rows.size + videos.size === 0 && imagePaths.length > 0) {
    const byFrame = await matchFrames(index, { imagePaths, warnings, look });
    return { rowsOf: ({ path }) => byFrame.get(path), warnings };
  }
  if (missing.length > 0) {
    warnings.push(
      `${index.evidence.title} has no row about ${listed(missing)}: there it counts as not measured (\`${index.evidence.path}\`)`,
    );
  }
  return {
    rowsOf: ({ path, frame }) => (frame === undefined ? rows.get(path) : videos.get(path)?.at(frame)),
    warnings,
  };
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

type MatchedFrames = ReadonlyMap<string, readonly RowPosition[]>;

/** Boxes of the faces that a toolbox which runs here finds in an image. */
export type LookAtImage = (path: string) => Promise<readonly PixelBox[]>;

interface Matching {
  readonly imagePaths: readonly string[];
  readonly warnings: string[];
  readonly look?: LookAtImage | undefined;
}

async function matchFrames(index: EvidenceIndex, matching: Matching): Promise<MatchedFrames> {
  const { imagePaths } = matching;
  const [sequence] = index.images;
  if (sequence === undefined || index.images.length > 1) throw namesNone(index, imagePaths);
  const frames = [...sequence.frames.values()].sort(
    (a, b) => (a.frame ?? a.timeSec ?? 0) - (b.frame ?? b.timeSec ?? 0),
  );
  if (frames.length === 1 && imagePaths.length === 1 && !sequence.named) {
    if (imagePaths.some(isVideoName)) throw namesNoMoment(index, imagePaths);
    return new Map([[imagePaths[0] as string, onlyFrame(sequence)]]);
  }
  if (frames.length === 1 || imagePaths.some(isVideoName)) throw namesNone(index, imagePaths);
  return (await framesByNumber(sequence, index, matching)) ?? framesInOrder(frames, index, matching);
}

/** `undefined` unless every image's name ends with the number of a frame of its own. */
async function framesByNumber(
  sequence: ImageRows,
  index: EvidenceIndex,
  matching: Matching,
): Promise<MatchedFrames | undefined> {
  const { imagePaths, warnings } = matching;
  const numbers = imagePaths.map(trailingNumber);
  let offset = 0;
  if (sequence.frames.has(0) !== numbers.includes(0) && numbers.some((number) => number !== undefined)) {
    // One of the two counts from 0: one and the same number may mean another moment.
    if (sequence.frames.size === imagePaths.length) return undefined;
    const found = await offsetByOverlap(sequence, index, matching);
    if (found === undefined) throw otherStart(index.evidence, imagePaths, sequence.frames.has(0));
    offset = found;
  }
  const matched = new Map<string, readonly RowPosition[]>();
  imagePaths.forEach((path, i) => {
    const frame = numbers[i] === undefined ? undefined : sequence.frames.get(numbers[i] - offset);
    if (frame !== undefined) matched.set(path, frame.positions);
  });
  const missing = imagePaths.length - matched.size;
  // Where the boxes have told the offset, an image before the first frame or behind the last is just not in the file.
  if ((missing > 0 && offset === 0) || matched.size === 0 || new Set(numbers).size < imagePaths.length)
    return undefined;
  const how = offset === 0 ? "the number in their names" : "the number in their names and the overlap of boxes";
  // Some programs count frames from 0 and others from 1, so that a reader has to check it.
  warnings.push(
    `${index.evidence.title}'s frames were matched to the images by ${how}: ` +
      `frame ${(numbers[0] ?? 0) - offset} is ${imagePaths[0]} (\`${index.evidence.path}\`)`,
  );
  return matched;
}

/** So many images are looked at, spread over all. */
const MOST_LOOKS = 24;

async function offsetByOverlap(
  sequence: ImageRows,
  { evidence }: EvidenceIndex,
  { imagePaths, look }: Matching,
): Promise<number | undefined> {
  if (look === undefined) return undefined;
  const candidates = imagePaths.flatMap((path) => {
    const number = trailingNumber(path);
    if (number === undefined) return [];
    return [-1, 0, 1].every((step) => sequence.frames.has(number + step)) ? [{ path, number }] : [];
  });
  const every = Math.max(1, Math.ceil(candidates.length / MOST_LOOKS));
  const looked = candidates.filter((_, i) => i % every === 0);
  const ours = new Map<number, readonly PixelBox[]>();
  for (const { path, number } of looked) ours.set(number, await look(path));
  const theirs = await boxesOfFrames(
    evidence,
    sequence,
    looked.flatMap(({ number }) => [number - 1, number, number + 1]),
  );
  return frameOffset(ours, theirs);
}

function framesInOrder(
  frames: readonly FrameRows[],
  index: EvidenceIndex,
  { imagePaths, warnings }: Matching,
): MatchedFrames {
  if (frames.length !== imagePaths.length) throw otherFrames(index, frames.length, imagePaths);
  const byLetters = [...imagePaths].sort();
  const byNumbers = [...imagePaths].sort(compareByNumbers);
  const differs = byLetters.findIndex((path, i) => path !== byNumbers[i]);
  const { path, title } = index.evidence;
  if (differs >= 0) {
    throw new ConfigurationError(
      `Cannot import measurements as they do not name their images and the order of these is not certain: ` +
        `frame ${frames[differs]?.frame} is ${byLetters[differs]} by letters and ${byNumbers[differs]} by numbers ` +
        `(name the image of each row in a column \`input\`, or number the images with leading zeros): \`${path}\``,
    );
  }
  warnings.push(
    `${title}'s frames were matched to the images in the order of their names, as it does not name them (\`${path}\`)`,
  );
  return new Map(byLetters.map((image, i) => [image, frames[i]?.positions ?? []]));
}

/** "take9" before "take10", and otherwise the order of plain characters. */
function compareByNumbers(a: string, b: string): number {
  const padded = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
  return padded(a) < padded(b) ? -1 : Number(padded(a) > padded(b));
}

function namesNone({ evidence, images }: EvidenceIndex, imagePaths: readonly string[]): ConfigurationError {
  const named = images.filter((image) => image.named).map((image) => image.path);
  const about = named.length > 0 ? `it is about ${listed(named)}` : "it does not name its images in a column `input`";
  return new ConfigurationError(
    `Cannot import measurements as none of them is about ${listed(imagePaths)}: ${about}: \`${evidence.path}\``,
  );
}

function namesNoMoment({ evidence }: EvidenceIndex, imagePaths: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `Cannot import measurements as they do not say when in ${listed(imagePaths)} they were (add a column \`timestamp\` in ` +
      `seconds): \`${evidence.path}\``,
  );
}

function otherFrames({ evidence }: EvidenceIndex, frames: number, imagePaths: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `Cannot import measurements as they are about ${frames} frames, which cannot be the ${imagePaths.length} ` +
      `${imagePaths.length === 1 ? "image" : "images"} given (name the image of each row in a column \`input\`): \`${evidence.path}\``,
  );
}

function otherStart(
  { path }: EvidenceIndex["evidence"],
  imagePaths: readonly string[],
  rowsFromZero: boolean,
): ConfigurationError {
  const [theirs, ours] = rowsFromZero ? [0, 1] : [1, 0];
  return new ConfigurationError(
    `Cannot import measurements as its frames are counted from ${theirs} and ${listed(imagePaths)} may be counted ` +
      `from ${ours}, and boxes of faces do not tell which frame is which image (give as many images as it has frames, ` +
      `or name the image of each row in a column \`input\`): \`${path}\``,
  );
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(", ");
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
