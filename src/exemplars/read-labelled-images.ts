import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { CategoryName } from "../domain/category.ts";
import { issueInWords } from "../domain/complaint.ts";
import { PackError } from "../domain/errors.ts";
import { filesBelow } from "../measuring/folder-files.ts";
import { readTable, type TableRow } from "../platform/tables/table-rows.ts";
import { type CandidateList, type ExemplarCandidate, RegionText } from "./exemplar-candidate.ts";
import { missingFile } from "./pack.ts";

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
const SYNONYMS: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
);

/**
 * Reads exemplars from a CSV table with a header: `path, category` and, if wanted, `role, caption, definition, why,
 * labeller, licence, source, region` (`left,top,width,height`). Paths are relative to the table.
 * @throws {PackError} if it cannot be read as a table or has no path or category column.
 */
export async function readExemplarTable(path: string, options: { readonly labeller: string }): Promise<CandidateList> {
  const rows = await readRows(path);
  const read = await Promise.all(rows.map((row) => readRow(row, path, options)));
  return {
    candidates: read.flatMap((entry) => ("candidate" in entry ? [entry.candidate] : [])),
    problems: read.flatMap((entry) => ("reason" in entry ? [entry] : [])),
  };
}

async function readRows(path: string): Promise<readonly TableRow[]> {
  const refuse = (reason: string, options?: ErrorOptions) => new PackError(path, [{ line: null, reason }], options);
  const rows = await readTable(path, { refuse, rename: columnName });
  const [first] = rows;
  if (first === undefined) throw new PackError(path, []);
  for (const column of ["path", "category"]) {
    if (column in first.cells) continue;
    throw new PackError(path, [{ line: 1, reason: `there is no column ${column}` }]);
  }
  return rows;
}

function columnName(header: string): string {
  const name = header.toLowerCase();
  return SYNONYMS.get(name) ?? name;
}

async function readRow(
  { cells, line }: TableRow,
  tablePath: string,
  options: { readonly labeller: string },
): Promise<{ readonly candidate: ExemplarCandidate } | { readonly line: number; readonly reason: string }> {
  const parsed = Row.safeParse(cells, { reportInput: true });
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

/**
 * Reads a tree with one folder per category: `awe/1.jpg`, `awe/more/2.jpg`, `triumph/3.jpg`. The first folder's name is
 * the category. `notify` is told what is left out.
 * @throws {PackError} if there is no image in any folder of it.
 */
export async function readCategoryFolders(
  root: string,
  options: { readonly labeller: string; readonly notify?: (notice: string) => void },
): Promise<CandidateList> {
  const { names, leftOut } = await filesBelow(root);
  const found = names.filter((name) => name.includes("/"));
  if (found.length === 0) {
    throw new PackError(root, [{ line: null, reason: "it has no folder per category with images in it" }]);
  }
  if (leftOut !== null) options.notify?.(leftOut);
  const loose = names.length - found.length;
  if (loose > 0) {
    options.notify?.(
      `${loose} ${loose === 1 ? "image is" : "images are"} left out, in no category's folder (\`${root}\`)`,
    );
  }
  const problems: { line: null; reason: string }[] = [];
  const candidates = found.flatMap((file) => {
    const name = CategoryName.safeParse(file.split("/")[0]);
    if (!name.success) {
      problems.push({ line: null, reason: `${file}: ${name.error.issues[0]?.message}` });
      return [];
    }
    const label = { category: name.data, role: "instance", labeller: options.labeller } as const;
    const path = join(root, file);
    return [
      {
        label: { ...label, caption: null, definition: null, why: null, licence: null, source: null },
        path,
        name: path,
        sha256: null,
        region: null,
        pack: basename(root),
        line: null,
        measurements: null,
      },
    ];
  });
  return { candidates, problems };
}
