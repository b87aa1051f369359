import { POINT_SEEN_FROM } from "../../domain/evidence.ts";
import type { PixelBox } from "../../domain/geometry.ts";
import type { Square } from "./cut-square.ts";

/** MoveNet's joints in the order of its output. Left and right are the person's own. */
export const JOINTS = [
  "nose",
  "left eye",
  "right eye",
  "left ear",
  "right ear",
  "left shoulder",
  "right shoulder",
  "left elbow",
  "right elbow",
  "left wrist",
  "right wrist",
  "left hip",
  "right hip",
  "left knee",
  "right knee",
  "left ankle",
  "right ankle",
] as const;
export type Joint = (typeof JOINTS)[number];

/** A joint as the network places it, in source pixels. */
export interface JointPoint {
  readonly name: Joint;
  readonly xPx: number;
  readonly yPx: number;
  /** 0..1; joints that are hidden or outside the frame get a place too, and a low score. */
  readonly score: number;
}

/** One person's joints, in the order of `JOINTS`. */
export type Body = readonly JointPoint[];

/** @param keypoints float32 [17, 3]: y, x as shares of the square, score. */
export function decodeBody(keypoints: Float32Array, square: Square): Body {
  return JOINTS.map((name, index) => {
    const [y, x, score] = keypoints.subarray(index * 3, index * 3 + 3) as unknown as [number, number, number];
    return { name, xPx: square.leftPx + x * square.sidePx, yPx: square.topPx + y * square.sidePx, score };
  });
}

/** A joint that is seen, `undefined` when its score is too low to say anything of it. */
export function seenJoint(body: Body, name: Joint): JointPoint | undefined {
  const joint = body.find((each) => each.name === name);
  return joint !== undefined && joint.score >= POINT_SEEN_FROM ? joint : undefined;
}

/** The longer side of a face's box, the unit in which bodies are measured: about 18 cm on an adult. */
export function faceSize({ widthPx, heightPx }: PixelBox): number {
  return Math.max(widthPx, heightPx);
}

/** How far apart two points are. */
export function distancePx(a: Pick<JointPoint, "xPx" | "yPx">, b: Pick<JointPoint, "xPx" | "yPx">): number {
  return Math.hypot(a.xPx - b.xPx, a.yPx - b.yPx);
}

const HEAD_JOINTS = ["nose", "left eye", "right eye"] as const;

/** How far the head of a body may lie from the middle of the face that it is taken for, in face sizes. */
const SAME_HEAD_WITHIN = 0.5;

/** Whether the body's nose and eyes are those of the face. */
export function hasFace(body: Body, face: PixelBox): boolean {
  const seen = HEAD_JOINTS.flatMap((name) => seenJoint(body, name) ?? []);
  if (seen.length < 2) return false;
  const mean = (pick: (joint: JointPoint) => number) => seen.reduce((sum, joint) => sum + pick(joint), 0) / seen.length;
  const head = { xPx: mean(({ xPx }) => xPx), yPx: mean(({ yPx }) => yPx) };
  const middle = { xPx: face.leftPx + face.widthPx / 2, yPx: face.topPx + face.heightPx / 2 };
  return distancePx(head, middle) <= SAME_HEAD_WITHIN * faceSize(face);
}

/** Two readings of one joint that lie further apart than this many face sizes do not mean the same joint. */
const SAME_JOINT_WITHIN = 0.6;

/**
 * One body out of readings of differently cut squares. A joint that they place differently belongs to somebody else in
 * at least one of them: it keeps its place and loses its score.
 */
export function mergeBodies(readings: readonly Body[], face: PixelBox): Body | undefined {
  const [first, ...others] = readings;
  if (first === undefined) return undefined;
  return first.map((joint, index) => {
    const same = [joint, ...others.flatMap((body) => body[index] ?? [])];
    const mean = (pick: (each: JointPoint) => number) => same.reduce((sum, each) => sum + pick(each), 0) / same.length;
    const agreed = same.every((each) => distancePx(each, joint) <= SAME_JOINT_WITHIN * faceSize(face));
    if (!agreed) return { ...joint, score: 0 };
    return {
      name: joint.name,
      xPx: mean(({ xPx }) => xPx),
      yPx: mean(({ yPx }) => yPx),
      score: mean(({ score }) => score),
    };
  });
}

/**
 * Bones and the longest that they can be in face sizes. An adult's shoulders are 2.2 face sizes apart, the upper arm
 * 1.8 long, the forearm 1.5 and the trunk 2.8 (Drillis and Contini 1966, on a face of a tenth of the stature); a third
 * is allowed on top for leaning toward the camera. Ordered from the head outward: what hangs on a wrong joint is wrong.
 */
const BONES: readonly { readonly from: Joint; readonly to: Joint; readonly longest: number }[] = [
  { from: "nose", to: "left shoulder", longest: 2.6 },
  { from: "nose", to: "right shoulder", longest: 2.6 },
  { from: "left shoulder", to: "left elbow", longest: 2.4 },
  { from: "right shoulder", to: "right elbow", longest: 2.4 },
  { from: "left elbow", to: "left wrist", longest: 2 },
  { from: "right elbow", to: "right wrist", longest: 2 },
  { from: "left shoulder", to: "left hip", longest: 3.8 },
  { from: "right shoulder", to: "right hip", longest: 3.8 },
  { from: "left hip", to: "left knee", longest: 3.6 },
  { from: "right hip", to: "right knee", longest: 3.6 },
  { from: "left knee", to: "left ankle", longest: 3.6 },
  { from: "right knee", to: "right ankle", longest: 3.6 },
];

/**
 * The body without what cannot be this person's: joints outside the image, further from where they hang than a limb
 * is long, or hanging on such a joint. They keep their place and lose their score.
 */
export function plausibleBody(body: Body, face: PixelBox, frame: { widthPx: number; heightPx: number }): Body {
  const kept = new Map(
    body.map((joint) => {
      const { xPx, yPx } = joint;
      const inside = xPx >= 0 && yPx >= 0 && xPx <= frame.widthPx && yPx <= frame.heightPx;
      return [joint.name, inside ? joint : { ...joint, score: 0 }] as const;
    }),
  );
  for (const { from, to, longest } of BONES) {
    const [near, far] = [kept.get(from), kept.get(to)];
    if (near === undefined || far === undefined) continue;
    const hangs = near.score >= POINT_SEEN_FROM && distancePx(near, far) <= longest * faceSize(face);
    // A wrist beside the face says something even where the elbow is hidden; a hip without a shoulder does not.
    if (!hangs && !isLoneWrist(to, near)) kept.set(to, { ...far, score: 0 });
  }
  return body.map(({ name }) => kept.get(name) as JointPoint);
}

function isLoneWrist(joint: Joint, elbow: JointPoint): boolean {
  return (joint === "left wrist" || joint === "right wrist") && elbow.score < POINT_SEEN_FROM;
}
