import type { Gaze, HeadPose } from "../../domain/measurement.ts";
import type { Derived } from "../toolbox-table/column-layout.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";

/*
 * OpenFace's camera looks along +z, with x to the right and y down, and turns points by R = Rx Ry Rz in radians. A face
 * that looks into the camera looks along -z, so that pose_Rx > 0 lowers the chin, pose_Ry > 0 turns the face toward the
 * left edge of the image, and pose_Rz > 0 tilts it clockwise as seen. Its gaze is relative to the camera.
 * Source: OpenFace's wiki, page Output Format, and its maintainer's answers in issues 66 and 966.
 */

const ROTATION = ["pose_Rx", "pose_Ry", "pose_Rz"] as const;

export function headPoseOfOpenFace(columns: TableColumns): Derived<HeadPose> | undefined {
  const rotation = columns.findAll(ROTATION);
  if (rotation === undefined) return undefined;
  return {
    columns: rotation,
    from([x, y, z]) {
      if (x === undefined || y === undefined || z === undefined || Number.isNaN(x + y + z)) return null;
      return { yawRad: -y, pitchRad: -x, rollRad: z };
    },
  };
}

/** Gaze relative to the head, for which the file must have both the gaze and the head's rotation. */
export function gazeOfOpenFace(columns: TableColumns): Derived<Gaze> | undefined {
  const rotation = columns.findAll(ROTATION);
  const angles = columns.findAll(["gaze_angle_x", "gaze_angle_y"]);
  if (rotation === undefined || angles === undefined) return undefined;
  return {
    columns: [...rotation, ...angles],
    from([rx, ry, rz, x, y]) {
      if (rx === undefined || ry === undefined || rz === undefined || x === undefined || y === undefined) return null;
      if (Number.isNaN(rx + ry + rz + x + y)) return null;
      const [right, down, away] = unturned([Math.tan(x), Math.tan(y), -1], [rx, ry, rz]);
      return { yawRad: Math.atan2(right, -away), pitchRad: Math.atan2(-down, -away) };
    },
  };
}

type Vector = readonly [number, number, number];

/** A direction as the head has it: the transpose of R = Rx Ry Rz applied to it. */
function unturned([x, y, z]: Vector, [rx, ry, rz]: Vector): Vector {
  const [s1, s2, s3] = [Math.sin(rx), Math.sin(ry), Math.sin(rz)];
  const [c1, c2, c3] = [Math.cos(rx), Math.cos(ry), Math.cos(rz)];
  return [
    c2 * c3 * x + (c1 * s3 + c3 * s1 * s2) * y + (s1 * s3 - c1 * c3 * s2) * z,
    -c2 * s3 * x + (c1 * c3 - s1 * s2 * s3) * y + (c3 * s1 + c1 * s2 * s3) * z,
    s2 * x - c2 * s1 * y + c1 * c2 * z,
  ];
}
