import type { ToolboxSupport } from "../../domain/measurement.ts";
import type { ColumnLayout } from "../toolbox-table/column-layout.ts";
import { readerOfColumns } from "../toolbox-table/column-layout.ts";
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
import { gazeOfOpenFace, headPoseOfOpenFace } from "./openface-angles.ts";

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
