import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { locateImage } from "../../exemplars/image-reference.ts";
import { systemPath } from "../../platform/system-path.ts";

/** Where a dataset path of an evaluation file leads: `$NAME` from the environment, `npm:` into a dependency. */
export function locateDatasetPath(
  written: string,
  evalFilePath: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const expanded = written.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_whole, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? "";
    const value = env[name];
    if (value === undefined || value === "") {
      throw new ConfigurationError(
        `Cannot find the dataset as the environment variable ${name} is not set: point it at the folder that holds the data`,
      );
    }
    return value;
  });
  const found = locateImage(expanded, evalFilePath);
  if (found === undefined)
    throw new ConfigurationError(`Cannot find the dataset as its package is not installed: \`${written}\``);
  return resolve(found);
}

/** `{name}`, or `{name:4}` for a number of at least four digits. */
const PLACEHOLDER = /\{([^}:]+)(?::(\d))?\}/g;

/** The columns of which paths are made: `label` and `file` of `faces/{label}/{file}`. */
export function columnsOfPaths(templates: readonly string[]): readonly string[] {
  return templates.flatMap((one) => [...one.matchAll(PLACEHOLDER)].map(([, name = ""]) => name));
}

/**
 * The first path, made of a row's cells, that leads to a file; the first of all when none does, which then is the one that
 * is missing.
 *
 * @param besides file whose folder the paths are relative to.
 */
export function firstPathThere(
  templates: readonly string[],
  cell: (column: string) => string | null,
  besides: string,
): string | { readonly emptyCell: string } {
  const emptyCell = columnsOfPaths(templates).find((name) => cell(name) === null);
  if (emptyCell !== undefined) return { emptyCell };
  const fill = (_whole: string, name: string, digits?: string) => (cell(name) ?? "").padStart(Number(digits ?? 0), "0");
  const paths = templates.map((template) => template.replace(PLACEHOLDER, fill));
  const there =
    paths.length === 1 ? undefined : paths.find((path) => existsSync(systemPath(locateDatasetPath(path, besides))));
  return there ?? paths[0] ?? "";
}
