import type { ToolboxId, ToolboxSupport } from "../../domain/measurement.ts";
import type { EvidenceFile, ImportedRow } from "../../ports/evidence-file.ts";
import { type JsonTable, jsonCells } from "./json-cells.ts";
import type { RowReader } from "./table-format.ts";

export interface ListedEvidence {
  readonly path: string;
  readonly title: string;
  readonly toolbox: ToolboxId;
  readonly supports: ToolboxSupport;
  readonly warnings: readonly string[];
  readonly rows: readonly ImportedRow[];
}

const BATCH_ROWS = 500;

/** Evidence that had to be read whole, as JSON must. */
export function createListedEvidence(list: ListedEvidence): EvidenceFile {
  return {
    ...list,
    async *rows(signal) {
      for (let from = 0; from < list.rows.length; from += BATCH_ROWS) {
        signal?.throwIfAborted();
        yield list.rows.slice(from, from + BATCH_ROWS);
      }
    },
    rowsAt: async (positions) => positions.flatMap(({ offsetBytes }) => list.rows[offsetBytes] ?? []),
    close: async () => undefined,
  };
}

/** Where a record of JSON stands: its number stands in for the bytes. */
export function recordPosition(index: number): ImportedRow["at"] {
  return { part: 0, line: index + 1, offsetBytes: index, lengthBytes: 1 };
}

/** Reads every record of a JSON table with the reader of the toolbox that wrote it. */
export function evidenceOfJsonTable(source: { path: string; title: string; table: JsonTable }, reader: RowReader) {
  const warnings = new Set(reader.warnings);
  const rows: ImportedRow[] = [];
  source.table.rows.forEach((_, row) => {
    const cells = jsonCells(source.path, source.table, { row, wanted: reader.wanted });
    const content = reader.read(cells, (sentence) => void warnings.add(sentence));
    if (content !== undefined) rows.push({ at: recordPosition(rows.length), file: source.path, ...content });
  });
  const { path, title } = source;
  const { toolbox, supports } = reader;
  return createListedEvidence({ path, title, toolbox, supports, warnings: [...warnings], rows });
}
