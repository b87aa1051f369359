import { z } from "zod";
import { ActionUnitName, Presence, Scale } from "./measurement.ts";

/** What one toolbox says of one action unit on the whole face. */
export const ToolboxVote = z.strictObject({
  toolbox: z.string(),
  /** `uncertain` also when its own models differ, as OpenFace's intensity and presence models may. */
  presence: Presence,
  /** Each scale on its own: they are never averaged. */
  scales: z.array(z.strictObject({ scale: Scale, presence: Presence, values: z.array(z.number()) })),
});
export type ToolboxVote = z.infer<typeof ToolboxVote>;

/** What several toolboxes say of one action unit on one face. */
export const UnitConsensus = z.strictObject({
  faceId: z.string(),
  au: ActionUnitName,
  votes: z.array(ToolboxVote),
  /** Toolboxes that measured this face and not this action unit: neither for nor against. */
  silent: z.array(z.string()),
  /** `present` or `absent` when all who decide say so, `disputed` when they differ, `undecided` when none decides. */
  verdict: z.enum(["present", "absent", "disputed", "undecided"]),
  /** Share of the deciding toolboxes that say present, 0..1; `null` when none decides. */
  presentShare: z.number().min(0).max(1).nullable(),
});
export type UnitConsensus = z.infer<typeof UnitConsensus>;
