import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { readText } from "../../platform/read-file.ts";
import { systemPath } from "../../platform/system-path.ts";
import { keepInRun } from "../../runs/run-manifest.ts";
import { locateDatasetPath } from "../dataset/locate.ts";
import { EvalFile } from "../file/eval-file.ts";
import { readEvalFile } from "../file/read-eval-file.ts";
import { gradesOf, PersonGrade } from "../judge/person-grades.ts";
import { openRun, type StoredRun } from "../runner/stored-run.ts";

export const SCORING_FILE = "scoring.json";

/** How the answers of a run are scored since, otherwise than it began. */
const Scoring = z.strictObject({
  /** The evaluation file that says so. */
  path: z.string(),
  /** Grades that people gave to the answers, as they were read then. */
  grades: z.array(PersonGrade).optional(),
  ...EvalFile.pick({ scorers: true, assertions: true, analysis: true, thresholds: true, baseline: true }).shape,
});
export type Scoring = z.infer<typeof Scoring>;

/**
 * Has the answers of a run scored by what an evaluation file says of scorers, analysis and thresholds, from now on.
 * Nothing is asked.
 * @throws {ConfigurationError} if a scorer has nothing in the run to score, or needs a model to be asked.
 */
export async function keepScoring(
  folder: string,
  path: string | undefined,
  check: (file: EvalFile, run: StoredRun) => Promise<void>,
): Promise<void> {
  const run = await openRun(folder);
  const from = resolve(path ?? run.header.evalFilePath);
  const { file } = await readEvalFile(from);
  const { scorers, assertions, analysis, thresholds, baseline } = file;
  await check(file, run);
  const grades = await gradesOf(file, from);
  const scoring: Scoring = {
    path: from,
    ...(grades.length === 0 ? {} : { grades: [...grades] }),
    scorers,
    assertions,
    analysis,
    thresholds,
    ...(baseline === undefined ? {} : { baseline: locateDatasetPath(baseline, from) }),
  };
  await keepInRun(folder, SCORING_FILE, `${JSON.stringify(scoring, null, 2)}\n`);
}

/** The scoring that was kept; `undefined` where the run is scored as it began. @throws {ConfigurationError} if it is damaged. */
export async function readScoring(folder: string): Promise<Scoring | undefined> {
  const path = join(folder, SCORING_FILE);
  if (!existsSync(systemPath(path))) return undefined;
  try {
    return Scoring.parse(JSON.parse(await readText(path)));
  } catch (cause) {
    const how = "remove it, and score the run again with `kuleshov eval rescore`";
    throw new ConfigurationError(`Cannot score run as its ${SCORING_FILE} is damaged: ${how} (\`${folder}\`)`, {
      cause,
    });
  }
}
