import { existsSync } from "node:fs";
import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { systemPath } from "../../platform/system-path.ts";
import { isMissing, numberInCell, readTable } from "../../platform/tables/table-rows.ts";
import { locateDatasetPath } from "../dataset/locate.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Rubric } from "../file/rubric.ts";

/** The grade that one person gave to one answer by one criterion. */
export const PersonGrade = z.strictObject({
  call: z.string(),
  criterion: z.string(),
  rater: z.string(),
  grade: z.int().min(0),
});
export type PersonGrade = z.infer<typeof PersonGrade>;

const COLUMNS = ["call", "criterion", "rater", "grade"] as const;

/**
 * Reads the grades that people gave: a row for each, with `call`, `criterion`, `rater` and `grade`, the last as a number or as
 * the level's words. Rows without a grade are still to be filled in.
 * @throws {ConfigurationError} naming the line that cannot be used.
 */
async function readPersonGrades(path: string, rubric: Rubric): Promise<readonly PersonGrade[]> {
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read grades as ${reason}: \`${path}\``, options);
  const rows = await readTable(path, { refuse });
  const lacking = COLUMNS.filter((column) => rows.some(({ cells }) => cells[column] === undefined));
  if (lacking.length > 0)
    throw refuse(`it has no column ${lacking.join(", ")}: eval export writes one to be filled in`);
  return rows.flatMap(({ line, cells, decimalComma }) => {
    const [call = "", name = "", rater = "", cell = ""] = COLUMNS.map((column) => cells[column]?.trim());
    if (isMissing(cell)) return [];
    const criterion = rubric.find((one) => one.name === name);
    if (criterion === undefined) throw refuse(`line ${line} grades by "${name}", which is no criterion of the rubric`);
    if (rater === "") throw refuse(`line ${line} does not say whose grade it is: fill in rater`);
    const place = criterion.levels.indexOf(cell);
    const grade = place >= 0 ? place : numberInCell(cell, decimalComma);
    if (grade === undefined || !Number.isInteger(grade) || grade < 0 || grade >= criterion.levels.length) {
      throw refuse(`the grade of line ${line}, "${cell}", is none of 0 to ${criterion.levels.length - 1}`);
    }
    return [{ call, criterion: name, rater, grade }];
  });
}

/** The grades that an evaluation file names, once they are there. */
export async function gradesOf({ judge, rubric }: EvalFile, evalFilePath: string): Promise<readonly PersonGrade[]> {
  if (judge?.grades === undefined) return [];
  const path = locateDatasetPath(judge.grades, evalFilePath);
  return existsSync(systemPath(path)) ? readPersonGrades(path, rubric) : [];
}
