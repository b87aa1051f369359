import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { ToolboxEnvironment } from "../toolbox-definition.ts";

/**
 * The program that a setting names (itself, or the folder that it is in), else the first on PATH. Links are not
 * followed: a virtual environment's Python is one.
 */
export async function findProgram(
  names: readonly string[],
  setting: string,
  environment: ToolboxEnvironment,
): Promise<string | undefined> {
  const set = environment.env[setting];
  if (set === undefined || set === "") return (await programsOnPath(names, environment))[0];
  return (await isProgram(set)) ? resolve(set) : (await programsIn([set], names, environment))[0];
}

export function programsOnPath(names: readonly string[], environment: ToolboxEnvironment): Promise<readonly string[]> {
  const folders = (environment.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return programsIn(folders, names, environment);
}

/** All programs of these names in these folders, folder by folder. */
export async function programsIn(
  folders: readonly string[],
  names: readonly string[],
  { platform }: ToolboxEnvironment,
): Promise<readonly string[]> {
  const files = names.flatMap((name) => (platform === "win32" ? [`${name}.exe`, `${name}.cmd`, name] : [name]));
  const found: string[] = [];
  for (const path of folders.flatMap((folder) => files.map((file) => join(folder, file)))) {
    if (await isProgram(path)) found.push(resolve(path));
  }
  return found;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
