import { z } from "zod";

/** One thing that Kuleshov can use: whether it is there, and what to do when it is not. */
export const HealthCheck = z.strictObject({
  group: z.enum(["machine", "networks", "toolboxes", "models", "model"]),
  name: z.string(),
  /** `ready` works; `missing` is optional and not here; `suspect` runs but cannot be trusted; `broken` should work and does not. */
  state: z.enum(["ready", "missing", "suspect", "broken"]),
  /** What was found, one phrase. */
  detail: z.string(),
  /** What to do about it, `null` when there is nothing to do. */
  remedy: z.string().nullable(),
});
export type HealthCheck = z.infer<typeof HealthCheck>;
