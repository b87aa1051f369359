import type { ActionUnitMeasurement, Gaze, HeadPose, ToolboxId } from "../../domain/measurement.ts";
import { MINIMUM_WEIGHT, PRESENCE_BANDS } from "../../domain/presence.ts";
import { landmarkColumns } from "./landmarks-68.ts";
import {
  type ColumnOptions,
  createToolboxColumns,
  emptyColumn,
  measuredColumn,
  measurementBy,
  personNumber,
  type RowColumn,
  type ToolboxColumns,
  type ToolboxMeasurement,
} from "./toolbox-columns.ts";

const INTENSITY_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45] as const;
const PRESENCE_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45] as const;

const CAVEATS = [
  "AUxx_r is the first intensity of 0 to 5 that any toolbox in use measured, and empty where none did: a probability is not an intensity",
  `AUxx_c is 1 from the threshold of the measurement's own scale on (probability ${PRESENCE_BANDS.probability.presentFrom}), else 0; it is empty where the action unit was not measured or the face was too turned or too small to tell`,
  "A face without success has empty cells where OpenFace writes zeros",
  "gaze_0, gaze_1 and pose_T are empty: one gaze for both eyes is measured, and no distance in millimetres",
  "frame is the number of the frame in the whole video at the rate that its header names, from 1, whatever --fps; for images it counts them",
] as const;

/**
 * Measurements under the column names of OpenFace 2's FeatureExtraction, with OpenFace's axes and signs. Its eye
 * landmarks, 3D landmarks and shape parameters are left out. `input` names the image, which OpenFace does not do.
 */
export function openFaceColumns({ toolbox }: ColumnOptions): ToolboxColumns {
  return createToolboxColumns([...measuredColumns(toolbox), INPUT], { caveats: CAVEATS, firstFrame: 1 });
}

/**
 * The same with every column of FeatureExtraction 2.2 in its order, and with the space that it writes before each name
 * but the first: for scripts that say `df[" AU12_r"]` or count columns.
 */
export function spacedOpenFaceColumns({ toolbox }: ColumnOptions): ToolboxColumns {
  const measured = new Map(measuredColumns(toolbox).map((column) => [column.name, column]));
  const columns = [...ALL_NAMES.map((name) => measured.get(name) ?? emptyColumn(name, "it is not measured")), INPUT];
  const spaced = columns.map((column, index) => (index === 0 ? column : { ...column, name: ` ${column.name}` }));
  const caveats = [...CAVEATS, "input stands behind OpenFace's own columns, and is not one of them"];
  return createToolboxColumns(spaced, { caveats, firstFrame: 1 });
}

const INPUT: RowColumn = {
  name: "input",
  description: "The image, as it was named",
  cell: ({ image }) => image.path,
};

const EYE_POINTS = 56;
const FACE_POINTS = 68;
const SHAPE_PARAMETERS = 34;

/** Every column of FeatureExtraction 2.2 in its order. Source: its wiki, page Output Format. */
const ALL_NAMES: readonly string[] = [
  ...["frame", "face_id", "timestamp", "confidence", "success"],
  ...["gaze_0_x", "gaze_0_y", "gaze_0_z", "gaze_1_x", "gaze_1_y", "gaze_1_z", "gaze_angle_x", "gaze_angle_y"],
  ...["x", "y", "X", "Y", "Z"].flatMap((axis) => counted(`eye_lmk_${axis}_`, EYE_POINTS)),
  ...["pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"],
  ...["x", "y", "X", "Y", "Z"].flatMap((axis) => counted(`${axis}_`, FACE_POINTS)),
  ...["p_scale", "p_rx", "p_ry", "p_rz", "p_tx", "p_ty"],
  ...counted("p_", SHAPE_PARAMETERS),
  ...INTENSITY_UNITS.map((number) => unitName(number, "r")),
  ...PRESENCE_UNITS.map((number) => unitName(number, "c")),
];

function counted(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function unitName(number: number, kind: "r" | "c"): string {
  return `AU${String(number).padStart(2, "0")}_${kind}`;
}

function measuredColumns(toolbox: ToolboxId): readonly RowColumn[] {
  return [
    {
      name: "frame",
      description: "Number of the image, or of the frame in its video, from 1",
      cell: ({ frame }) => frame,
    },
    {
      name: "face_id",
      description: "Face of the image, 0 is the leftmost; of a video, the same number for the same person",
      cell: ({ face, faceIndex }) => personNumber(face) ?? faceIndex,
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
  ];
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
function cameraGaze({ gaze, headPose }: ToolboxMeasurement): { x: number; y: number } | undefined {
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

/** From the toolbox in use where it measures intensities, else from the first other one that does. */
function intensityColumn(toolbox: ToolboxId, number: number): RowColumn {
  const isIntensity = ({ au, side, scale }: ActionUnitMeasurement) =>
    au === `AU${number}` && side === "both" && scale === "intensity-0-5";
  return {
    name: unitName(number, "r"),
    description: `AU${number}, intensity 0..5; empty unless a toolbox in use measured it as an intensity`,
    cell({ face }) {
      const sources = [measurementBy(toolbox, face), ...(face?.measurements ?? [])];
      return sources.flatMap((one) => one?.actionUnits ?? []).find(isIntensity)?.value ?? null;
    },
  };
}

/** From the toolbox's own presence where it has one, else from its value at the scale's threshold. */
function presenceColumn(toolbox: ToolboxId, number: number): RowColumn {
  const name = unitName(number, "c");
  const description = `AU${number}, 1 present or 0 not; empty where it was not measured or cannot be told`;
  return measuredColumn(toolbox, { name, description }, ({ actionUnits }) => {
    const units = actionUnits.filter(({ au, side }) => au === `AU${number}` && side === "both");
    const unit = units.find(({ scale }) => scale === "binary") ?? units[0];
    if (unit === undefined || (unit.weight !== null && unit.weight < MINIMUM_WEIGHT)) return null;
    return unit.value >= PRESENCE_BANDS[unit.scale].presentFrom ? 1 : 0;
  });
}
