import { join } from "node:path";
import type { ToolboxSupport } from "../../domain/measurement.ts";
import { cacheFolder } from "../../platform/cache-folder.ts";
import type { ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { createProcessToolbox, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { findPython, pythonProgram } from "../toolbox-python/python-program.ts";
import { type ColumnLayout, readerOfColumns } from "../toolbox-table/column-layout.ts";
import {
  boxAroundPoints,
  type ExpectedUnits,
  imageColumn,
  missingUnits,
  NO_PLACE,
  unitColumns,
} from "../toolbox-table/common-columns.ts";
import type { TableColumns } from "../toolbox-table/table-columns.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

const PRESENCE: ExpectedUnits = {
  numbers: [1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24],
  columnName: (number) => `au_${number}`,
};
const INTENSITY: ExpectedUnits = {
  numbers: [1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26],
  columnName: (number) => `au_${number}_intensity`,
};

/** What LibreFace measures when it is run here. */
const LIBREFACE_SUPPORT: ToolboxSupport = {
  actionUnits: [
    ...PRESENCE.numbers.map((number) => ({ au: `AU${number}`, scale: "binary" as const, sides: false })),
    ...INTENSITY.numbers.map((number) => ({ au: `AU${number}`, scale: "intensity-0-5" as const, sides: false })),
  ],
  expressions: [],
};
const MESH_POINTS = Array.from({ length: 478 }, (_, index) => index);

/**
 * Tables of LibreFace, one face per image or frame. Its `frame_time_in_ms` holds seconds: the code divides the frame
 * number by the frame rate. Pose and gaze are left out: the pose is computed from pixels mixed with normalised depths,
 * and the gaze is off by 6.55 and 5.05 degrees by its authors' own account. Source: libreface 0.2.0.
 */
const libreFaceTable: TableFormat = {
  name: "libreface",
  title: "LibreFace",
  recognises: (columns) => unitsOf(columns).length > 0,
  reader(columns, { version, sample }) {
    const actionUnits = unitsOf(columns);
    if (actionUnits.length === 0)
      throw columns.lacks("LibreFace's action units (au_1 ..., au_1_intensity ...) are missing");
    const time = columns.find("frame_time_in_ms");
    const label = columns.find("facial_expression");
    // The mesh is in shares of the image's width and height.
    const box = boxAroundPoints(columns, {
      x: MESH_POINTS.map((point) => `lm_mp_${point}_x`),
      y: MESH_POINTS.map((point) => `lm_mp_${point}_y`),
    });
    const layout: ColumnLayout = {
      toolbox: `libreface@${version ?? "unknown"}`,
      image: imageColumn(columns),
      frame: columns.find("frame_idx"),
      timeSec: time === undefined ? undefined : { column: time, secondsPerUnit: 1 },
      faceKey: undefined,
      score: undefined,
      found: undefined,
      actionUnits,
      box: box === undefined ? undefined : { ...box, unit: "frame" },
      headPose: undefined,
      gaze: undefined,
      expressions: [],
      // One label without probabilities is no distribution.
      scores: label === undefined ? [] : [{ column: label, name: "facial_expression", range: "label" }],
      emptyRow: "no-face",
      warnings: [
        ...missingUnits(columns, PRESENCE),
        ...missingUnits(columns, INTENSITY),
        ...(box === undefined ? [NO_PLACE] : []),
      ],
    };
    return readerOfColumns(layout, sample);
  },
};

function unitsOf(columns: TableColumns) {
  return [
    ...unitColumns(columns, PRESENCE, { scale: "binary", estimated: false }),
    ...unitColumns(columns, INTENSITY, { scale: "intensity-0-5", estimated: false }),
  ];
}

const SETTING = "KULESHOV_LIBREFACE";
const WEIGHTS = "KULESHOV_LIBREFACE_WEIGHTS";

/** LibreFace, run in the Python that has it. It fetches its weights itself at first use, and measures one face. */
export function libreFaceToolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  const { env, platform } = environment;
  const weights = env[WEIGHTS] || join(cacheFolder(env, platform), "libreface");
  return {
    name: "libreface",
    title: "LibreFace",
    install: [
      "conda create -n libreface python=3.9 cmake && conda activate libreface && pip install libreface",
      `export ${SETTING}=$CONDA_PREFIX    (weights go to ${weights}, or to where ${WEIGHTS} says)`,
    ],
    licence: "USC Research Licence: education, research and non-profit use only",
    tables: [libreFaceTable],
    async find(signal) {
      const search = { package: "libreface", setting: SETTING, script: "libreface" };
      const found = await findPython(search, environment, signal);
      if ("missing" in found) return found;
      const { python, version } = found;
      const id = `libreface@${version}`;
      const shim = { python, shim: "libreface_shim.py", weights, device: "cpu", format: libreFaceTable, version };
      const program = { id, title: "LibreFace", supports: LIBREFACE_SUPPORT, ...pythonProgram(shim) };
      return { id, path: python, open: () => createProcessToolbox(program, limits) };
    },
  };
}
