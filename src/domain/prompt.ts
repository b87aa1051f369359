import type { ImageView } from "./image.ts";
import type { PromptReference } from "./report.ts";

/** A piece of a message: words, or an image. */
export type PromptPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly view: ImageView };

/** What a model is told, before any vendor's message format. */
export interface Prompt {
  /** Who it is and what the rules are. */
  readonly system: string;
  /** The first message of the user, images and words in order. */
  readonly user: readonly PromptPart[];
  /** The files it was made from. */
  readonly references: readonly PromptReference[];
}

/** What a model finally said: something structured, still to be checked, or only words. */
export type ModelAnswer =
  | {
      readonly type: "structured";
      readonly value: unknown;
      /** Objects that stood before it in the same message, and were not taken. */
      readonly drafts?: number;
    }
  | { readonly type: "prose"; readonly text: string };

/** An image with its caption before it, so that a model with several images knows which is which. */
export function captionOf(view: ImageView): string {
  return `Image: ${view.caption} (${view.widthPx} x ${view.heightPx} px)`;
}
