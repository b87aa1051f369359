import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { NetworkReference } from "../domain/report.ts";

/** Numbers that lie close together for faces of one person: float [n]. They say who it is, so no result holds them. */
export type PersonDescriptor = readonly number[];

/** Tells whether two faces are of one person. It knows no names, and compares only what it is given. */
export interface FaceIdentity {
  /** The network behind it, for the provenance of a study. */
  readonly network: NetworkReference;
  /** Euclidean distance of descriptors up to which two faces count as one person's. */
  readonly samePersonUpTo: number;
  /**
   * Describes the person; `null` when the face is too small or has no landmarks.
   *
   * @throws {InferenceError} if the network fails.
   */
  describe(image: DecodedImage, face: Face, signal?: AbortSignal): Promise<PersonDescriptor | null>;
  /** Ends its worker after the calls under way. */
  close(): Promise<void>;
}

/** Euclidean distance between two descriptors of the same network. */
export function personDistance(a: PersonDescriptor, b: PersonDescriptor): number {
  if (a.length !== b.length) throw new RangeError(`Descriptors of ${a.length} and ${b.length} numbers do not compare`);
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - (b[index] as number)) ** 2, 0));
}
