import type { DecodedImage } from "../domain/image.ts";
import type { Face, FaceMeasurement, ToolboxId, ToolboxScore, ToolboxSupport } from "../domain/measurement.ts";
import type { NetworkReference } from "../domain/report.ts";

/** Measures faces in one image. Holds weights, keeps no state between calls. */
export interface FerToolbox {
  /** Id and version, copied into every measurement so that a report can be replayed, e.g. `"mesh@5"`. */
  readonly id: ToolboxId;
  /** What it can measure at all. A missing action unit here means "not supported", never "absent". */
  readonly supports: ToolboxSupport;
  /** Scores of its own that it may give, of no common scale. Without it, none. */
  readonly scores?: readonly Pick<ToolboxScore, "name" | "range">[];
  /** The networks behind it, for the provenance of a report. */
  readonly networks: readonly NetworkReference[];
  /**
   * How many images it would like to be given at once: a toolbox that is slow to start measures those that wait in one
   * start. Without it, a few.
   */
  readonly imagesAtOnce?: number;
  /** Present where images are declared mirrored. */
  readonly mirrored?: true;
  /** What every report that uses it must say about it, one sentence each: that it saw no smile in a known smile. */
  readonly warnings?: readonly string[];
  /** @throws {InferenceError} if a network fails. No face found is an empty array. */
  measure(image: DecodedImage, signal?: AbortSignal): Promise<readonly FaceMeasurement[]>;
  /**
   * Measures when others have found the faces: called instead of `measure`, after them, by toolboxes that may not know
   * where a face is.
   */
  measureGiven?(image: DecodedImage, faces: readonly Face[], signal?: AbortSignal): Promise<readonly FaceMeasurement[]>;
  /**
   * Measures the action units of a face again, against the same person's resting face, both as this toolbox measured
   * them. Left out by toolboxes that cannot. The caller makes sure that it is one person.
   */
  againstNeutral?(face: FaceMeasurement, neutral: FaceMeasurement): FaceMeasurement;
  /** Ends workers and child processes after the calls under way. */
  close(): Promise<void>;
}
