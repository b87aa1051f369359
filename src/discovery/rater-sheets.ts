import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { krippendorffStatistic } from "../domain/statistics/krippendorff-alpha.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { systemPath } from "../platform/system-path.ts";
import { readTable } from "../platform/tables/table-rows.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { checkId, readSheet, SHEET_COLUMNS, type SheetRating } from "./score-sheet.ts";
import { CHECK_FOLDER, readCheckKey, SHEET_FILE } from "./write-discovery.ts";

/** One line of a blind check, as raters see it. */
interface SheetLine {
  readonly item: string;
  /** Files in the folder of the check. */
  readonly image: string;
  readonly references: readonly string[];
}

/** A blind check with what all raters have given so far, each in a sheet of their own beside the empty one. */
interface CheckSheets {
  readonly lines: readonly SheetLine[];
  readonly ratings: readonly SheetRating[];
  /** The sheets that these ratings stand in, as `discover score` takes them. */
  readonly sheets: readonly string[];
}

/** Reads every sheet of a check. @throws {ConfigurationError} if there is none, or one is damaged. */
export async function readCheckSheets(discovery: string): Promise<CheckSheets> {
  const folder = join(discovery, CHECK_FOLDER);
  const path = join(folder, SHEET_FILE);
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read rating sheet as ${reason}: \`${path}\``, options);
  const rows = await readTable(path, { refuse });
  const names = await readdir(systemPath(folder));
  const lines = rows.map(({ cells, line }): SheetLine => {
    const { item, image, compare_with } = cells;
    if (!item || !image || compare_with === undefined) throw refuse(`line ${line} names no item, image or references`);
    const [before = "", after = ""] = compare_with.split("*");
    return { item, image, references: names.filter((name) => name.startsWith(before) && name.endsWith(after)).sort() };
  });
  const check = checkId(await readCheckKey(discovery));
  const paths = names.filter((name) => name.endsWith(".csv")).map((name) => join(folder, name));
  const read = await Promise.all(paths.sort().map(async (sheet) => ({ sheet, ratings: await readSheet(sheet) })));
  const own = read.map(({ sheet, ratings }) => ({
    sheet,
    ratings: ratings.filter((given) => (given.check ?? check) === check),
  }));
  const filled = own.filter(({ ratings }) => ratings.length > 0);
  return { lines, ratings: filled.flatMap(({ ratings }) => ratings), sheets: filled.map(({ sheet }) => sheet) };
}

/**
 * Keeps one rating in the rater's own sheet, which `discover score` reads like any other; `null` takes it back.
 *
 * @throws {ConfigurationError} if the check has no such item, or the name is none for a file.
 */
export async function keepRating(discovery: string, rater: string, item: string, rating: number | null): Promise<void> {
  refuseRater(rater);
  const { lines, ratings } = await readCheckSheets(discovery);
  if (!lines.some((line) => line.item === item)) throw new ConfigurationError(`The check has no item "${item}"`);
  const given = new Map(ratings.filter((each) => each.rater === rater).map((each) => [each.item, each.rating]));
  if (rating === null) given.delete(item);
  else given.set(item, rating);
  const [check, path] = [checkId(await readCheckKey(discovery)), join(discovery, CHECK_FOLDER, sheetOf(rater))];
  const there = (await hashOfFileIfThere(path)) === undefined ? [] : await readSheet(path);
  if (there.some((given) => (given.check ?? check) !== check)) {
    throw new ConfigurationError(
      `Cannot keep the rating as ${sheetOf(rater)} holds ratings of an earlier discovery: move it elsewhere (\`${path}\`)`,
    );
  }
  const table = await readTable(join(discovery, CHECK_FOLDER, SHEET_FILE), { refuse: refusal });
  const rows = table.map(({ cells }) => [
    ...[cells.item, cells.image, cells.compare_with, rater],
    ...[given.get(cells.item ?? ""), check],
  ]);
  await writeFileAtomic(path, csvLines([SHEET_COLUMNS, ...rows]));
}

const refusal = (reason: string, options?: ErrorOptions) =>
  new ConfigurationError(`Cannot read rating sheet as ${reason}`, options);

/** @throws {ConfigurationError} if a rater's name is none for a file. */
export function refuseRater(rater: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,39}$/u.test(rater) || rater.toLowerCase() === "sheet") {
    throw new ConfigurationError(
      `Cannot keep ratings under "${rater}": a rater's name has letters, digits, spaces and hyphens, 40 at most`,
    );
  }
}

/** The name of a rater's own sheet. Names that some disks take for one share a sheet on all. */
export function sheetOf(rater: string): string {
  return `sheet-${rater.normalize("NFC").toLowerCase()}.csv`;
}

interface RatedSoFar {
  readonly lines: readonly Pick<SheetLine, "item">[];
  readonly ratings: readonly SheetRating[];
}

/** Krippendorff's alpha over all items that two raters or more have rated; `null` where it is not defined. */
export function agreementSoFar(
  { lines, ratings }: RatedSoFar,
  level: "ordinal" | "nominal",
): {
  readonly alpha: number | null;
  readonly items: number;
} {
  const raters = [...new Set(ratings.map(({ rater }) => rater))];
  const given = new Map(ratings.map(({ item, rater, rating }) => [JSON.stringify([item, rater]), rating]));
  const table = lines.map(({ item }) => raters.map((rater) => given.get(JSON.stringify([item, rater])) ?? null));
  const items = table.filter((row) => row.filter((rating) => rating !== null).length > 1).length;
  return { alpha: krippendorffStatistic(table, level)(new Float64Array(table.length).fill(1)), items };
}
