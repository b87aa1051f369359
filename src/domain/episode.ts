import { z } from "zod";
import { Scale } from "./measurement.ts";

/** One frame of a clip, with what a curve is there. */
export const EpisodeMoment = z.strictObject({
  timeS: z.number(),
  /** Number of the frame among those measured. */
  frame: z.int().min(0),
  value: z.number(),
});
export type EpisodeMoment = z.infer<typeof EpisodeMoment>;

/** What changes in an episode: an action unit of the whole face, or one label of a classifier. */
export const EpisodeCurve = z.strictObject({
  kind: z.enum(["action unit", "expression"]),
  /** `AU12`, `happiness`. */
  name: z.string().min(1),
  /** Toolbox or network, as in the measurement. */
  source: z.string().min(1),
  scale: Scale,
});
export type EpisodeCurve = z.infer<typeof EpisodeCurve>;

/** A facial event: something rises from where it rested, is strongest, and goes back. */
export const Episode = z.strictObject({
  /** Whose, as in `faces.csv`. */
  trackId: z.string(),
  curve: EpisodeCurve,
  /** The last frame before it rises; `null` when that was not seen: the face came, or the shot began, with it. */
  onset: EpisodeMoment.nullable(),
  /** The first frame at its highest. */
  apex: EpisodeMoment,
  /** The first frame back at rest; `null` when that was not seen. */
  offset: EpisodeMoment.nullable(),
  /** How often it was highest and fell, before it was gone. */
  peaks: z.int().min(1),
  /** Steepest rise before the apex and steepest fall after it, per second; `null` where no onset or offset was seen. */
  onsetSpeed: z.number().nullable(),
  offsetSpeed: z.number().nullable(),
  /** Weaker side by stronger side at the apex, 1 for the same on both; `null` when sides are not measured. */
  symmetry: z.number().min(0).max(1).nullable(),
  /** Frames that it was seen for, and how many of them were not measured and lie on a line between their neighbours. */
  frames: z.int().min(1),
  interpolated: z.int().min(0),
  /** What counts as the same value, and the least that a curve has to rise and fall to count: in its own unit. */
  noise: z.number(),
  leastRise: z.number(),
});
export type Episode = z.infer<typeof Episode>;
