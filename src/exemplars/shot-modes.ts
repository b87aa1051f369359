/** How examples are put before a question: as images, as what many have in common, or as what labels mean at all. */
export const SHOT_MODES = ["images", "descriptions", "both", "definitions"] as const;
export type ShotMode = (typeof SHOT_MODES)[number];

/** What an evaluation shows beside one another: the modes, and images of which none is of what a category is not. */
export const SHOWN_EXAMPLES = [...SHOT_MODES, "images without negatives"] as const;
export type ShownExamples = (typeof SHOWN_EXAMPLES)[number];
