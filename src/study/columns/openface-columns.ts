import type { FaceMeasurement, Gaze, HeadPose, ToolboxId } from "../../domain/measurement.ts";
import { MINIMUM_WEIGHT, PRESENCE_BANDS } from "../../domain/presence.ts";
import { landmarkColumns } from "./landmarks-68.ts";
import {
  type ColumnOptions,
  type ColumnRow,
  createToolboxColumns,
  emptyColumn,
  measuredColumn,
  type RowColumn,
  type ToolboxColumns,
} from "./toolbox-columns.ts";

const INTENSITY_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45] as const;
const PRESENCE_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45] as const;

const CAVEATS = [
  "AUxx_r is filled only from measurements that are intensities of 0 to 5: a probability is not an intensity, so that with the mesh toolbox these columns are empty",
  `AUxx_c is 1 from the threshold of the measurement's own scale on (probability ${PRESENCE_BANDS.probability.presentFrom}), else 0; it is empty where the action unit was not measured or the face was too turned or too small to tell`,
  "A face without success has empty cells where OpenFace writes zeros",
  "gaze_0, gaze_1 and pose_T are empty: one gaze for both eyes is measured, and no distance in millimetres",
] as const;

/**
 * Measurements under the column names of OpenFace 2's FeatureExtraction, with OpenFace's axes and signs. Its eye
 * landmarks, 3D landmarks and shape parameters are left out. `input` names the image, which OpenFace does not do.
 */
export function openFaceColumns({ toolbox }: ColumnOptions): ToolboxColumns {
  const columns: RowColumn[] = [
    {
      name: "frame",
      description: "Number of the image, or of the frame in its video, from 1",
      cell: ({ frame }) => frame,
    },
    {
      name: "face_id",
      description: "Face of the image, 0 is the leftmost; of a video, the same number for the same person",
      cell: faceNumber,
    },
    {
      name: "timestamp",
      description: "Seconds from the start of the video; 0 for images, which have no time",
      cell: ({ image }) => image.frame?.timestampS ?? 0,
    },
    measuredColumn(
      toolbox,
      { name: "confidence", description: "Confidence of the face detector, 0..1" },
      (m) => m.score,
    ),
    { name: "success", description: "1 if there is a face, else 0", cell: ({ face }) => (face === undefined ? 0 : 1) },
    ...["gaze_0_x", "gaze_0_y", "gaze_0_z", "gaze_1_x", "gaze_1_y", "gaze_1_z"].map((name) =>
      emptyColumn(name, "one gaze for both eyes is measured, see gaze_angle_x and gaze_angle_y"),
    ),
    measuredColumn(
      toolbox,
      { name: "gaze_angle_x", description: "Gaze to the right edge, radians, camera axes" },
      (m) => cameraGaze(m)?.x,
    ),
    measuredColumn(
      toolbox,
      { name: "gaze_angle_y", description: "Gaze downward, radians, camera axes" },
      (m) => cameraGaze(m)?.y,
    ),
    ...["pose_Tx", "pose_Ty", "pose_Tz"].map((name) => emptyColumn(name, "distances are not measured")),
    ...poseColumns(toolbox),
    ...landmarkColumns(toolbox),
    ...INTENSITY_UNITS.map((number) => intensityColumn(toolbox, number)),
    ...PRESENCE_UNITS.map((number) => presenceColumn(toolbox, number)),
    { name: "input", description: "The image, as it was named", cell: ({ image }) => image.path },
  ];
  return createToolboxColumns(columns, { caveats: CAVEATS, firstFrame: 1 });
}

/** Track ids count from T1. */
function faceNumber({ face, faceIndex }: ColumnRow): number {
  return face?.trackId === undefined ? faceIndex : Number(face.trackId.slice(1)) - 1;
}

function poseColumns(toolbox: ToolboxId): RowColumn[] {
  const angle = (name: string, description: string, pick: (pose: HeadPose) => number): RowColumn =>
    measuredColumn(toolbox, { name, description }, ({ headPose }) => (headPose === null ? null : pick(headPose)));
  return [
    angle("pose_Rx", "Head pitch in radians, positive with the chin down", ({ pitchRad }) => -pitchRad),
    angle("pose_Ry", "Head turn in radians, positive toward the left edge", ({ yawRad }) => -yawRad),
    angle("pose_Rz", "Head tilt in radians, positive clockwise as seen", ({ rollRad }) => rollRad),
  ];
}

/** Gaze as OpenFace has it: relative to the camera, positive to the right edge and downward. */
function cameraGaze({ gaze, headPose }: FaceMeasurement): { x: number; y: number } | undefined {
  if (gaze === null || headPose === null) return undefined;
  const [right, down, away] = turned(direction(gaze), [-headPose.pitchRad, -headPose.yawRad, headPose.rollRad]);
  return { x: Math.atan2(right, -away), y: Math.atan2(down, -away) };
}

type Vector = readonly [number, number, number];

/** x right, y down, z away from the camera; straight ahead is (0, 0, -1). */
function direction({ yawRad, pitchRad }: Gaze): Vector {
  return [Math.tan(yawRad), -Math.tan(pitchRad), -1];
}

/** R = Rx Ry Rz, OpenFace's order, applied to a direction. */
function turned([x, y, z]: Vector, [rx, ry, rz]: Vector): Vector {
  const [s1, s2, s3] = [Math.sin(rx), Math.sin(ry), Math.sin(rz)];
  const [c1, c2, c3] = [Math.cos(rx), Math.cos(ry), Math.cos(rz)];
  return [
    c2 * c3 * x - c2 * s3 * y + s2 * z,
    (c1 * s3 + c3 * s1 * s2) * x + (c1 * c3 - s1 * s2 * s3) * y - c2 * s1 * z,
    (s1 * s3 - c1 * c3 * s2) * x + (c3 * s1 + c1 * s2 * s3) * y + c1 * c2 * z,
  ];
}

function intensityColumn(toolbox: ToolboxId, number: number): RowColumn {
  const name = `AU${String(number).padStart(2, "0")}_r`;
  const description = `AU${number}, intensity 0..5; empty unless it was measured as an intensity`;
  return measuredColumn(toolbox, { name, description }, ({ actionUnits }) => {
    const unit = actionUnits.find(
      ({ au, side, scale }) => au === `AU${number}` && side === "both" && scale === "intensity-0-5",
    );
    return unit?.value;
  });
}

/** From the toolbox's own presence where it has one, else from its value at the scale's threshold. */
function presenceColumn(toolbox: ToolboxId, number: number): RowColumn {
  const name = `AU${String(number).padStart(2, "0")}_c`;
  const description = `AU${number}, 1 present or 0 not; empty where it was not measured or cannot be told`;
  return measuredColumn(toolbox, { name, description }, ({ actionUnits }) => {
    const units = actionUnits.filter(({ au, side }) => au === `AU${number}` && side === "both");
    const unit = units.find(({ scale }) => scale === "binary") ?? units[0];
    if (unit === undefined || (unit.weight !== null && unit.weight < MINIMUM_WEIGHT)) return null;
    return unit.value >= PRESENCE_BANDS[unit.scale].presentFrom ? 1 : 0;
  });
}
