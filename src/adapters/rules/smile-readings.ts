import { readSmiles, type SmileReading } from "../../facs/smile-types.ts";
import { type EvidenceView, quantity } from "./evidence-view.ts";
import type { FaceReading } from "./read-face.ts";

/** What each toolbox's action units, with head pose and gaze, say of each type of smile on a face. */
export function smileReadings(view: EvidenceView, face: FaceReading): SmileReading[] {
  const items = view.ofFace(face.faceId);
  const angles = (kind: "head-pose" | "gaze") => ({
    yawRad: quantity(items, kind, "yawRad"),
    pitchRad: quantity(items, kind, "pitchRad"),
  });
  const [head, gaze] = [angles("head-pose"), angles("gaze")];
  const direction = {
    headPose: head.pitchRad === undefined ? null : { yawRad: head.yawRad ?? 0, pitchRad: head.pitchRad, rollRad: 0 },
    gaze: gaze.pitchRad === undefined ? null : { yawRad: gaze.yawRad ?? 0, pitchRad: gaze.pitchRad },
  };
  return face.vectors.flatMap(({ vector }) => readSmiles(vector, direction));
}
