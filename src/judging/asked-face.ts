import { ConfigurationError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { blurFaces } from "../measuring/blur-faces.ts";

/** @param where of several images the one, as ` in a.jpg`. @throws {ConfigurationError} if the one face that is asked about was not found. */
export function checkFace(face: string | null | undefined, faces: readonly Face[], where = ""): void {
  if (face == null || faces.some(({ faceId }) => faceId === face)) return;
  const found = faces.length === 0 ? "no face was found" : `there are ${faces.map(({ faceId }) => faceId).join(", ")}`;
  throw new ConfigurationError(`Cannot ask about face ${face}${where}: ${found}`);
}

interface FaceQuery {
  readonly face?: string | null;
  readonly question?: string;
}

/** Those asked about: the one face, or those that the question names. */
export function askedFaces({ face, question = "" }: FaceQuery): ReadonlySet<string> {
  return new Set(face == null ? question.match(/\bF[1-9][0-9]*\b/g) : [face]);
}

/**
 * The image without the likeness of anybody but those asked about: the one face, or those that the question names.
 *
 * @throws {ConfigurationError} if it names none.
 */
export async function blurOtherFaces(
  image: DecodedImage,
  faces: readonly Face[],
  query: FaceQuery,
): Promise<DecodedImage> {
  const asked = askedFaces(query);
  if (asked.size === 0) throw new ConfigurationError("Whose face is not to be blurred? Say so, as in --face F1");
  return blurFaces(
    image,
    faces.filter(({ faceId }) => !asked.has(faceId)).map(({ box }) => box),
  );
}
