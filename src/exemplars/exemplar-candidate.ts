import { z } from "zod";
import type { ExemplarLabel } from "../domain/exemplar.ts";
import { PixelBox } from "../domain/geometry.ts";
import type { FaceMeasurement } from "../domain/measurement.ts";

/** An exemplar before its image was opened. */
export interface ExemplarCandidate {
  readonly label: ExemplarLabel;
  /** Where the image is on this machine. */
  readonly path: string;
  /** How the exemplar will name the image: a path, or `npm:<package>/<file>` for one that a dependency ships. */
  readonly name: string;
  /** SHA-256 that the image's file must have; `null` when nobody recorded it. */
  readonly sha256: string | null;
  readonly region: PixelBox | null;
  readonly pack: string | null;
  /** Line of the pack or table, `null` when there are no lines. */
  readonly line: number | null;
  /** Measured before, elsewhere. Used only when the toolbox in use is the same one. */
  readonly measurements: readonly FaceMeasurement[] | null;
}

/** What a file of exemplars held. */
export interface CandidateList {
  readonly candidates: readonly ExemplarCandidate[];
  /** Entries that cannot be used. Nothing may be imported while there are any, unless the user says so. */
  readonly problems: readonly { readonly line: number | null; readonly reason: string }[];
}

/** Region in source pixels as people write it: `left,top,width,height`. */
export const RegionText = z
  .string()
  .regex(/^ *-?[0-9]+(\.[0-9]+)?( *, *-?[0-9]+(\.[0-9]+)?){3} *$/, "a region is left,top,width,height in pixels")
  .transform((text) => {
    const [leftPx, topPx, widthPx, heightPx] = text.split(",").map(Number);
    return { leftPx, topPx, widthPx, heightPx };
  })
  .pipe(PixelBox);
