import { smoothedKl } from "../domain/statistics/divergence.ts";
import { type AnsweredReading, topLabel } from "../evaluation/answer.ts";
import type { ArmName } from "../evaluation/file/eval-file.ts";
import { integrateReadings } from "../facs/cue-integration.ts";
import type { ArmReadings } from "./arm-readings.ts";
import { KL_FLOOR } from "./reliance.ts";

/** One effect: what it is of a sample, and how it is told. */
export interface Effect {
  readonly name: string;
  readonly meaning: string;
  /** A sentence around the value and its interval. */
  readonly says: (found: string) => string;
  /** Whether the value is a share, said in percent. */
  readonly share?: true;
  /** `null` where the sample lacks an arm or an answer. */
  readonly value: (sample: ArmReadings) => number | null;
  readonly paired?: true;
}

/** Arms that are held against the whole image. Only the first two leave all evidence as it is. */
const CONTROLS = {
  "re-encoded": "In another file format, with the very same pixels",
  grayscale: "Without colour",
  "blurred-background": "With everything but the people blurred",
  "hole-elsewhere": "With as much hidden where nobody is",
} as const satisfies Partial<Record<ArmName, string>>;

/** What context did, beside how far it is relied on (reliance.ts) and what differs between renderings (rendering-effects.ts). */
export const EFFECTS: readonly Effect[] = [
  {
    name: "distance_to_bayesian_cue_integration",
    meaning:
      "KL in bits of the full reading from p(e|face) p(e|context) / p(e) with uniform p(e): 0 integrates optimally",
    says: (found) => `In bits, they lie from Bayesian integration of both cues by ${found}`,
    value: ({ arms }) => distanceToIntegration(arms.full, arms["face-only"], arms["context-only"]),
  },
  ...(["swapped-context", "face-swap"] as const).flatMap(swapEffects),
  {
    name: "kuleshov_valence_shift",
    meaning: "How far the valence of one identical neutral face moves towards the valence of its context (-1..1 scale)",
    says: (found) =>
      `On a scale of -1 to 1, the valence of one and the same neutral face moved towards that of its scene by ${found}`,
    value: ({ arms }) => valenceShift(arms["neutral-in-context"], arms["neutral-alone"], arms["context-only"]),
    paired: true,
  },
  ...Object.entries(CONTROLS).flatMap(([arm, words]): Effect[] => [
    {
      name: `label_flips_${arm}`,
      meaning: `Share of images whose label under ${arm} is another than that of the whole image`,
      says: (found) => `${words}, the label was another in ${found}`,
      share: true,
      value: ({ arms }) => flip(arms.full, arms[arm as ArmName]),
    },
    {
      name: `valence_change_${arm}`,
      meaning: `Mean absolute change of valence under ${arm}`,
      says: (found) => `${words}, valence changed on average by ${found}`,
      value: ({ arms }) => {
        const change = difference(arms.full?.valence, arms[arm as ArmName]?.valence);
        return change === null ? null : Math.abs(change);
      },
    },
  ]),
];

/** What of a judgment went with which cue where a face is shown in another's scene: the whole person, or the face alone. */
function swapEffects(arm: "swapped-context" | "face-swap"): Effect[] {
  const [suffix, shown] =
    arm === "face-swap" ? ["_of_face_swaps", "face set onto another's head"] : ["", "person set into another scene"];
  return [
    {
      name: `context_capture${suffix}`,
      meaning: `Share of the stimuli with a ${shown}, of those whose face and scene have different labels, in which the scene's label is given a higher probability than the face's; ties are left out`,
      says: (found) => `With the ${shown}, the judgment went with the scene in ${found}`,
      share: true,
      value: (sample) => sided(sample, arm)?.scene ?? null,
    },
    {
      name: `face_dominance${suffix}`,
      meaning: "The rest of these stimuli: the face's label is given the higher probability",
      says: (found) => `It stayed with the face in ${found}`,
      share: true,
      value: (sample) => sided(sample, arm)?.face ?? null,
    },
    {
      name: `congruency_effect${suffix}`,
      meaning: `How much oftener the face's label is given in its own scene than with the ${shown}, which has another label`,
      says: (found) => `The face's own label was given oftener in its own scene than with the ${shown} by ${found}`,
      value: ({ arms, faceLabel, contextLabel }) =>
        faceLabel === contextLabel ? null : difference(hit(arms.full, faceLabel), hit(arms[arm], faceLabel)),
      paired: true,
    },
  ];
}

type MaybeReading = AnsweredReading | null | undefined;

/** What a reading says first. */
export function labelOf(reading: MaybeReading): string | null {
  return reading ? (topLabel(reading)?.label ?? null) : null;
}

/** With which of two different labels a swapped scene's answer agrees; `null` where it favours neither. */
function sided(
  { arms, faceLabel, contextLabel }: ArmReadings,
  arm: "swapped-context" | "face-swap",
): { readonly face: 0 | 1; readonly scene: 0 | 1 } | null {
  const distribution = arms[arm]?.distribution;
  if (!distribution || faceLabel === null || contextLabel === null || faceLabel === contextLabel) return null;
  const given = (label: string) => distribution.find((one) => one.label === label)?.probability ?? 0;
  const lead = given(contextLabel) - given(faceLabel);
  if (lead === 0) return null;
  return lead > 0 ? { face: 0, scene: 1 } : { face: 1, scene: 0 };
}

/** Whether a label is what a reading says first; `null` where either is missing. */
export function hit(reading: MaybeReading, label: string | null): number | null {
  const given = labelOf(reading);
  return given === null || label === null ? null : given === label ? 1 : 0;
}

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : a - b;
}

function flip(before: MaybeReading, after: MaybeReading): number | null {
  const [a, b] = [labelOf(before), labelOf(after)];
  return a === null || b === null ? null : a === b ? 0 : 1;
}

function valenceShift(inContext: MaybeReading, alone: MaybeReading, context: MaybeReading): number | null {
  const shift = difference(inContext?.valence, alone?.valence);
  const direction = context?.valence;
  if (shift === null || direction === null || direction === undefined || direction === 0) return null;
  return shift * Math.sign(direction);
}

function distanceToIntegration(full: MaybeReading, face: MaybeReading, context: MaybeReading): number | null {
  const [fc, f, c] = [full?.distribution, face?.distribution, context?.distribution];
  if (!fc || !f || !c) return null;
  const labels = [...new Set([...f, ...c].map(({ label }) => label))];
  const uniform = labels.map((label) => ({ label, probability: 1 / labels.length }));
  const predicted = integrateReadings(f, c, uniform);
  return predicted === null ? null : smoothedKl(fc, predicted, { floor: KL_FLOOR });
}
