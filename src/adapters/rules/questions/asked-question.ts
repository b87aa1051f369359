import type { FastMovement } from "./clip-questions.ts";
import type { HeldSo } from "./pose-questions.ts";
import type { Target } from "./question-targets.ts";

/** A side of the person's own face; `one`: either, but not both alike. */
export type AskedSide = "left" | "right" | "one";

/** What kind of answer a question wants. */
export type QuestionKind =
  | {
      readonly kind:
        | "describe"
        | "certainty"
        | "context-effect"
        | "expected"
        | "alternatives"
        | "distribution"
        | "odd-one-out"
        | "smile-type"
        | "fit"
        | "sign"
        | "networks"
        | "words"
        | "least-likely"
        | "strongest-unit";
    }
  /** What the face alone is read as, or whether it is read as this, or as another or the same as with the context. */
  | { readonly kind: "face-alone"; readonly target: Target | null; readonly asks: "what" | "if other" | "if same" }
  /** How the head is held, or where somebody looks; `is`: whether so, where that was asked and can be told. */
  | { readonly kind: "pose"; readonly of: "head"; readonly is: HeldSo | null }
  | { readonly kind: "pose"; readonly of: "gaze"; readonly is: "at the camera" | "away from the camera" | null }
  /** The mean over the faces. */
  | { readonly kind: "average"; readonly target: Target }
  /** The two faces that are read most alike. */
  | { readonly kind: "closest-pair" }
  /** `side`: only those that are stronger there, on either side for `one`. `units`: those of a part of the face. `null`: all. */
  | { readonly kind: "action-units"; readonly side: AskedSide | null; readonly units: readonly string[] | null }
  /** `asksWho`: for the faces and not for yes or no. */
  | { readonly kind: "same-expression"; readonly asksWho: boolean }
  /** Whether the first face that is named shows more, or less, of it than the others. */
  | {
      readonly kind: "compare" | "how-much-more";
      readonly target: Target;
      readonly most: boolean;
      readonly first: string;
    }
  /** Which face is read most or least surely. */
  | { readonly kind: "surest"; readonly most: boolean }
  /** What the context does to one expression. */
  | { readonly kind: "context-on"; readonly target: Target; readonly more: boolean }
  /** Which face shows most or least of it, all of them in order, or those that show it at all. */
  | { readonly kind: "which" | "rank"; readonly target: Target; readonly most: boolean }
  | { readonly kind: "who" | "who-not"; readonly target: Target }
  | { readonly kind: "count"; readonly target: Target | null }
  /** `ofAll`: whether every face shows it. */
  | { readonly kind: "presence"; readonly target: Target; readonly ofAll?: true }
  | {
      readonly kind: "strength" | "side" | "when" | "why-not" | "what-would-make";
      readonly target: Target;
    }
  /** `byUnits`: by action units alone. */
  | { readonly kind: "why"; readonly target: Target | null; readonly byUnits: boolean }
  /** Of which of them the first is shown more than the second, or whether all of them are shown. */
  | { readonly kind: "more-than" | "all-present"; readonly targets: readonly Target[] }
  /** What an action unit is, and what would take away what is read. */
  | { readonly kind: "meaning" | "what-would-end"; readonly target: Target }
  /** Of a clip: blinks and their like; and what is said, by whom and when: while somebody shows the target, or with these words. */
  | { readonly kind: "movement"; readonly movement: FastMovement }
  /** Whether two people look at each other, and how somebody's voice is. */
  | { readonly kind: "mutual-gaze" | "voice" }
  | { readonly kind: "speech"; readonly during: Target | null; readonly words: string | null }
  /** Which FACS prototype is shown, or whether this one is. */
  | { readonly kind: "prototype"; readonly target: Target | null }
  /** What speaks against it, or against whatever is on top. */
  | { readonly kind: "against"; readonly target: Target | null }
  | { readonly kind: "affect"; readonly dimensions: readonly ("valence" | "arousal")[] }
  | { readonly kind: "choice"; readonly labels: readonly string[] }
  /** No target: every label. */
  | { readonly kind: "rating"; readonly targets: readonly Target[]; readonly from: number; readonly to: number }
  | { readonly kind: "unanswerable"; readonly reason: string };

export type AskedQuestion = QuestionKind & {
  /** The faces that it is about, all when it names none. */
  readonly faceIds: readonly string[];
};
