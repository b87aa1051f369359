/** How examples are put before a question: as images, as what many have in common, or as what labels mean at all. */
export const SHOT_MODES = ["images", "descriptions", "both", "definitions"] as const;
export type ShotMode = (typeof SHOT_MODES)[number];
