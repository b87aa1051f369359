import { z } from "zod";
import { PixelBox } from "../domain/geometry.ts";

/** One person through a video, as far as it has been seen. Plain data, so that a study can go on where it ended. */
export const FaceTrack = z.strictObject({
  id: z.string(),
  /** Where the face was when it was last seen. */
  box: PixelBox,
  /** How its middle moved there, source pixels per second. */
  velocity: z.strictObject({ xPxPerS: z.number(), yPxPerS: z.number() }),
  lastSeenS: z.number(),
  /** What the face looked like then, see face-patch.ts. */
  patch: z.array(z.number()),
  /** Mean descriptor of who it is, over how many looks, and when the last of them was; `null` before the first. */
  person: z.strictObject({ descriptor: z.array(z.number()), looks: z.int(), lookedAtS: z.number() }).nullable(),
});
export type FaceTrack = z.infer<typeof FaceTrack>;

/** All tracks of a video so far, and how many ids have been given out. */
export const TrackingState = z.strictObject({ count: z.int().min(0), tracks: z.array(FaceTrack) });
export type TrackingState = z.infer<typeof TrackingState>;

export const NO_TRACKS: TrackingState = { count: 0, tracks: [] };
