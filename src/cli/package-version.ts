import { readFileSync } from "node:fs";
import { findPackageRoot } from "../networks/package-paths.ts";

/** The version in package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("package.json", findPackageRoot()), "utf8")) as {
    version: string;
  };
  return version;
}
