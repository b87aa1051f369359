import type { BasicLabel } from "../../domain/labels.ts";
import type { HeadPose, ToolboxSupport } from "../../domain/measurement.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { createProcessToolbox, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { findPython, pythonProgram } from "../toolbox-python/python-program.ts";
import {
  type ActionUnitColumn,
  type ColumnLayout,
  type Derived,
  readerOfColumns,
} from "../toolbox-table/column-layout.ts";
import {
  boxOrNull,
  type ExpectedUnits,
  imageColumn,
  missingUnits,
  NO_PLACE,
  unitColumns,
} from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

const columnName = (number: number): string => `AU${String(number).padStart(2, "0")}`;
const UNITS: ExpectedUnits = {
  numbers: [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43],
  columnName,
};
/** Four more that the first 2.x checkpoints wrote. */
const EARLY_UNITS: ExpectedUnits = { numbers: [16, 18, 27, 45], columnName };
const FACE_BOX = ["FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight"] as const;

/** Both spellings: version 1 writes lower case nouns, version 2 capitalised adjectives. */
const EMOTIONS: readonly (readonly [column: string, label: BasicLabel])[] = [
  ["anger", "anger"],
  ["disgust", "disgust"],
  ["fear", "fear"],
  ["happiness", "happiness"],
  ["sadness", "sadness"],
  ["surprise", "surprise"],
  ["neutral", "neutral"],
  ["Anger", "anger"],
  ["Disgust", "disgust"],
  ["Fear", "fear"],
  ["Happy", "happiness"],
  ["Sad", "sadness"],
  ["Surprise", "surprise"],
  ["Neutral", "neutral"],
  ["Contempt", "contempt"],
];

/** What Py-Feat measures when it is run here. */
const PYFEAT_SUPPORT: ToolboxSupport = {
  actionUnits: UNITS.numbers.map((number) => ({ au: `AU${number}`, scale: "probability", sides: false })),
  expressions: ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"],
};

const FIRST_BOX = ["FaceRectX1", "FaceRectY1", "FaceRectX2", "FaceRectY2"] as const;
const FIRST_UNITS: ExpectedUnits = { numbers: UNITS.numbers, columnName: (number) => `${columnName(number)}_c` };

/**
 * Tables of Py-Feat: `Detector` and `Detectorv1` (here 1.x), `Detectorv2` (2.x, told by valence and arousal or by the
 * 478-point mesh) and `MPDetector`, whose action units are inferred from blendshapes. Source: py-feat 0.6.2 and 2.1.5.
 */
const pyFeatTable: TableFormat = {
  name: "pyfeat",
  title: "Py-Feat",
  recognises: (columns) =>
    firstUnits(columns).length > 0 ||
    (unitColumns(columns, UNITS, { scale: "probability", estimated: false }).length > 0 &&
      (columns.find("FaceRectX") !== undefined || columns.find("FaceScore") !== undefined || hasEmotions(columns))),
  reader(columns, { version, sample }) {
    const family = isVersion2(columns) ? "2.x" : "1.x";
    const first = firstUnits(columns);
    const units = first.length > 0 ? first : unitsOf(columns);
    if (units.length === 0) throw columns.lacks("Py-Feat's action units (AU01 ... AU43) are missing");
    const toolbox = `pyfeat@${version ?? family}`;
    const box = boxColumns(columns);
    const pose = headPoseOf(columns, { version, family });
    const layout: ColumnLayout = {
      toolbox,
      image: imageColumn(columns),
      frame: columns.find("frame"),
      timeSec: undefined,
      faceKey: undefined,
      person: columns.find("Identity"),
      score: columns.find("FaceScore"),
      found: undefined,
      actionUnits: units,
      box,
      headPose: pose.headPose,
      gaze: undefined,
      expressions: EMOTIONS.flatMap(([name, label]) => {
        const column = columns.find(name);
        return column === undefined ? [] : [{ column, label }];
      }),
      scores: ["valence", "arousal"].flatMap((name) => {
        const column = columns.find(name);
        return column === undefined ? [] : [{ column, name, range: "-1..1" }];
      }),
      emptyRow: "no-face",
      warnings: [
        ...missingUnits(columns, first.length > 0 ? FIRST_UNITS : UNITS),
        ...(box === undefined ? [NO_PLACE] : []),
        ...pose.warnings,
      ],
    };
    return readerOfColumns(layout, sample);
  },
};

function isVersion2(columns: TableColumns): boolean {
  return columns.findAll(["valence", "arousal"]) !== undefined || columns.find("mesh_x_0") !== undefined;
}

function hasEmotions(columns: TableColumns): boolean {
  return EMOTIONS.filter(([name]) => columns.find(name) !== undefined).length >= 5;
}

function unitsOf(columns: TableColumns): readonly ActionUnitColumn[] {
  const estimated = columns.find("mouthSmileLeft") !== undefined && !isVersion2(columns);
  return [UNITS, EARLY_UNITS].flatMap((expected) =>
    unitColumns(columns, expected, { scale: "probability", estimated }),
  );
}

/** Until 0.2, with its support vector machines: a box by its corners, and decisions named as OpenFace names them. */
function firstUnits(columns: TableColumns): readonly ActionUnitColumn[] {
  if (columns.findAll(FIRST_BOX) === undefined) return [];
  return unitColumns(columns, FIRST_UNITS, { scale: "binary", estimated: false });
}

function boxColumns(columns: TableColumns): ColumnLayout["box"] {
  const corners = columns.findAll(FIRST_BOX);
  if (corners !== undefined) {
    const from = ([left = Number.NaN, top = Number.NaN, right = Number.NaN, bottom = Number.NaN]: readonly number[]) =>
      boxOrNull({ leftPx: left, topPx: top, widthPx: right - left, heightPx: bottom - top });
    return { columns: corners, from, unit: "pixel" };
  }
  const sides = columns.findAll(FACE_BOX);
  if (sides === undefined) return undefined;
  const from = ([
    leftPx = Number.NaN,
    topPx = Number.NaN,
    widthPx = Number.NaN,
    heightPx = Number.NaN,
  ]: readonly number[]) => boxOrNull({ leftPx, topPx, widthPx, heightPx });
  return { columns: sides, from, unit: "pixel" };
}

/**
 * Py-Feat's angles changed unit (degrees until 0.6, radians since), names and signs between releases, so that they are
 * read only where the version is known. Since 2.1.1 they are radians, pitch up, yaw and roll to the subject's right.
 */
function headPoseOf(
  columns: TableColumns,
  { version, family }: { version: string | undefined; family: string },
): { headPose: Derived<HeadPose> | undefined; warnings: readonly string[] } {
  const angles = columns.findAll(["Pitch", "Yaw", "Roll"]);
  if (angles === undefined) return { headPose: undefined, warnings: [] };
  if (version === undefined || !versionAtLeast(version, "2.1.1")) {
    const hint = family === "2.x" && version === undefined ? ": name it, as in pyfeat@2.1.5:results.csv" : "";
    return {
      headPose: undefined,
      warnings: [`Its head pose is left out, as unit and signs depend on the version of Py-Feat${hint}`],
    };
  }
  const from = ([pitch, yaw, roll]: readonly number[]): HeadPose | null => {
    if (pitch === undefined || yaw === undefined || roll === undefined || Number.isNaN(pitch + yaw + roll)) return null;
    return { yawRad: -yaw, pitchRad: pitch, rollRad: -roll };
  };
  return { headPose: { columns: angles, from }, warnings: [] };
}

/** Whether a dotted version is at least another: `2.1.5` is at least `2.1.1`. What is not a number counts as 0. */
function versionAtLeast(version: string, least: string): boolean {
  const parts = numbersOf(version);
  const wanted = numbersOf(least);
  for (let i = 0; i < wanted.length; i++) {
    const difference = (parts[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): readonly number[] {
  return version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0);
}

const SETTING = "KULESHOV_PYFEAT";

/** Py-Feat, run in the Python that has it. It fetches its weights itself at first use. */
export function pyFeatToolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  return {
    name: "pyfeat",
    aliases: ["py-feat"],
    title: "Py-Feat",
    install: [
      "python3 -m venv ~/pyfeat && ~/pyfeat/bin/pip install py-feat    (2.x needs Python 3.11 or later)",
      `export ${SETTING}=~/pyfeat`,
    ],
    licence:
      "The code is MIT; the weights of Detectorv2 are for non-commercial research, those of 1.x each have their own terms",
    tables: [pyFeatTable],
    async find(signal) {
      const search = { package: "py-feat", setting: SETTING, script: undefined };
      const found = await findPython(search, environment, signal);
      if ("missing" in found) return found;
      const { python, version } = found;
      const id = `pyfeat@${version}`;
      const shim = { python, shim: "pyfeat_shim.py", weights: null, device: "cpu", format: pyFeatTable, version };
      const program = { id, title: "Py-Feat", supports: PYFEAT_SUPPORT, ...pythonProgram(shim) };
      return { id, path: python, open: () => createProcessToolbox(program, limits) };
    },
  };
}
