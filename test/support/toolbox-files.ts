import { fileURLToPath } from "node:url";
import { openEvidenceFile } from "../../src/compose/evidence.ts";
import type { EvidenceFile, ImportedFace, ImportedRow } from "../../src/ports/evidence-file.ts";
import { collect } from "./collect.ts";

/** A golden file of a toolbox. */
export function goldenFile(name: string): string {
  return fileURLToPath(new URL(`../fixtures/toolboxes/${name}`, import.meta.url));
}

/** A file that stands for what users of toolboxes report; its number is that of the report. */
export function fieldCase(name: string): string {
  return fileURLToPath(new URL(`../fixtures/cases/${name}`, import.meta.url));
}

/** Reads a file of a toolbox from end to end. */
export async function importAll(spec: string): Promise<{ file: EvidenceFile; rows: readonly ImportedRow[] }> {
  const file = await openEvidenceFile(spec);
  try {
    return { file, rows: (await collect(file.rows())).flat() };
  } finally {
    await file.close();
  }
}

/** Values by action unit and side, on one scale: `{ AU12: 3.25, "AU12:left": 3 }`. */
export function valuesOn(scale: string, face: ImportedFace | null | undefined): Record<string, number> {
  const units = (face?.measurement.actionUnits ?? []).filter((unit) => unit.scale === scale);
  return Object.fromEntries(units.map(({ au, side, value }) => [side === "both" ? au : `${au}:${side}`, value]));
}
