import { access, realpath } from "node:fs/promises";
import { join } from "node:path";
import { hashOfFile } from "../../platform/hash.ts";
import type { MissingToolbox, ToolboxDefinition, ToolboxEnvironment } from "../toolbox-definition.ts";
import { findProgram } from "../toolbox-process/find-program.ts";
import { createProcessToolbox, type ImageOutput, type ProgramLimits } from "../toolbox-process/process-toolbox.ts";
import { type ProcessOutcome, runProcess } from "../toolbox-process/run-process.ts";
import type { TemporaryRun } from "../toolbox-process/temporary-run.ts";
import { readOutput } from "../toolbox-table/open-evidence.ts";
import { OPENFACE_SUPPORT, openFaceTable } from "./openface-table.ts";

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
