import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import type { Report } from "../domain/report.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";

const REPORT = "report.json";
const PICTURE = "annotated.png";

/**
 * Makes the folder before anything is computed, so that a wrong path costs nothing.
 *
 * @throws {ConfigurationError} if it holds a report already, unless `force`.
 */
export async function prepareReportFolder(folder: string, force: boolean): Promise<void> {
  if (existsSync(join(folder, REPORT)) && !force) {
    throw new ConfigurationError(
      `Cannot write report as there is one already (add --force to replace it): \`${folder}\``,
    );
  }
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EEXIST" ? "there is a file of that name" : `the folder cannot be made (${code})`;
    throw new ConfigurationError(`Cannot write report as ${reason}: \`${folder}\``, { cause: error });
  }
}

/** Writes the report and the annotated image beside it. @returns one line that says where. */
export async function writeReportFolder(folder: string, report: Report, signal: AbortSignal): Promise<string> {
  const { decodeImage } = await import("../measuring/decode-image.ts");
  const { renderOverlay } = await import("../render/overlay.ts");
  const image = await decodeImage(report.provenance.image.path, signal);
  await writeFileAtomic(join(folder, PICTURE), await renderOverlay(image, report.faces, { evidence: report.evidence }));
  await writeFileAtomic(join(folder, REPORT), `${JSON.stringify(report, null, 2)}\n`);
  return `Wrote ${join(folder, REPORT)} and ${join(folder, PICTURE)}`;
}
