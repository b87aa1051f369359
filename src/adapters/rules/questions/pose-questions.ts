import type { QuestionKind } from "./asked-question.ts";
import { ASKS_WHAT, WHY, YES_NO } from "./question-wording.ts";

const HEAD =
  /\b(?:heads?|faces?|chin|he|she|they|f\d+)\b.*\b(?:turn(?:ed|s|ing)?|tilt(?:ed|s|ing)?|bow(?:ed|s)|rotat\w*|orient\w*|frontal|in profile|fac(?:e|es|ing) (?:the )?(?:camera|front))\b|\bhead (?:pose|position|orientation|angle|up|down|lowered|raised|straight)\b|\b(?:yaw|head pitch|roll)\b|\bchin (?:up|down|raised|lowered)\b/;
/** "Where does F1 look?", "Who is looking at the camera?" */
export const GAZE =
  /^(?:who|whom|where|what|which|is|are|does|do)\b.*\b(?:look(?:s|ing)?|star(?:es?|ing)|gaz(?:es?|ing)) (?:at|away|aside|down|up|into|toward\w*)\b|^where\b.*\blook(?:s|ing)?\b|\beye contact\b|\bgaz(?:e|es|ing)\b/;

/** A question about how a head is held or where somebody looks; `undefined` where it is about neither. */
export function poseIn(lower: string): QuestionKind | undefined {
  if (WHY.test(lower) || /\bwould\b/.test(lower)) return undefined;
  if (!YES_NO.test(lower) && !ASKS_WHAT.test(lower) && !/^(?:where|whom?|at whom)\b/.test(lower)) return undefined;
  const isYesNo = YES_NO.test(lower);
  if (GAZE.test(lower))
    return { kind: "pose", of: "gaze", is: isYesNo && AT_CAMERA.test(lower) ? cameraIn(lower) : null };
  return HEAD.test(lower) ? { kind: "pose", of: "head", is: isYesNo ? heldSoIn(lower) : null } : undefined;
}

const AT_CAMERA = /\b(?:camera|lens|at (?:me|us|you)|viewer)\b/;

function cameraIn(lower: string) {
  return /\b(?:away|aside|not|isn't|aren't|doesn't|don't)\b/.test(lower) ? "away from the camera" : "at the camera";
}

/** How a yes-or-no question has a head held. */
export type HeldSo = "straight" | "tilted" | "lowered" | "raised" | "turned";

/** `null`: left and right may be the viewer's or the person's own, so that neither yes nor no is told. The first that fits. */
const HELD: readonly (readonly [RegExp, HeldSo | null])[] = [
  [/\b(?:left|right)\b/, null],
  [/\b(?:straight|frontal|facing|faces? the)\b/, "straight"],
  [/\btilt/, "tilted"],
  [/\b(?:lower\w*|bow\w*|down)\b/, "lowered"],
  [/\b(?:rais\w*|up)\b/, "raised"],
  [/\b(?:turn|rotat|profile)/, "turned"],
];

function heldSoIn(lower: string): HeldSo | null {
  return HELD.find(([wording]) => wording.test(lower))?.[1] ?? null;
}
