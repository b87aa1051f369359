import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ownPath } from "../../platform/package-paths.ts";
import type { ToolboxEnvironment } from "../toolbox-definition.ts";
import { findProgram, programsIn, programsOnPath } from "../toolbox-process/find-program.ts";
import type { ImageOutput, ToolboxProgram } from "../toolbox-process/process-toolbox.ts";
import { type Command, runProcess } from "../toolbox-process/run-process.ts";
import type { TemporaryRun } from "../toolbox-process/temporary-run.ts";
import { readOutput } from "../toolbox-table/open-evidence.ts";
import type { TableFormat } from "../toolbox-table/table-format.ts";

const PROBE_LIMIT_MS = 30_000;

/** What `shims/which.py` prints. */
const Answer = z.object({ packages: z.record(z.string(), z.string().nullable()) });

interface PythonWithPackage {
  readonly python: string;
  readonly version: string;
}

interface PackageSearch {
  /** Name on PyPI. */
  readonly package: string;
  /** Environment variable that names the Python to use, or the virtual environment. */
  readonly setting: string;
  /** Command that the package installs; its first line names the Python that it was installed for. */
  readonly script: string | undefined;
}

/**
 * Finds a Python that has a package: the one that the setting names, else the one behind the package's own command, the
 * active virtual environment's, or the first on PATH. The package is not imported, as that takes seconds.
 *
 * @returns why there is none, in half a sentence, when there is none.
 */
export async function findPython(
  search: PackageSearch,
  environment: ToolboxEnvironment,
  signal?: AbortSignal,
): Promise<PythonWithPackage | { readonly missing: string }> {
  const { env } = environment;
  const set = env[search.setting];
  const named = set !== undefined && set !== "";
  const pythons = named
    ? await pythonAt(search.setting, environment)
    : [...(await behindScript(search.script, environment)), ...(await activePythons(environment))];
  for (const python of new Set(pythons)) {
    const version = await versionIn(python, search.package, signal);
    if (version !== undefined) return { python, version };
  }
  if (named) return { missing: `no Python where ${search.setting} says (${set}) has ${search.package}` };
  return { missing: pythons.length === 0 ? "there is no Python on PATH" : `no Python on PATH has ${search.package}` };
}

const NAMES = ["python3", "python"] as const;

/** The setting may name a Python, its folder, or a virtual environment. */
async function pythonAt(setting: string, environment: ToolboxEnvironment): Promise<readonly string[]> {
  const itself = await findProgram(NAMES, setting, environment);
  const within = await pythonsOf(environment.env[setting], environment);
  return itself === undefined ? within : [itself, ...within];
}

async function activePythons(environment: ToolboxEnvironment): Promise<readonly string[]> {
  const { VIRTUAL_ENV, CONDA_PREFIX } = environment.env;
  const active = await Promise.all([VIRTUAL_ENV, CONDA_PREFIX].map((folder) => pythonsOf(folder, environment)));
  return [...active.flat(), ...(await programsOnPath(NAMES, environment))];
}

async function pythonsOf(folder: string | undefined, environment: ToolboxEnvironment): Promise<readonly string[]> {
  if (folder === undefined || folder === "") return [];
  const binaries = environment.platform === "win32" ? ["Scripts", "."] : ["bin"];
  const folders = binaries.map((binary) => join(folder, binary));
  return programsIn(folders, NAMES, environment);
}

async function behindScript(script: string | undefined, environment: ToolboxEnvironment): Promise<readonly string[]> {
  if (script === undefined) return [];
  const [path] = await programsOnPath([script], environment);
  const python = path === undefined ? undefined : await interpreterOf(path);
  return python === undefined ? [] : [python];
}

/** The path in a script's first line: `#!/home/ann/venv/bin/python`. */
async function interpreterOf(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return /^#!\s*(\S*python[\d.]*)\s*$/m.exec(buffer.toString("utf8", 0, bytesRead).split("\n", 1)[0] ?? "")?.[1];
  } finally {
    await file.close();
  }
}

async function versionIn(python: string, name: string, signal?: AbortSignal): Promise<string | undefined> {
  const command = { file: python, args: [ownPath("shims", "which.py"), name], cwd: ownPath("shims") };
  const { stdout } = await runProcess(command, { timeLimitMs: PROBE_LIMIT_MS }, signal);
  const answer = Answer.safeParse(jsonIn(stdout));
  return answer.success ? (answer.data.packages[name] ?? undefined) : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}

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
