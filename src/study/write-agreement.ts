import type { StudyAgreement } from "../domain/agreement.ts";
import { agreementFigure, agreementPage } from "../pages/result-pages.tsx";
import { sha256 } from "../platform/hash.ts";
import { packageVersion } from "../platform/package-paths.ts";
import { openRunFolder, type RunMode } from "../runs/run-folder.ts";
import { agreementCsv } from "./study-agreement.ts";

interface AgreementRun extends RunMode {
  readonly folder: string;
  /** What was compared. */
  readonly paths: readonly string[];
}

/** Writes how far toolboxes agree into a folder of its own: a table, JSON, a figure and a page. */
export async function writeAgreement(
  found: StudyAgreement,
  { folder, paths, resume, force }: AgreementRun,
): Promise<void> {
  const json = agreementJson(found);
  const settings = { measurements: paths, faces: { id: `${found.faces} faces`, sha256: sha256(json) } };
  const run = await openRunFolder(folder, { resume, force, command: "agreement", settings, version: packageVersion() });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await run.write("agreement.csv", agreementCsv(found));
    await run.write("agreement.json", json);
    await run.write("agreement.svg", agreementFigure(found));
    await run.write("agreement.html", agreementPage(found));
    state = "finished";
  } finally {
    await run.close(state);
  }
}

export function agreementJson(found: StudyAgreement): string {
  return `${JSON.stringify(found, null, 2)}\n`;
}
