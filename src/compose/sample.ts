import { join } from "node:path";
import { ModelFileError } from "../domain/errors.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";

/** What may be said of the sample's situation. */
export const SAMPLE_CONTEXT = "Friends at a costume party.";

/** An image that comes with a dependency: three women at a costume party. */
export function sampleImage(): string {
  const installed = findInstalledPackage("@vladmandic/face-api");
  if (installed === undefined) throw new ModelFileError("sample image", "its package is missing: run npm ci again");
  return join(installed.folder, "demo", "sample1.jpg");
}
