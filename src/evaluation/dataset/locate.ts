import { resolve } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { locateImage } from "../../exemplars/image-reference.ts";

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
