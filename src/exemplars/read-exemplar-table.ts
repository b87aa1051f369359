import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { CategoryName } from "../domain/category.ts";
import { PackError } from "../domain/errors.ts";
import { type CandidateList, type ExemplarCandidate, RegionText } from "./exemplar-candidate.ts";
import { issueInWords, missingFile, readText } from "./pack.ts";

const Cell = z.string().transform((text) => (text.trim() === "" ? null : text.trim()));

/** One row. Only `path` and `category` must be there. */
const Row = z.strictObject({
  path: z.string().trim().min(1, "it is empty"),
  category: CategoryName,
  role: z.preprocess(
    (value) => (value === "" ? undefined : value),
    z.enum(["instance", "counter"]).default("instance"),
  ),
  caption: Cell.default(null),
  definition: Cell.default(null),
  why: Cell.default(null),
  labeller: Cell.default(null),
  licence: Cell.default(null),
  source: Cell.default(null),
  region: z.preprocess((value) => (value === "" ? undefined : value), RegionText.optional()),
});

/** Other words that tables use for the same columns. */
const SYNONYMS: Readonly<Record<string, string>> = {
  image: "path",
  file: "path",
  filename: "path",
  label: "category",
  emotion: "category",
  labeler: "labeller",
  rater: "labeller",
  license: "licence",
  description: "caption",
  reason: "why",
};

/**
 * Reads exemplars from a CSV table with a header: `path, category` and, if wanted, `role, caption, definition, why,
 * labeller, licence, source, region` (`left,top,width,height`). Paths are relative to the table; comma, semicolon or tab.
 * @throws {PackError} if it cannot be read as a table or has no path or category column.
 */
export async function readExemplarTable(path: string, options: { readonly labeller: string }): Promise<CandidateList> {
  const rows = parseRows(await readText(path), path);
  const read = await Promise.all(rows.map((row) => readRow(row, path, options)));
  return {
    candidates: read.flatMap((entry) => ("candidate" in entry ? [entry.candidate] : [])),
    problems: read.flatMap((entry) => ("reason" in entry ? [entry] : [])),
  };
}

interface TableRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parseRows(text: string, path: string): TableRow[] {
  try {
    const rows: TableRow[] = parse(text, {
      columns: (header: string[]) => header.map(columnName),
      bom: true,
      delimiter: [",", ";", "\t"],
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
    const [first] = rows;
    if (first === undefined) throw new PackError(path, []);
    for (const column of ["path", "category"]) {
      if (column in first.record) continue;
      throw new PackError(path, [{ line: 1, reason: `there is no column ${column}` }]);
    }
    return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : null;
    throw new PackError(path, [{ line, reason: `it is not a table (${error.message})` }], { cause: error });
  }
}

function columnName(header: string): string {
  const name = header.trim().toLowerCase();
  return SYNONYMS[name] ?? name;
}

async function readRow(
  { record, info }: TableRow,
  tablePath: string,
  options: { readonly labeller: string },
): Promise<{ readonly candidate: ExemplarCandidate } | { readonly line: number; readonly reason: string }> {
  const line = info.lines;
  const parsed = Row.safeParse(record);
  if (!parsed.success) return { line, reason: issueInWords(parsed.error) };
  const { path: name, region, labeller, ...label } = parsed.data;
  const path = isAbsolute(name) ? name : join(dirname(tablePath), name);
  const reason = await missingFile(path, name);
  if (reason !== undefined) return { line, reason };
  return {
    candidate: {
      label: { ...label, labeller: labeller ?? options.labeller },
      path,
      name: path,
      sha256: null,
      region: region ?? null,
      pack: basename(tablePath, extname(tablePath)),
      line,
      measurements: null,
    },
  };
}
