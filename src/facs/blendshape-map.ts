import type { Side } from "../domain/measurement.ts";

/** The 52 coefficients of MediaPipe's face landmarker, in its order; Apple's ARKit has `tongueOut` instead of `_neutral`. */
export const BLENDSHAPE_NAMES = [
  "_neutral",
  "browDownLeft",
  "browDownRight",
  "browInnerUp",
  "browOuterUpLeft",
  "browOuterUpRight",
  "cheekPuff",
  "cheekSquintLeft",
  "cheekSquintRight",
  "eyeBlinkLeft",
  "eyeBlinkRight",
  "eyeLookDownLeft",
  "eyeLookDownRight",
  "eyeLookInLeft",
  "eyeLookInRight",
  "eyeLookOutLeft",
  "eyeLookOutRight",
  "eyeLookUpLeft",
  "eyeLookUpRight",
  "eyeSquintLeft",
  "eyeSquintRight",
  "eyeWideLeft",
  "eyeWideRight",
  "jawForward",
  "jawLeft",
  "jawOpen",
  "jawRight",
  "mouthClose",
  "mouthDimpleLeft",
  "mouthDimpleRight",
  "mouthFrownLeft",
  "mouthFrownRight",
  "mouthFunnel",
  "mouthLeft",
  "mouthLowerDownLeft",
  "mouthLowerDownRight",
  "mouthPressLeft",
  "mouthPressRight",
  "mouthPucker",
  "mouthRight",
  "mouthRollLower",
  "mouthRollUpper",
  "mouthShrugLower",
  "mouthShrugUpper",
  "mouthSmileLeft",
  "mouthSmileRight",
  "mouthStretchLeft",
  "mouthStretchRight",
  "mouthUpperUpLeft",
  "mouthUpperUpRight",
  "noseSneerLeft",
  "noseSneerRight",
] as const;

/** Blendshapes with a left and a right half, and the action unit they look like. */
const HALVED: Readonly<Record<string, string>> = {
  browOuterUp: "AU2",
  browDown: "AU4",
  eyeWide: "AU5",
  cheekSquint: "AU6",
  eyeSquint: "AU7",
  noseSneer: "AU9",
  mouthUpperUp: "AU10",
  mouthSmile: "AU12",
  mouthDimple: "AU14",
  mouthFrown: "AU15",
  mouthLowerDown: "AU16",
  mouthStretch: "AU20",
  mouthPress: "AU24",
  eyeBlink: "AU43",
};

/** Action units of the whole face, as the mean of these blendshapes. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  AU1: ["browInnerUp"],
  AU8: ["mouthClose"],
  AU17: ["mouthShrugLower"],
  AU18: ["mouthPucker"],
  AU19: ["tongueOut"],
  AU22: ["mouthFunnel"],
  AU28: ["mouthRollLower", "mouthRollUpper"],
  AU29: ["jawForward"],
  AU34: ["cheekPuff"],
  AU61: ["eyeLookOutLeft", "eyeLookInRight"],
  AU62: ["eyeLookInLeft", "eyeLookOutRight"],
  AU63: ["eyeLookUpLeft", "eyeLookUpRight"],
  AU64: ["eyeLookDownLeft", "eyeLookDownRight"],
};

/** `jawOpen` is one scale for three action units: the lips part first, then the jaw drops, then the mouth is stretched. */
const JAW: readonly { readonly au: string; readonly from: number; readonly to: number }[] = [
  { au: "AU25", from: 0, to: 0.3 },
  { au: "AU26", from: 0.1, to: 0.6 },
  { au: "AU27", from: 0.6, to: 1 },
];

/** An action unit as blendshapes suggest it: 0..1 of the blendshape's full range, which is not a probability. */
interface SuggestedUnit {
  readonly au: string;
  readonly side: Side;
  readonly share: number;
}

/**
 * What 52 blendshape coefficients say about action units. An estimate by look: a map learned on coded faces explains a
 * quarter of the variance on average (py-feat's benchmark: AU6, 12 and 43 about half, AU11, 15 and 28 under a tenth).
 * Sides are the subject's own. Source of the correspondence: Apple's ARKit documentation read against the FACS manual.
 *
 * @param coefficients 0..1 by name; names that are missing give no action unit.
 */
export function unitsOfBlendshapes(coefficients: ReadonlyMap<string, number>): readonly SuggestedUnit[] {
  return [...halvedUnits(coefficients), ...wholeUnits(coefficients), ...jawUnits(coefficients)];
}

/** Every action unit that blendshapes can suggest. */
export const BLENDSHAPE_UNITS: readonly { readonly au: string; readonly sides: boolean }[] = [
  ...Object.values(HALVED).map((au) => ({ au, sides: true })),
  ...Object.keys(WHOLE).map((au) => ({ au, sides: false })),
  ...JAW.map(({ au }) => ({ au, sides: false })),
  { au: "AU30", sides: true },
];

function halvedUnits(coefficients: ReadonlyMap<string, number>): SuggestedUnit[] {
  return Object.entries({ ...HALVED, jaw: "AU30" }).flatMap(([stem, au]) => {
    const left = coefficients.get(`${stem}Left`);
    const right = coefficients.get(`${stem}Right`);
    if (left === undefined || right === undefined) return [];
    // The jaw moves to one side or the other, everything else moves on both sides.
    const both = stem === "jaw" ? Math.max(left, right) : (left + right) / 2;
    return [
      { au, side: "both", share: both },
      { au, side: "left", share: left },
      { au, side: "right", share: right },
    ];
  });
}

function wholeUnits(coefficients: ReadonlyMap<string, number>): SuggestedUnit[] {
  return Object.entries(WHOLE).flatMap(([au, names]) => {
    const values = names.map((name) => coefficients.get(name));
    if (!values.every((value) => value !== undefined)) return [];
    return [{ au, side: "both", share: values.reduce((sum, value) => sum + value, 0) / values.length }];
  });
}

function jawUnits(coefficients: ReadonlyMap<string, number>): SuggestedUnit[] {
  const jaw = coefficients.get("jawOpen");
  if (jaw === undefined) return [];
  return JAW.map(({ au, from, to }) => ({
    au,
    side: "both",
    share: Math.min(1, Math.max(0, (jaw - from) / (to - from))),
  }));
}
