import type { Person } from "./people.ts";

/** How a head is held, from its measured pose. */
export interface HeadPosture {
  readonly name: "head bowed" | "head raised" | "head tilted";
  readonly says: string;
  readonly angleRad: number;
  readonly confidence: number;
}

/** Pitch from which on a head counts as bowed or thrown back; cameras are seldom level to within less. */
const BOWED_FROM_RAD = (20 * Math.PI) / 180;
const TILTED_FROM_RAD = (15 * Math.PI) / 180;
/** An image on its side shows no tilted head. */
const TILTED_UP_TO_RAD = (60 * Math.PI) / 180;
/** Confidence is complete this far beyond the threshold. */
const CLEAR_BEYOND_RAD = (10 * Math.PI) / 180;

/** Bowed, raised, tilted, as seen by this camera: one from above makes every head a bowed one. */
export function headPosturesOf({ headPose, quality }: Person): HeadPosture[] {
  if (headPose === null) return [];
  const { pitchRad, rollRad } = headPose;
  const found: HeadPosture[] = [];
  const sure = (angleRad: number, from: number) =>
    Math.min(1, 0.5 + (0.5 * (Math.abs(angleRad) - from)) / CLEAR_BEYOND_RAD) * (quality ?? UNKNOWN_QUALITY);
  if (Math.abs(pitchRad) >= BOWED_FROM_RAD) {
    const name = pitchRad < 0 ? "head bowed" : "head raised";
    const says = pitchRad < 0 ? "has the head bowed" : "has the head raised";
    found.push({
      name,
      says: `${says} by ${degrees(pitchRad)} degrees`,
      angleRad: pitchRad,
      confidence: sure(pitchRad, BOWED_FROM_RAD),
    });
  }
  if (Math.abs(rollRad) >= TILTED_FROM_RAD && Math.abs(rollRad) <= TILTED_UP_TO_RAD) {
    const says = `has the head tilted by ${degrees(rollRad)} degrees`;
    found.push({ name: "head tilted", says, angleRad: rollRad, confidence: sure(rollRad, TILTED_FROM_RAD) });
  }
  return found;
}

/** A toolbox that does not rate a face is believed half. */
const UNKNOWN_QUALITY = 0.5;

function degrees(angleRad: number): number {
  return Math.round((Math.abs(angleRad) * 180) / Math.PI);
}
