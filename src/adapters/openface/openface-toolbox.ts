import { access, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Gaze, HeadPose, ToolboxSupport } from "../../domain/measurement.ts";
import { hashOfFile } from "../../platform/hash.ts";
import type { MissingToolbox, ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { findProgram } from "../toolbox-process/find-program.ts";
import { createProcessToolbox, type ImageOutput, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { type ProcessOutcome, runProcess } from "../toolbox-process/run-process.ts";
import type { TemporaryRun } from "../toolbox-process/temporary-run.ts";
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
import { readOutput } from "../toolbox-table/open-evidence.ts";
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
const OPENFACE_SUPPORT: ToolboxSupport = {
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
const openFaceTable: TableFormat = {
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

/** A version for a program that does not tell its own: eight digits of its file's SHA-256 tell two builds apart. */
async function versionOfFile(path: string): Promise<string> {
  return `unknown+${(await hashOfFile(path)).slice(0, 8)}`;
}

const SETTING = "KULESHOV_OPENFACE";
const PROGRAM = "FaceLandmarkImg";
const PROBE_LIMIT_MS = 20_000;
/** What it prints without arguments, and the models it looks for with them. */
const SIGNATURE = /OpenFace|Command-line-arguments/i;

/** OpenFace 2.x, run as `FaceLandmarkImg` on a folder of images. */
export function openFaceToolbox(environment: ToolboxEnvironment, limits: ProgramLimits = {}): ToolboxDefinition {
  return {
    name: "openface",
    aliases: ["openface2"],
    title: "OpenFace 2",
    install: installSteps(environment.platform),
    licence: "Academic or non-profit, non-commercial research only; a commercial licence is sold by Carnegie Mellon",
    tables: [openFaceTable],
    async find(signal) {
      const found = await findProgram([PROGRAM], SETTING, environment);
      if (found === undefined) return { missing: notFound(environment) };
      // It looks for its models beside the path that it was started by.
      const path = await realpath(found);
      const stranger = await strangerAt(path, signal);
      if (stranger !== undefined) return stranger;
      const version = versionInPath(path) ?? (await versionOfFile(path));
      const id = `openface@${version}`;
      return { id, path, open: () => openProgram(path, version, limits) };
    },
  };
}

function installSteps(platform: NodeJS.Platform): readonly string[] {
  if (platform === "win32") {
    return [
      "download OpenFace_2.2.0_win_x64.zip from https://github.com/TadasBaltrusaitis/OpenFace/releases and unpack it",
      "powershell -File download_models.ps1    (in the unpacked folder)",
      `setx ${SETTING} C:\\path\\to\\OpenFace_2.2.0_win_x64`,
    ];
  }
  return [
    "git clone https://github.com/TadasBaltrusaitis/OpenFace && cd OpenFace",
    "bash download_models.sh && bash install.sh",
    `export ${SETTING}=$PWD/build/bin`,
  ];
}

function notFound({ env }: ToolboxEnvironment): string {
  const set = env[SETTING];
  return set === undefined || set === ""
    ? `there is no ${PROGRAM} on PATH`
    : `there is no ${PROGRAM} where ${SETTING} says (${set})`;
}

/** Without arguments the real one prints where its arguments are explained. */
async function strangerAt(path: string, signal?: AbortSignal): Promise<MissingToolbox | undefined> {
  const command = { file: path, args: [], cwd: join(path, "..") };
  const outcome = await runProcess(command, { timeLimitMs: PROBE_LIMIT_MS }, signal);
  if (SIGNATURE.test(outcome.stdout + outcome.stderr)) return undefined;
  if (outcome.ended === "not started") return { missing: `${path} cannot be started (${outcome.stderr})` };
  return { missing: `the program at ${path} does not answer like ${PROGRAM}` };
}

/** Its archives are called `OpenFace_2.2.0_win_x64`; the program itself does not tell its version. */
function versionInPath(path: string): string | undefined {
  return /OpenFace[-_]v?(\d+\.\d+(?:\.\d+)?)/i.exec(path)?.[1];
}

function openProgram(path: string, version: string, limits: ProgramLimits) {
  return createProcessToolbox(
    {
      id: `openface@${version}`,
      title: "OpenFace 2",
      supports: OPENFACE_SUPPORT,
      command: ({ folder, inputFolder, outputFolder }) => ({
        file: path,
        args: ["-fdir", inputFolder, "-out_dir", outputFolder, "-2Dfp", "-pose", "-gaze", "-aus"],
        cwd: folder,
      }),
      output: (run, stem, outcome) => outputOf(run, stem, { outcome, version }),
    },
    limits,
  );
}

/**
 * It writes a table for an image with faces, and for one without only the note of its settings that it begins with: that
 * means "no face" only if it came to its end.
 */
async function outputOf(
  { outputFolder }: TemporaryRun,
  stem: string,
  { outcome, version }: { outcome: ProcessOutcome; version: string },
): Promise<ImageOutput | undefined> {
  const table = join(outputFolder, `${stem}.csv`);
  if (await exists(table)) return readOutput(table, openFaceTable, version);
  const looked = await exists(join(outputFolder, `${stem}_of_details.txt`));
  return looked && outcome.exitCode === 0 ? [] : undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
