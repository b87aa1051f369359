import { type HeadPose, STRAIGHT_BELOW_RAD } from "../../../domain/measurement.ts";
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
  if (GAZE.test(lower)) return { kind: "pose", of: "gaze" };
  return HEAD.test(lower) ? { kind: "pose", of: "head" } : undefined;
}

/** `null`: left and right may be the viewer's or the person's own, so that neither yes nor no is told. */
type Axis = readonly [wording: RegExp, isSo: ((pose: HeadPose) => boolean) | null];

const isStraight = (...angles: readonly number[]) => angles.every((angle) => Math.abs(angle) < STRAIGHT_BELOW_RAD);

/** Yes-or-no questions about a head, and what decides them; the first that fits. */
const AXES: readonly Axis[] = [
  [/\b(?:left|right)\b/, null],
  [/\b(?:straight|frontal|facing|faces? the)\b/, ({ yawRad, pitchRad }) => isStraight(yawRad, pitchRad)],
  [/\btilt/, ({ rollRad }) => !isStraight(rollRad)],
  [/\b(?:lower\w*|bow\w*|down)\b/, ({ pitchRad }) => pitchRad <= -STRAIGHT_BELOW_RAD],
  [/\b(?:rais\w*|up)\b/, ({ pitchRad }) => pitchRad >= STRAIGHT_BELOW_RAD],
  [/\b(?:turn|rotat|profile)/, ({ yawRad }) => !isStraight(yawRad)],
];

/** Whether a head is held as a yes-or-no question has it; `undefined` where the question wants no yes or no. */
export function isHeldSo(question: string, pose: HeadPose): boolean | undefined {
  const lower = question.toLowerCase();
  const axis = YES_NO.test(lower) ? AXES.find(([wording]) => wording.test(lower)) : undefined;
  return axis?.[1]?.(pose);
}

/** Whether a question wants to know if somebody looks at the camera. */
export function asksOfCamera(question: string): boolean {
  return YES_NO.test(question.toLowerCase()) && /\b(?:camera|lens|at (?:me|us|you)|viewer)\b/i.test(question);
}
