import type { PixelBox } from "../../domain/geometry.ts";
import type { HeadPose } from "../../domain/measurement.ts";
import { type Body, faceSize, type JointPoint, seenJoint } from "./body.ts";

/** Where a hand is on or beside a face, in the image; whether it touches cannot be told from one image. */
export interface HandAtFace {
  /** The person's own. */
  readonly side: "left" | "right";
  /** `over`: within the outline of the face, so that it may hide a part of it. `at`: beside it. */
  readonly place: "over" | "at";
  /** `null` on a head that is turned too far to tell. */
  readonly part: FacePlace | null;
  readonly hand: PixelBox;
  readonly confidence: number;
}

type FacePlace = "forehead" | "eyes" | "nose" | "mouth" | "chin" | "side of the face";

/** The middle of the hand lies this much of the forearm beyond the wrist (Drillis and Contini 1966: hand .108, forearm .146 of the stature). */
const HAND_BEYOND_WRIST = 0.37;
/** A hand is about this wide and long, in face sizes. */
const HAND_SIZE = 0.7;
/** Beside the face: the middle of the hand is no further from the outline than this, in face sizes. */
const AT_FACE_WITHIN = 0.3;
/** A hand whose elbow is hidden has its middle somewhere around the wrist: this is believed less. */
const WITHOUT_ELBOW = 0.7;
/** Lower ends of the parts of a face, as shares of the height of its outline. */
const PARTS: readonly (readonly [FacePlace, number])[] = [
  ["forehead", 0.12],
  ["eyes", 0.4],
  ["nose", 0.62],
  ["mouth", 0.88],
];
/** Further than this from the middle line of the face, as a share of its width, is the side of the face. */
const SIDE_FROM = 0.38;

/** Below this a hand is not reported: of twelve that the network placed at 0.30 to 0.35 on close portraits, eight were none. */
const SURE_FROM = 0.4;
/** How far a head may be turned for its parts to lie where they lie on a face from the front. */
const FRONTAL_RAD = (35 * Math.PI) / 180;

/** How the head is held, as far as places on it depend on that. */
export type HeadTurn = Pick<HeadPose, "yawRad" | "rollRad">;

/** The person's hands that are at the own face. */
export function handsAtFace(body: Body, face: PixelBox, { yawRad, rollRad }: HeadTurn): HandAtFace[] {
  return (["left", "right"] as const).flatMap((side) => {
    const hand = handOf(body, side);
    if (hand === undefined || hand.score < SURE_FROM) return [];
    const { across, down } = onFace(hand, face, rollRad);
    const outside = Math.hypot(Math.max(0, Math.abs(across) - 0.5) * face.widthPx, beyond(down) * face.heightPx);
    if (outside > AT_FACE_WITHIN * faceSize(face)) return [];
    const sidePx = HAND_SIZE * faceSize(face);
    return [
      {
        side,
        place: outside === 0 ? "over" : "at",
        part: Math.abs(yawRad) < FRONTAL_RAD ? partAt(across, down) : null,
        hand: { leftPx: hand.xPx - sidePx / 2, topPx: hand.yPx - sidePx / 2, widthPx: sidePx, heightPx: sidePx },
        confidence: hand.score,
      },
    ];
  });
}

/** The middle of a hand; `undefined` when its wrist is not seen. */
export function handOf(body: Body, side: "left" | "right"): Omit<JointPoint, "name"> | undefined {
  const wrist = seenJoint(body, `${side} wrist`);
  if (wrist === undefined) return undefined;
  const elbow = seenJoint(body, `${side} elbow`);
  if (elbow === undefined) return { ...wrist, score: wrist.score * WITHOUT_ELBOW };
  return {
    xPx: wrist.xPx + HAND_BEYOND_WRIST * (wrist.xPx - elbow.xPx),
    yPx: wrist.yPx + HAND_BEYOND_WRIST * (wrist.yPx - elbow.yPx),
    score: Math.min(wrist.score, elbow.score),
  };
}

/** A point in shares of an upright face: across from the middle line -0.5..0.5, down from the top 0..1. */
function onFace(point: { xPx: number; yPx: number }, face: PixelBox, rollRad: number) {
  const dx = point.xPx - (face.leftPx + face.widthPx / 2);
  const dy = point.yPx - (face.topPx + face.heightPx / 2);
  const [cos, sin] = [Math.cos(rollRad), Math.sin(rollRad)];
  return {
    across: (dx * cos + dy * sin) / face.widthPx,
    down: 0.5 + (-dx * sin + dy * cos) / face.heightPx,
  };
}

function beyond(down: number): number {
  return Math.max(0, -down, down - 1);
}

function partAt(across: number, down: number): FacePlace {
  if (Math.abs(across) > SIDE_FROM && down > 0 && down < 1) return "side of the face";
  return PARTS.find(([, end]) => down < end)?.[0] ?? "chin";
}
