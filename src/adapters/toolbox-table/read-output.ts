import type { ImportedRow } from "../../ports/evidence-file.ts";
import { openEvidence } from "./open-evidence.ts";
import type { TableFormat } from "./table-format.ts";

/**
 * Reads a small table that a toolbox has just written, whole.
 *
 * @throws {ConfigurationError} if it is not this toolbox's table, or is cut short.
 */
export async function readOutput(path: string, format: TableFormat, version: string): Promise<readonly ImportedRow[]> {
  const formats = { tables: [format], jsonReaders: [] };
  const file = await openEvidence({ path, name: format.name, version }, formats);
  try {
    const rows: ImportedRow[] = [];
    for await (const batch of file.rows()) rows.push(...batch);
    return rows;
  } finally {
    await file.close();
  }
}
