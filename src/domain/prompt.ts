import type { ClipView, ImageView } from "./image.ts";
import type { PromptReference } from "./report.ts";

/** A piece of a message: words, an image, or a clip, which only models that take video are sent. */
export type PromptPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly view: ImageView }
  | { readonly type: "video"; readonly view: ClipView };

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

/** What stands before an image or a clip, so that a model with several knows which is which. */
export function captionOf(view: ImageView | ClipView): string {
  const kind = view.mimeType === "video/mp4" ? "Video" : "Image";
  return `${kind}: ${view.caption} (${view.widthPx} x ${view.heightPx} px)`;
}
