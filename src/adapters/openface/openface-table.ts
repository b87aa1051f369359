import type { Gaze, HeadPose, ToolboxSupport } from "../../domain/measurement.ts";
import { type ColumnLayout, type Derived, readerOfColumns } from "../toolbox-table/column-layout.ts";
import {
  boxAroundPoints,
  type ExpectedUnits,
  imageColumn,
  missingUnits,
  NO_PLACE,
  numbered,
  unitColumns,
} from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

/** Intensity and presence come from different models, so that both are kept and neither is made to fit the other. */
const INTENSITY: ExpectedUnits = {
  numbers: [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45],
  columnName: (number) => `AU${String(number).padStart(2, "0")}_r`,
};
const PRESENCE: ExpectedUnits = {
  numbers: [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45],
  columnName: (number) => `AU${String(number).padStart(2, "0")}_c`,
};
const LANDMARKS = 68;

/** What OpenFace 2 measures when it is run here. */
export const OPENFACE_SUPPORT: ToolboxSupport = {
  actionUnits: [
    ...INTENSITY.numbers.map((number) => ({ au: `AU${number}`, scale: "intensity-0-5" as const, sides: false })),
    ...PRESENCE.numbers.map((number) => ({ au: `AU${number}`, scale: "binary" as const, sides: false })),
  ],
  expressions: [],
};

/**
 * Tables of OpenFace 2.x: FaceLandmarkImg (`face, confidence, ...`, a file per image), FeatureExtraction and
 * FaceLandmarkVidMulti (`frame, face_id, timestamp, confidence, success, ...`). Column names may have leading spaces.
 * `AUxx_r` is an intensity of 0..5, `AUxx_c` is 0 or 1. Source: OpenFace's wiki, page Output Format.
 */
export const openFaceTable: TableFormat = {
  name: "openface",
  title: "OpenFace 2",
  // Until 0.2, Py-Feat called its columns like this too; its box tells.
  recognises: (columns) => unitsOf(columns).length > 0 && columns.find("FaceRectX1") === undefined,
  reader(columns, { version, sample }) {
    const actionUnits = unitsOf(columns);
    if (actionUnits.length === 0)
      throw columns.lacks("OpenFace's action units (AU01_r ... AU45_r, AU01_c ... AU45_c) are missing");
    const box = boxAroundPoints(columns, { x: numbered("x_", LANDMARKS), y: numbered("y_", LANDMARKS) });
    const time = columns.find("timestamp");
    const layout: ColumnLayout = {
      toolbox: `openface@${version ?? "unknown"}`,
      image: imageColumn(columns),
      frame: columns.find("frame"),
      timeSec: time === undefined ? undefined : { column: time, secondsPerUnit: 1 },
      faceKey: columns.find("face_id") ?? columns.find("face"),
      score: columns.find("confidence"),
      found: columns.find("success"),
      actionUnits,
      box: box === undefined ? undefined : { ...box, unit: "pixel" },
      headPose: headPoseOfOpenFace(columns),
      gaze: gazeOfOpenFace(columns),
      expressions: [],
      scores: [],
      emptyRow: "no-face",
      warnings: [
        ...missingUnits(columns, INTENSITY),
        ...missingUnits(columns, PRESENCE),
        ...(box === undefined ? [NO_PLACE] : []),
      ],
    };
    return readerOfColumns(layout, sample);
  },
};

function unitsOf(columns: TableColumns) {
  return [
    ...unitColumns(columns, INTENSITY, { scale: "intensity-0-5", estimated: false }),
    ...unitColumns(columns, PRESENCE, { scale: "binary", estimated: false }),
  ];
}

/*
 * OpenFace's camera looks along +z, with x to the right and y down, and turns points by R = Rx Ry Rz in radians. A face
 * that looks into the camera looks along -z, so that pose_Rx > 0 lowers the chin, pose_Ry > 0 turns the face toward the
 * left edge of the image, and pose_Rz > 0 tilts it clockwise as seen. Its gaze is relative to the camera.
 * Source: OpenFace's wiki, page Output Format, and its maintainer's answers in issues 66 and 966.
 */

const ROTATION = ["pose_Rx", "pose_Ry", "pose_Rz"] as const;

function headPoseOfOpenFace(columns: TableColumns): Derived<HeadPose> | undefined {
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
function gazeOfOpenFace(columns: TableColumns): Derived<Gaze> | undefined {
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
