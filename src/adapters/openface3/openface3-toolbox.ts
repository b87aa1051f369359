import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PixelBox } from "../../domain/geometry.ts";
import type { BasicLabel } from "../../domain/labels.ts";
import {
  type ActionUnitMeasurement,
  NOT_MEASURED,
  type ToolboxScore,
  type ToolboxSupport,
} from "../../domain/measurement.ts";
import { onScale } from "../../domain/scale-range.ts";
import { cacheFolder } from "../../platform/cache-folder.ts";
import type { ImportedFace } from "../../ports/evidence-file.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { createProcessToolbox, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { findPython, pythonProgram } from "../toolbox-python/python-program.ts";
import { boxOrNull } from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { Cells, RowContent, RowReader, TableFormat } from "../toolbox-table/table-format.ts";

/** The order in which OpenFace 3 writes its eight values; the file does not name them. */
const UNITS = ["AU1", "AU2", "AU4", "AU6", "AU9", "AU12", "AU25", "AU26"] as const;
/** It writes the index of the strongest label, without probabilities. */
const EMOTIONS: readonly BasicLabel[] = [
  "neutral",
  "happiness",
  "sadness",
  "surprise",
  "fear",
  "disgust",
  "anger",
  "contempt",
];

/** What OpenFace 3 measures. */
const OPENFACE3_SUPPORT: ToolboxSupport = {
  actionUnits: UNITS.map((au) => ({ au, scale: "probability", sides: false })),
  expressions: [],
};

const REQUIRED = ["action_units", "face_detection"] as const;
const OPTIONAL = ["image_path", "video_path", "frame_index", "face_id", "emotion"] as const;
const COPIES = "OpenFace 3 measured only the first face of an image and repeated its numbers for the others: left out";

/**
 * Tables of OpenFace 3: `openface detect` writes `face_analysis_<image>.csv` with lists in its cells. The values are
 * cosines of 0..1, although its documents call them intensities. The release read (openface-test 0.1.26) measures the
 * first face and writes its numbers again for every other face of the image: those copies count as not measured.
 */
const openFace3Table: TableFormat = {
  name: "openface3",
  title: "OpenFace 3",
  recognises: (columns) => columns.findAll(REQUIRED) !== undefined,
  reader(columns, { version }) {
    const missing = REQUIRED.filter((name) => columns.find(name) === undefined);
    if (missing.length > 0) throw columns.lacks(`OpenFace 3's column ${missing.join(", ")} is missing`);
    return createReader(columns, `openface3@${version ?? "unknown"}`);
  },
};

function createReader(columns: TableColumns, toolbox: string): RowReader {
  const present: readonly string[] = [...REQUIRED, ...OPTIONAL].filter((name) => columns.find(name) !== undefined);
  const text = (cells: Cells, name: string): string | null => {
    const slot = present.indexOf(name);
    const value = slot === -1 ? "" : cells.text(slot);
    return value === "" || value.toLowerCase() === "nan" ? null : value;
  };
  let first: { image: string; units: string; detection: string } | undefined;
  /** The same numbers for another face of the same image. */
  const isCopy = (image: string, units: string, detection: string): boolean => {
    if (first?.image === image && first.units === units) return first.detection !== detection;
    first = { image, units, detection };
    return false;
  };
  return {
    toolbox,
    supports: OPENFACE3_SUPPORT,
    wanted: present.flatMap((name) => columns.find(name) ?? []),
    warnings: columns.find("image_path") === undefined ? ["It has no column image_path"] : [],
    read(cells, warn): RowContent | undefined {
      const units = text(cells, "action_units");
      const frame = text(cells, "frame_index");
      const image = text(cells, "image_path") ?? text(cells, "video_path");
      const where = { image, frame: frame === null ? null : Number(frame), timeSec: null };
      if (units === null) return { ...where, faceKey: null, face: null };
      const detection = text(cells, "face_detection") ?? "";
      if (isCopy(`${image}\n${frame}`, units, detection)) {
        warn(COPIES);
        return undefined;
      }
      const emotion = EMOTIONS[Number(text(cells, "emotion") ?? Number.NaN)];
      const scores: ToolboxScore[] = emotion === undefined ? [] : [{ name: "emotion", value: emotion, range: "label" }];
      const face = createFace(toolbox, numbersIn(detection), readUnits(cells, units, toolbox), scores);
      return { ...where, faceKey: text(cells, "face_id"), face };
    },
  };
}

function createFace(
  toolbox: string,
  detection: readonly number[],
  actionUnits: ActionUnitMeasurement[],
  scores: ToolboxScore[],
): ImportedFace {
  return {
    box: boxOfDetection(detection),
    boxUnit: "pixel",
    clippedValues: 0,
    measurement: {
      toolbox,
      ...NOT_MEASURED,
      score: scoreOfDetection(detection),
      actionUnits,
      expressions: [],
      ...(scores.length === 0 ? {} : { scores }),
    },
  };
}

function readUnits(cells: Cells, text: string, toolbox: string): ActionUnitMeasurement[] {
  const values = numbersIn(text);
  if (values.length !== UNITS.length) throw cells.refusal(0, `which is not a list of ${UNITS.length} numbers`);
  return UNITS.map((au, index) => {
    const value = values[index] as number;
    const settled = onScale(value, "probability");
    if ("refusal" in settled) throw cells.refusal(0, settled.refusal);
    return { au, side: "both", value: settled.value, scale: "probability", estimated: false, weight: null, toolbox };
  });
}

/** The numbers of a Python list in a cell, nested or not: `[[0.1, 0.2]]`. */
function numbersIn(text: string): readonly number[] {
  return (text.match(/[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi) ?? []).map(Number);
}

/** RetinaFace's row: left, top, right, bottom, score, then five points. */
function boxOfDetection([left, top, right, bottom]: readonly number[]): PixelBox | null {
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return null;
  return boxOrNull({ leftPx: left, topPx: top, widthPx: right - left, heightPx: bottom - top });
}

function scoreOfDetection(detection: readonly number[]): number | null {
  const score = detection[4];
  return score !== undefined && score >= 0 && score <= 1 ? score : null;
}

const SETTING = "KULESHOV_OPENFACE3";
const WEIGHTS = "KULESHOV_OPENFACE3_WEIGHTS";
const WEIGHT_FILES = ["Alignment_RetinaFace.pth", "MTL_backbone.pth"] as const;

/** OpenFace 3, run in the Python that has it. Its weights are fetched by a command of its own. */
export function openFace3Toolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  const { env, platform } = environment;
  const weights = env[WEIGHTS] || join(cacheFolder(env, platform), "openface3");
  const download = `openface download --output ${weights}`;
  return {
    name: "openface3",
    title: "OpenFace 3",
    install: [
      "python3 -m venv ~/openface3 && ~/openface3/bin/pip install openface-test",
      `~/openface3/bin/${download}    (or name a folder with them in ${WEIGHTS})`,
      `export ${SETTING}=~/openface3`,
    ],
    licence: "Academic or non-profit, non-commercial research only, as OpenFace 2",
    tables: [openFace3Table],
    async find(signal) {
      const search = { package: "openface-test", setting: SETTING, script: "openface" };
      const found = await findPython(search, environment, signal);
      if ("missing" in found) return found;
      const lacking = WEIGHT_FILES.filter((file) => !existsSync(join(weights, file)));
      if (lacking.length > 0) return { missing: `its weights are not in ${weights} (type: ${download})` };
      const { python, version } = found;
      const id = `openface3@${version}`;
      const shim = { python, shim: "openface3_shim.py", weights, device: "cpu", format: openFace3Table, version };
      const program = { id, title: "OpenFace 3", supports: OPENFACE3_SUPPORT, ...pythonProgram(shim) };
      return { id, path: python, open: () => createProcessToolbox(program, limits) };
    },
  };
}
