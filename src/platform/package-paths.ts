import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigurationError } from "../domain/errors.ts";

/** Nearest folder at or above `from` that holds the package.json of the package called `name`. */
function folderOfPackage(from: string, name: string): string | undefined {
  let folder = from;
  for (;;) {
    if (packageName(folder) === name) return folder;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function packageName(folder: string): string | undefined {
  return readPackageJson(folder)?.name;
}

function readPackageJson(folder: string): { name?: string; version?: string } | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
}

/**
 * Kuleshov's own root: the folder that holds `prompts/`, `models/` and `dist/`, whether this runs from `src/` (tests)
 * or from what is built of it.
 */
export function packageRoot(): string {
  const root = folderOfPackage(dirname(fileURLToPath(import.meta.url)), "kuleshov");
  if (root === undefined) throw new Error("Kuleshov's own package.json is gone: reinstall the package");
  return root;
}

/** The version in package.json. */
export function packageVersion(): string {
  const version = readPackageJson(packageRoot())?.version;
  if (version === undefined) throw new Error("Kuleshov's own package.json has no version: reinstall the package");
  return version;
}

/** A folder or file that ships with Kuleshov, by its path from the package's root. */
export function ownPath(...segments: string[]): string {
  return join(packageRoot(), ...segments);
}

/**
 * What `bundle.mjs` makes of a file that is started by name: `builtFile("adapters/mesh/mesh-worker.ts")`. Workers cannot run
 * from TypeScript.
 */
export function builtFile(sourcePath: string): string {
  return ownPath("dist", "bundle", sourcePath.replace(/\.ts$/, ".js"));
}

/** An installed npm package as node resolves it from here. */
interface InstalledPackage {
  readonly folder: string;
  readonly version: string;
}

/** Finds an installed dependency, hoisted or not, even when its `exports` hide package.json. */
export function findInstalledPackage(name: string): InstalledPackage | undefined {
  const require = createRequire(import.meta.url);
  for (const modules of require.resolve.paths(name) ?? []) {
    const folder = join(modules, name);
    const version = readPackageJson(folder)?.version;
    if (version !== undefined) return { folder, version };
  }
  return undefined;
}

/** A package that Kuleshov does without until something needs it. @throws {ConfigurationError} if it is not installed. */
export function optionalPackage(name: string, what: string): InstalledPackage {
  const found = findInstalledPackage(name);
  if (found !== undefined) return found;
  throw new ConfigurationError(
    `${what} needs the package ${name}, which is not installed: run \`npm install ${name}\` where Kuleshov is installed`,
  );
}
