import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownPath } from "../../platform/package-paths.ts";
import type { ImageOutput, ToolboxProgram } from "../toolbox-process/process-toolbox.ts";
import type { Command } from "../toolbox-process/run-process.ts";
import type { TemporaryRun } from "../toolbox-process/temporary-run.ts";
import { readOutput } from "../toolbox-table/open-evidence.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

interface PythonShim {
  readonly python: string;
  /** File in `shims/`. */
  readonly shim: string;
  /** Where the toolbox keeps, or is to keep, its weights; `null` when it has a place of its own. */
  readonly weights: string | null;
  readonly device: string;
  readonly format: TableFormat;
  readonly version: string;
}

/** The command and the output of a toolbox that is run through one of our shims. */
export function pythonProgram(shim: PythonShim): Pick<ToolboxProgram, "command" | "output"> {
  return {
    command: (run) => commandOf(shim, run),
    output: (run, stem) => outputOf(shim, run, stem),
  };
}

async function commandOf({ python, shim, weights, device }: PythonShim, run: TemporaryRun): Promise<Command> {
  const images = run.stems.map((stem) => ({ stem, path: run.inputPath(stem) }));
  const job = join(run.folder, "job.json");
  await writeFile(job, JSON.stringify({ images, out: run.outputFolder, device, weights }));
  return {
    file: python,
    args: [ownPath("shims", shim), job],
    cwd: run.folder,
    // No progress bars, no .pyc files in our own package, and what it prints arrives before it ends.
    env: { TQDM_DISABLE: "1", PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", PYTHONIOENCODING: "utf-8" },
  };
}

/** The shim leaves a table, a note that there is no face, or a note of what went wrong; each is written whole. */
async function outputOf(
  { format, version }: PythonShim,
  { outputFolder }: TemporaryRun,
  stem: string,
): Promise<ImageOutput | undefined> {
  const failure = await textOf(join(outputFolder, `${stem}.error`));
  if (failure !== undefined) return { failure };
  if ((await textOf(join(outputFolder, `${stem}.noface`))) !== undefined) return [];
  const table = join(outputFolder, `${stem}.csv`);
  return (await textOf(table)) === undefined ? undefined : readOutput(table, format, version);
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
