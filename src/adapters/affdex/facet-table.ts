import type { ColumnLayout } from "../toolbox-table/column-layout.ts";
import { readerOfColumns } from "../toolbox-table/column-layout.ts";
import {
  boxOrNull,
  type ExpectedUnits,
  imageColumn,
  missingUnits,
  NO_PLACE,
  unitColumns,
} from "../toolbox-table/common-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

const UNITS: ExpectedUnits = {
  numbers: [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 23, 24, 25, 26, 28, 43],
  columnName: (number) => `AU${number} Evidence`,
};
const EMOTIONS = [
  "Joy",
  "Anger",
  "Surprise",
  "Fear",
  "Contempt",
  "Disgust",
  "Sadness",
  "Confusion",
  "Frustration",
  "Neutral",
  "Positive",
  "Negative",
] as const;
const FACE_BOX = ["FaceRect X", "FaceRect Y", "FaceRect Width", "FaceRect Height"] as const;

/**
 * Tables of Emotient FACET as iMotions exported them until 2017: tab-separated, after five or six lines that begin with
 * `#`. "Evidence" is the base-10 logarithm of the odds that an expert would code it: 1 means ten to one for, 0 means
 * even, and it is neither a percentage nor an intensity.
 */
export const facetTable: TableFormat = {
  name: "facet",
  title: "FACET (iMotions)",
  recognises: (columns) => columns.matching(/^AU\d+ Evidence$/).length > 0,
  reader(columns, { version, sample }) {
    const actionUnits = unitColumns(columns, UNITS, { scale: "log-odds", estimated: false });
    if (actionUnits.length === 0)
      throw columns.lacks("FACET's action units (AU1 Evidence ... AU43 Evidence) are missing");
    const box = columns.findAll(FACE_BOX);
    const time = columns.find("FrameTime") ?? columns.find("Timestamp");
    const layout: ColumnLayout = {
      toolbox: `facet@${version ?? "unknown"}`,
      image: imageColumn(columns),
      frame: columns.find("FrameNo"),
      timeSec: time === undefined ? undefined : { column: time, secondsPerUnit: 0.001 },
      faceKey: undefined,
      score: undefined,
      found: undefined,
      actionUnits,
      box: box === undefined ? undefined : { columns: box, from: boxOfFaceRect, unit: "pixel" },
      headPose: undefined,
      gaze: undefined,
      expressions: [],
      scores: EMOTIONS.flatMap((emotion) => {
        const column = columns.find(`${emotion} Evidence`);
        return column === undefined ? [] : [{ column, name: emotion.toLowerCase(), range: "log10 odds" }];
      }),
      emptyRow: "other",
      warnings: [...missingUnits(columns, UNITS), ...(box === undefined ? [NO_PLACE] : [])],
    };
    return readerOfColumns(layout, sample);
  },
};

function boxOfFaceRect([leftPx, topPx, widthPx, heightPx]: readonly number[]) {
  if (leftPx === undefined || topPx === undefined || widthPx === undefined || heightPx === undefined) return null;
  return boxOrNull({ leftPx, topPx, widthPx, heightPx });
}
