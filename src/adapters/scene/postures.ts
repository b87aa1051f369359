import type { PixelBox } from "../../domain/geometry.ts";
import { type Body, distancePx, faceSize, type JointPoint, seenJoint } from "./body.ts";
import { handOf } from "./hands.ts";

/** What a body does, as far as its joints tell. Nothing is said where joints are not seen. */
export interface Posture {
  readonly name: "both arms raised" | "left arm raised" | "right arm raised" | "arms crossed" | "leaning";
  /** What follows "F1" in a sentence. */
  readonly says: string;
  readonly confidence: number;
  /** For leaning: toward which edge of the image. */
  readonly toward: "left" | "right" | null;
  readonly measures: readonly { readonly name: string; readonly value: number; readonly unit: string }[];
}

type Side = "left" | "right";
const UNIT = "face sizes";

/** All postures that the joints of a body show. */
export function posturesOf(body: Body, face: PixelBox): Posture[] {
  const arms = [...raisedArms(body, face), ...crossedArms(body, face)];
  return [...arms, ...leaning(body)];
}

/** A raised hand is above the eyes, and not at the head, where hands hold hair, hats and telephones. */
function raisedArms(body: Body, face: PixelBox): Posture[] {
  const left = raisedArm(body, face, "left");
  const right = raisedArm(body, face, "right");
  if (left !== undefined && right !== undefined) {
    const confidence = Math.min(left.confidence, right.confidence);
    const measures = [
      { name: "left wrist above the eyes", value: left.height, unit: UNIT },
      { name: "right wrist above the eyes", value: right.height, unit: UNIT },
    ];
    return [{ name: "both arms raised", says: "has both arms raised", confidence, toward: null, measures }];
  }
  return [left, right].flatMap((arm) => {
    if (arm === undefined) return [];
    const measures = [{ name: `${arm.side} wrist above the eyes`, value: arm.height, unit: UNIT }];
    const says = `has the ${arm.side} arm raised`;
    return [{ name: `${arm.side} arm raised` as const, says, confidence: arm.confidence, toward: null, measures }];
  });
}

/** How far the middle of a raised hand is from the middle of the face at least, in face sizes. */
const CLEAR_OF_HEAD = 1.1;

function raisedArm(body: Body, face: PixelBox, side: Side) {
  const [shoulder, elbow, wrist] = [`${side} shoulder`, `${side} elbow`, `${side} wrist`] as const;
  const joints = [seenJoint(body, shoulder), seenJoint(body, elbow), seenJoint(body, wrist)] as const;
  const hand = handOf(body, side);
  if (joints.some((joint) => joint === undefined) || hand === undefined) return undefined;
  const eyesPx = face.topPx + 0.3 * face.heightPx;
  const [from, , end] = joints as readonly [JointPoint, JointPoint, JointPoint];
  const middle = { xPx: face.leftPx + face.widthPx / 2, yPx: face.topPx + face.heightPx / 2 };
  const height = (eyesPx - end.yPx) / faceSize(face);
  if (height <= 0 || end.yPx >= from.yPx || distancePx(hand, middle) < CLEAR_OF_HEAD * faceSize(face)) return undefined;
  return { side, height, confidence: leastScore(joints) };
}

/** A crossed forearm ends at least this far beyond the middle of the trunk, as a share of the shoulders' width. */
const ACROSS_FROM = 0.1;
/** Crossed wrists lie this near to the other arm's elbow, as a share of the shoulders' width. */
const AT_OTHER_ELBOW = 0.75;

/** Both forearms across the trunk, each hand at the other arm's elbow. Seen from the front only. */
function crossedArms(body: Body, face: PixelBox): Posture[] {
  const joints = (["left", "right"] as const).map((side) => ({
    shoulder: seenJoint(body, `${side} shoulder`),
    elbow: seenJoint(body, `${side} elbow`),
    wrist: seenJoint(body, `${side} wrist`),
  }));
  const all = joints.flatMap(({ shoulder, elbow, wrist }) => [shoulder, elbow, wrist]);
  if (all.some((joint) => joint === undefined)) return [];
  const [left, right] = joints as unknown as readonly [Arm, Arm];
  const shoulders = left.shoulder.xPx - right.shoulder.xPx;
  // From the front the left shoulder is on the right of the image, and the shoulders are wider than the face.
  if (shoulders < faceSize(face)) return [];
  const middle = (left.shoulder.xPx + right.shoulder.xPx) / 2;
  const across = [(middle - left.wrist.xPx) / shoulders, (right.wrist.xPx - middle) / shoulders];
  const apart = [distancePx(left.wrist, right.elbow), distancePx(right.wrist, left.elbow)].map((px) => px / shoulders);
  if (across.some((share) => share < ACROSS_FROM) || apart.some((share) => share > AT_OTHER_ELBOW)) return [];
  return [
    {
      name: "arms crossed",
      says: "seems to have the arms crossed",
      confidence: leastScore(all),
      toward: null,
      measures: across.map((value, index) => ({
        name: `${index === 0 ? "left" : "right"} wrist across the middle`,
        value,
        unit: "shoulder widths",
      })),
    },
  ];
}

interface Arm {
  readonly shoulder: JointPoint;
  readonly elbow: JointPoint;
  readonly wrist: JointPoint;
}

/** A trunk that is this far from upright leans; people who stand at ease sway less. */
const LEANS_FROM_RAD = (14 * Math.PI) / 180;
/** MoveNet invents hips for people who are cut off below: these must be sure. */
const HIPS_SEEN_FROM = 0.4;

/** The line from the hips to the shoulders against the vertical of the image. Toward the camera cannot be told. */
function leaning(body: Body): Posture[] {
  const names = ["left shoulder", "right shoulder", "left hip", "right hip"] as const;
  const seen = names.flatMap((name) => seenJoint(body, name) ?? []);
  const [leftShoulder, rightShoulder, leftHip, rightHip] = seen;
  if (!leftShoulder || !rightShoulder || !leftHip || !rightHip) return [];
  if (Math.min(leftHip.score, rightHip.score) < HIPS_SEEN_FROM) return [];
  const dx = (leftShoulder.xPx + rightShoulder.xPx - leftHip.xPx - rightHip.xPx) / 2;
  const dy = (leftHip.yPx + rightHip.yPx - leftShoulder.yPx - rightShoulder.yPx) / 2;
  const angleRad = Math.atan2(dx, dy);
  if (dy <= 0 || Math.abs(angleRad) < LEANS_FROM_RAD) return [];
  const toward = angleRad > 0 ? "right" : "left";
  return [
    {
      name: "leaning",
      says: `leans ${degrees(angleRad)} degrees toward the ${toward} edge of the image`,
      confidence: leastScore(seen),
      toward,
      measures: [{ name: "trunk from upright, clockwise", value: angleRad, unit: "rad" }],
    },
  ];
}

function leastScore(joints: readonly (JointPoint | undefined)[]): number {
  return Math.min(...joints.flatMap((joint) => (joint === undefined ? [] : [joint.score])));
}

function degrees(angleRad: number): number {
  return Math.round((Math.abs(angleRad) * 180) / Math.PI);
}
