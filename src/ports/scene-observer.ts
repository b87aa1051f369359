import type { NewEvidence } from "../domain/evidence.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { NetworkReference } from "../domain/report.ts";

/** Finds in an image what is not a face's own doing: objects, postures, who looks where, hands over a face. */
export interface SceneObserver {
  /** Name and version, as it stands in the source of its items. */
  readonly id: string;
  /** The networks behind it, for the provenance of a report. */
  readonly networks: readonly NetworkReference[];
  /** Present where images are declared mirrored. */
  readonly mirrored?: true;
  /**
   * Ledger items, with regions where they have one. What cannot be told is an item of its own, or none, never a zero.
   *
   * @throws {InferenceError} if a network fails.
   */
  observe(
    scene: { readonly image: DecodedImage; readonly faces: readonly Face[] },
    signal?: AbortSignal,
  ): Promise<readonly NewEvidence[]>;
  /** Ends its workers after the calls under way. */
  close(): Promise<void>;
}
