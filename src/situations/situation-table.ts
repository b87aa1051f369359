import { ConfigurationError } from "../domain/errors.ts";
import { columnsInWords, readTable } from "../platform/tables/table-rows.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import type { SituationReading } from "./read-situation.ts";
import { situationAppraisals, situationLabels } from "./situation-network.ts";

/** A situation to be read, with what else its row of a table holds. */
export interface NamedSituation {
  readonly situation: string;
  readonly columns: Readonly<Record<string, string>>;
}

const COLUMNS = ["situation", "context", "text", "sentence", "scenario", "item"];

/**
 * The situations of a table: from the first of the columns situation, context, text, sentence, scenario and item that it
 * has, or from its only column.
 *
 * @throws {ConfigurationError} if it is no table, has none of these columns, or no row.
 */
export async function readSituationTable(path: string): Promise<NamedSituation[]> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read situations as ${reason}: \`${path}\``, options);
  const rows = await readTable(path, { refuse });
  const header = Object.keys(rows[0]?.cells ?? {});
  const named = COLUMNS.flatMap((name) => header.find((column) => column.toLowerCase() === name) ?? []);
  const column = named[0] ?? (header.length === 1 ? header[0] : undefined);
  if (header.length === 0) throw refuse("it has no rows");
  if (column === undefined) throw refuse(`no column is called situation, only ${columnsInWords(header)}`);
  return rows.map(({ cells }) => {
    const { [column]: situation = "", ...columns } = cells;
    return { situation, columns };
  });
}

/**
 * One row per situation: the columns it came with, a probability for each emotion and 0..1 for each appraisal, and why it
 * was not read. Numbers of a situation that was not read are empty, never 0.
 */
export function situationsCsv(read: readonly (NamedSituation & { readonly reading: SituationReading })[]): string {
  const own = [...new Set(read.flatMap(({ columns }) => Object.keys(columns)))];
  const [labels, appraisals] = [situationLabels(), situationAppraisals()];
  const header = ["situation", ...own, ...labels, ...appraisals, "not_read_because"];
  const rows = read.map(({ situation, columns, reading }) => [
    situation,
    ...own.map((name) => columns[name] ?? ""),
    ...labels.map((name) => number(reading.distribution?.find(({ label }) => label === name)?.probability)),
    ...appraisals.map((name) => number(reading.appraisals.find((appraisal) => appraisal.name === name)?.value)),
    reading.abstention ?? "",
  ]);
  return csvLines([header, ...rows]);
}

function number(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(4);
}
