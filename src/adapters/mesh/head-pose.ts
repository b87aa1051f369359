import type { HeadPose } from "../../domain/measurement.ts";
import type { Rotation } from "./canonical-fit.ts";

/**
 * Head angles from the rotation that turns camera axes into the face's axes (canonical-fit.ts). Its rows are the face's
 * right, up and forward axes as the camera sees them: where forward points gives yaw and pitch, what turn about it is
 * left gives roll.
 * Camera axes are x right, y up, z to the viewer.
 */
export function headPoseOf([, rightY, , , upY, , forwardX, forwardY, forwardZ]: Rotation): HeadPose {
  return {
    yawRad: Math.atan2(forwardX, forwardZ),
    pitchRad: Math.asin(Math.min(1, Math.max(-1, forwardY))),
    rollRad: -Math.atan2(rightY, upY),
  };
}
