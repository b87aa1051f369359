import type { PixelBox } from "../../domain/geometry.ts";
import type { Face, Gaze, HeadPose } from "../../domain/measurement.ts";

/** A person as the relations between people need them: the face, and what the first toolbox that has it says of it. */
export interface Person {
  readonly faceId: string;
  readonly box: PixelBox;
  readonly headPose: HeadPose | null;
  /** Relative to the head; `null` when closed eyes or the toolbox leave it open. */
  readonly gaze: Gaze | null;
  /** 0..1; `null` when no toolbox says. */
  readonly quality: number | null;
  readonly toolbox: string;
}

/** Head pose and gaze are taken from one toolbox: angles of two do not add up. */
export function personOfFace({ faceId, box, measurements }: Face): Person {
  const posed = measurements.find(({ headPose }) => headPose !== null);
  const used = posed ?? measurements[0];
  return {
    faceId,
    box,
    headPose: posed?.headPose ?? null,
    gaze: posed?.gaze ?? null,
    quality: used?.quality?.overall ?? null,
    toolbox: used?.toolbox ?? "none",
  };
}
