import { readFileSync } from "node:fs";
import { ownPath } from "../networks/package-paths.ts";

/** The version in package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(ownPath("package.json"), "utf8")) as { version: string };
  return version;
}
