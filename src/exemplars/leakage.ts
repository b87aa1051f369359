import type { Exemplar } from "../domain/exemplar.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import { hashDistance, mirroredHash, perceptualHash, SAME_IMAGE_BITS } from "../domain/perceptual-hash.ts";
import type { ExemplarIdentity } from "../ports/exemplar-store.ts";

/** By what an image is known again. */
export interface ImageIdentity {
  readonly sha256: string;
  /** Of the whole image, as it is and mirrored. Empty for a plain surface. */
  readonly hashes: readonly string[];
  /** Of each face, as it is and mirrored. */
  readonly regionHashes: readonly string[];
}

/** Hashes an image and its faces for {@link leakReason}. */
export function identifyImage(image: DecodedImage, faceBoxes: readonly PixelBox[]): ImageIdentity {
  const both = (box: PixelBox | null) =>
    [perceptualHash(image, box), mirroredHash(image, box)].filter((hash) => hash !== null);
  return { sha256: image.sha256, hashes: both(null), regionHashes: faceBoxes.flatMap(both) };
}

/** What {@link leakReason} needs to know of an exemplar. */
export function identityOf({ id, category, image, regionHash }: Exemplar): ExemplarIdentity {
  return { id, category, imageSha256: image.sha256, imageHash: image.hash, regionHash };
}

/**
 * Why an exemplar would give the answer away: it is the query's own image, a copy of it (scaled, re-encoded,
 * mirrored), or the same face cut from it. `undefined` when it would not.
 */
export function leakReason(query: ImageIdentity, exemplar: ExemplarIdentity): string | undefined {
  if (exemplar.imageSha256 === query.sha256) return "it is the same image";
  const hash = exemplar.imageHash;
  if (hash !== null && query.hashes.some((own) => isCopy(own, hash))) return "it is nearly the same image";
  const cut = exemplar.regionHash ?? hash;
  if (cut !== null && query.regionHashes.some((own) => isCopy(own, cut))) return "it shows nearly the same face";
  return undefined;
}

function isCopy(a: string, b: string): boolean {
  return hashDistance(a, b) <= SAME_IMAGE_BITS;
}
