import { clipBox, type PixelBox } from "../../domain/geometry.ts";
import { CoveredPart, type FaceQuality, type HeadPose } from "../../domain/measurement.ts";
import { fade } from "./action-units.ts";
import type { LumaImage } from "./luma-image.ts";

interface QualityInput {
  readonly box: PixelBox;
  readonly frame: { readonly widthPx: number; readonly heightPx: number };
  readonly presence: number;
  readonly headPose: HeadPose;
  /** The face in the aligned crop that the mesh network saw, so that sharpness means the same for every size. */
  readonly luma: LumaImage;
  readonly covered: readonly CoveredPart[];
}

/** Where each quantity begins to cost trust, and where none is left. models/cards/mesh.md says why. */
const LIMITS = {
  facePx: { zero: 20, full: 80 },
  sharpness: { zero: 4, full: 20 },
  dark: { zero: 6, full: 28 },
  bright: { full: 225, zero: 253 },
  cutOff: { full: 0.05, zero: 0.6 },
  yawDegrees: { full: 20, zero: 70 },
  pitchDegrees: { full: 18, zero: 60 },
} as const;

/** Judges how far a face can be trusted, and says in words what is wrong with it. */
export function qualityOf(input: QualityInput): FaceQuality {
  const { box, presence, headPose, covered } = input;
  const facePx = Math.max(box.widthPx, box.heightPx);
  const { sharpness, luminance } = textureOf(input.luma);
  const cutOff = shareOutside(box, input.frame);
  const [yaw, pitch] = [degrees(headPose.yawRad), degrees(headPose.pitchRad)];
  const factors = {
    size: 1 - fade(facePx, LIMITS.facePx.zero, LIMITS.facePx.full),
    sharpness: 1 - fade(sharpness, LIMITS.sharpness.zero, LIMITS.sharpness.full),
    dark: 1 - fade(luminance, LIMITS.dark.zero, LIMITS.dark.full),
    bright: fade(luminance, LIMITS.bright.full, LIMITS.bright.zero),
    cutOff: fade(cutOff, LIMITS.cutOff.full, LIMITS.cutOff.zero),
    yaw: fade(yaw, LIMITS.yawDegrees.full, LIMITS.yawDegrees.zero),
    pitch: fade(pitch, LIMITS.pitchDegrees.full, LIMITS.pitchDegrees.zero),
    seen: 1 - covered.length / CoveredPart.options.length,
  };
  const overall = presence * Object.values(factors).reduce((product, factor) => product * factor, 1);
  const warnings = [
    factors.size < 1 && `face is ${Math.round(facePx)} px large`,
    factors.sharpness < 1 && "face is blurred",
    factors.dark < 1 && "face is dark",
    factors.bright < 1 && "face is overexposed",
    factors.cutOff < 1 && `${Math.round(cutOff * 100)} % of the face is outside the image`,
    factors.yaw < 1 && `head is turned ${Math.round(yaw)} degrees`,
    factors.pitch < 1 && `head is ${headPose.pitchRad > 0 ? "raised" : "lowered"} ${Math.round(pitch)} degrees`,
    presence < 0.9 && "perhaps not a face",
    covered.length > 0 && `covered: ${covered.join(", ")}`,
  ].filter((warning) => warning !== false);
  return {
    facePx: round(facePx, 1),
    sharpness: round(sharpness, 1),
    luminance: round(luminance, 1),
    cutOff: round(cutOff, 4),
    facePresence: round(presence, 4),
    covered: [...covered],
    overall: round(overall, 4),
    warnings,
  };
}

/** What of the quality weighs on every action unit alike: all but pose and size, which each weighs for itself. */
export function trustOf({ sharpness, luminance, cutOff, facePresence }: FaceQuality): number {
  return (
    (1 - fade(sharpness, LIMITS.sharpness.zero, LIMITS.sharpness.full)) *
    (1 - fade(luminance, LIMITS.dark.zero, LIMITS.dark.full)) *
    fade(luminance, LIMITS.bright.full, LIMITS.bright.zero) *
    fade(cutOff, LIMITS.cutOff.full, LIMITS.cutOff.zero) *
    (facePresence ?? 1)
  );
}

/** Variance of the 4-neighbour Laplacian, and mean of the luma. */
function textureOf({ widthPx, heightPx, luma }: LumaImage): { sharpness: number; luminance: number } {
  let [sum, squares, brightness, count] = [0, 0, 0, 0];
  for (let y = 1; y < heightPx - 1; y++) {
    for (let x = 1; x < widthPx - 1; x++) {
      const at = y * widthPx + x; // not on the edge, so all neighbours exist
      const middle = luma[at] as number;
      const laplacian =
        (luma[at - 1] as number) +
        (luma[at + 1] as number) +
        (luma[at - widthPx] as number) +
        (luma[at + widthPx] as number) -
        4 * middle;
      sum += laplacian;
      squares += laplacian * laplacian;
      brightness += middle;
      count++;
    }
  }
  return { sharpness: squares / count - (sum / count) ** 2, luminance: brightness / count };
}

function shareOutside(box: PixelBox, frame: QualityInput["frame"]): number {
  const inside = clipBox(box, frame);
  if (inside === undefined) return 1;
  return Math.max(0, 1 - (inside.widthPx * inside.heightPx) / (box.widthPx * box.heightPx));
}

function degrees(radians: number): number {
  return (Math.abs(radians) * 180) / Math.PI;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
