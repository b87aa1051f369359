import type { ToolboxDefinition } from "../toolbox-definition.ts";
import { type ActionUnitColumn, type ColumnLayout, readerOfColumns } from "../toolbox-table/column-layout.ts";
import {
  boxOrNull,
  type ExpectedUnits,
  imageColumn,
  missingColumns,
  missingUnits,
  NO_PLACE,
  unitColumns,
} from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

/**
 * Which action unit a metric scores, from Affectiva's documentation of its metrics. `smile` and `mouthOpen` are defined
 * by look rather than by an action unit, so that AU12 and AU25 are estimates. `browRaise` is the outer brow.
 */
const METRICS: readonly (readonly [metric: string, au: string, estimated: boolean])[] = [
  ["innerBrowRaise", "AU1", false],
  ["browRaise", "AU2", false],
  ["browFurrow", "AU4", false],
  ["eyeWiden", "AU5", false],
  ["cheekRaise", "AU6", false],
  ["lidTighten", "AU7", false],
  ["noseWrinkle", "AU9", false],
  ["upperLipRaise", "AU10", false],
  ["smile", "AU12", true],
  ["dimpler", "AU14", false],
  ["lipCornerDepressor", "AU15", false],
  ["chinRaise", "AU17", false],
  ["lipPucker", "AU18", false],
  ["lipStretch", "AU20", false],
  ["lipPress", "AU24", false],
  ["mouthOpen", "AU25", true],
  ["jawDrop", "AU26", false],
  ["lipSuck", "AU28", false],
  ["eyeClosure", "AU43", false],
];

/** Independent scores of 0..100 each: they are no distribution, so that they stay what they are. */
const PERCENT_SCORES = [
  "joy",
  "fear",
  "disgust",
  "sadness",
  "anger",
  "surprise",
  "contempt",
  "engagement",
  "sentimentality",
  "confusion",
  "neutral",
  "attention",
  "smirk",
  "blink",
] as const;

const CORNERS = ["upperLeftX", "upperLeftY", "lowerRightX", "lowerRightY"] as const;
/** Enough of them that no other table has as many by chance. */
const FEWEST_METRICS = 3;

/**
 * Tables of the AFFDEX SDK (`lipCornerDepressor`), and of iMotions with the same names in title case ("Lip Corner
 * Depressor") after lines that begin with `#`. All metrics are 0..100, valence is -100..100. In an iMotions export,
 * rows of other sensors have these cells empty. Head angles are left out, as their signs are not documented.
 */
const affdexTable: TableFormat = {
  name: "affdex",
  title: "AFFDEX / iMotions",
  recognises: (columns) => unitsOf(columns).length >= FEWEST_METRICS,
  reader(columns, { version, sample }) {
    const actionUnits = unitsOf(columns);
    if (actionUnits.length === 0)
      throw columns.lacks("AFFDEX's metrics (browFurrow or Brow Furrow, smile, ...) are missing");
    const corners = columns.findAll(CORNERS);
    const time = columns.findLoosely("timestamp");
    const isMotions = columns.find("Brow Furrow") !== undefined || columns.find("Lip Corner Depressor") !== undefined;
    const layout: ColumnLayout = {
      toolbox: `affdex@${version ?? "unknown"}`,
      image: imageColumn(columns),
      frame: columns.findLoosely("frame"),
      // The SDK counts seconds, iMotions milliseconds.
      timeSec: time === undefined ? undefined : { column: time, secondsPerUnit: isMotions ? 0.001 : 1 },
      faceKey: columns.findLoosely("faceId"),
      score: undefined,
      found: undefined,
      actionUnits,
      box: corners === undefined ? undefined : { columns: corners, from: boxOfCorners, unit: "pixel" },
      headPose: undefined,
      gaze: undefined,
      expressions: [],
      scores: scoresOf(columns),
      emptyRow: "other",
      warnings: [...missingMetrics(columns), ...(corners === undefined ? [NO_PLACE] : [])],
    };
    return readerOfColumns(layout, sample);
  },
};

function unitsOf(columns: TableColumns): readonly ActionUnitColumn[] {
  return METRICS.flatMap(([metric, au, estimated]) => {
    const column = columns.findLoosely(metric);
    return column === undefined ? [] : [{ column, au, side: "both", scale: "percent-0-100", estimated }];
  });
}

function missingMetrics(columns: TableColumns): readonly string[] {
  const missing = METRICS.filter(([metric]) => columns.findLoosely(metric) === undefined).map(([metric]) => metric);
  return missing.length === 0 ? [] : [missingColumns(missing)];
}

function scoresOf(columns: TableColumns): ColumnLayout["scores"] {
  const named = (name: string, range: string) => {
    const column = columns.findLoosely(name);
    return column === undefined ? [] : [{ column, name, range }];
  };
  return [...PERCENT_SCORES.flatMap((name) => named(name, "0..100")), ...named("valence", "-100..100")];
}

function boxOfCorners([left, top, right, bottom]: readonly number[]) {
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return null;
  return boxOrNull({ leftPx: left, topPx: top, widthPx: right - left, heightPx: bottom - top });
}

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
const facetTable: TableFormat = {
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

/** AFFDEX is sold, on its own and within iMotions; what it exported can be imported. */
export const affdexToolbox: ToolboxDefinition = {
  name: "affdex",
  aliases: ["imotions", "affectiva"],
  title: "AFFDEX / iMotions",
  install: ["export the facial expression data from iMotions as CSV, then: --evidence affdex:export.csv"],
  licence: "Commercial, by subscription",
  tables: [facetTable, affdexTable],
};
