import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { readBytes } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { systemPath } from "../../platform/system-path.ts";
import { openTableBytes, textOfFile } from "../../platform/tables/table-bytes.ts";
import { openTable } from "../../platform/tables/table-rows.ts";
import type { EvidenceFile, ImportedRow } from "../../ports/evidence-file.ts";
import type { ToolboxDefinition } from "../toolbox-definition.ts";
import { createCsvEvidence, sampleCsv } from "./csv-evidence.ts";
import { openEvidenceFolder } from "./evidence-folder.ts";
import { createListedEvidence, evidenceOfJsonTable, tableOfJson } from "./json-evidence.ts";
import { jsonOfText } from "./json-text.ts";
import { createTableColumns, type TableColumns } from "./table-columns.ts";
import { type TableFormat, tableError } from "./table-format.ts";

const JSON_ENDINGS: ReadonlySet<string> = new Set([".json", ".jsonl", ".ndjson"]);
/** JSON is read whole; larger exports come as CSV. */
const LARGEST_JSON_BYTES = 1 << 28;

/** What can be opened, and how. */
export interface KnownFormats {
  readonly tables: readonly TableFormat[];
  /** Readers of JSON that is no table, e.g. of results of MediaPipe's face landmarker. */
  readonly jsonReaders: readonly NonNullable<ToolboxDefinition["readJson"]>[];
}

export interface EvidenceRequest {
  readonly path: string;
  /** Toolbox that the user named, else it is told by the columns. */
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/**
 * Opens what a toolbox wrote: a CSV, TSV or JSON file (a list or object in a file of any ending), or a folder of them (one
 * per image). Of tables nothing but the first lines is read yet.
 *
 * @throws {ConfigurationError} if there is no such file, its columns are no toolbox's or not the named one's, or a
 * column is missing without which it says nothing.
 */
export async function openEvidence(request: EvidenceRequest, formats: KnownFormats): Promise<EvidenceFile> {
  const { path } = request;
  const info = await stat(systemPath(path)).catch((cause: unknown) => {
    throw tableError(path, whyRefused(cause), { cause });
  });
  if (info.isDirectory()) return openEvidenceFolder(path, (part) => openEvidence({ ...request, path: part }, formats));
  if (JSON_ENDINGS.has(extname(path).toLowerCase()) || (await beginsAsJson(path)))
    return openJson(request, info.size, formats);
  return openCsv(request, formats);
}

/** Whether a file begins as lists and objects do, whatever its ending: printed results are saved as text. */
async function beginsAsJson(path: string): Promise<boolean> {
  const bytes = await openTableBytes(path, (reason, options) => tableError(path, reason, options));
  try {
    const head = Buffer.alloc(4096);
    const { bytesRead } = await bytes.read(head, 0, head.length, 0);
    return /^(?:\xef\xbb\xbf)?\s*(?:[[{]|FaceLandmarkerResult\()/.test(head.toString("latin1", 0, bytesRead));
  } finally {
    await bytes.close();
  }
}

async function openCsv(request: EvidenceRequest, formats: KnownFormats): Promise<EvidenceFile> {
  const { path } = request;
  const table = await openTable(path, { refuse: (reason, options) => tableError(path, reason, options) });
  try {
    const columns = createTableColumns(path, table.header.columns, table.header.preface);
    const format = chooseFormat(columns, request, formats);
    const reader = format.reader(columns, { version: request.version, sample: await sampleCsv(table) });
    return createCsvEvidence({ path, title: format.title, table }, reader);
  } catch (error) {
    await table.bytes.close();
    throw error;
  }
}

async function openJson(request: EvidenceRequest, sizeBytes: number, formats: KnownFormats): Promise<EvidenceFile> {
  const { path, version } = request;
  if (sizeBytes > LARGEST_JSON_BYTES) throw tableError(path, "it has more than 256 MB of JSON: export it as CSV");
  const bytes = await readBytes(path).catch((cause: unknown) => {
    throw tableError(path, whyRefused(cause), { cause });
  });
  const json = jsonOfText(textOfFile(bytes), path);
  for (const readJson of formats.jsonReaders) {
    const listed = readJson(json, { path, version });
    if (listed !== undefined) return createListedEvidence(listed);
  }
  const table = tableOfJson(json);
  if (table === undefined)
    throw tableError(path, "it is neither a table in JSON nor a result of MediaPipe's face landmarker");
  const columns = createTableColumns(path, table.columns);
  const format = chooseFormat(columns, request, formats);
  const sample = { numbers: (column: number) => table.rows.flatMap((row) => finite(row[column])) };
  return evidenceOfJsonTable({ path, title: format.title, table }, format.reader(columns, { version, sample }));
}

function finite(value: unknown): readonly number[] {
  return typeof value === "number" && Number.isFinite(value) ? [value] : [];
}

function chooseFormat(columns: TableColumns, { path, name }: EvidenceRequest, { tables }: KnownFormats): TableFormat {
  const recognised = tables.find((format) => format.recognises(columns));
  if (name === undefined) {
    if (recognised !== undefined) return recognised;
    const names = tables.map((format) => format.name).join(", ");
    throw columns.lacks(`its columns are those of no toolbox known here (${names})`);
  }
  const named = tables.find((format) => format.name === name);
  if (named === undefined) throw tableError(path, `there is no table format of a toolbox "${name}"`);
  if (recognised !== undefined && recognised !== named && !named.recognises(columns)) {
    throw tableError(path, `its columns are those of ${recognised.title}, not of ${named.title}`);
  }
  return named;
}

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
