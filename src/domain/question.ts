import type { EvidenceItem } from "./evidence.ts";
import type { ImageView } from "./image.ts";

/** What a user wants to know of an image. */
export interface Question {
  readonly text: string;
  /** What the user states of the situation, `null` when nothing. */
  readonly context: string | null;
  /** The labels to choose from; other labels are then novel. `null` leaves them open. */
  readonly labels: readonly string[] | null;
}

/** What is asked when the user asks nothing else. */
export const DEFAULT_QUESTION = "What emotions are shown, and which facial cues and context tell you?";

/** A labelled example that is put before the question. It is an item of the ledger, so that it can be cited. */
export interface ShownExemplar {
  /** Its id in the store, for provenance. */
  readonly id: string;
  /** Of kind `exemplar`: its category, caption, similarity and measurements in one statement. */
  readonly item: EvidenceItem;
  /** `null` when only its description is shown. */
  readonly view: ImageView | null;
}
