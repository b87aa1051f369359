import { join } from "node:path";
import { setImmediate as otherWork } from "node:timers/promises";
import { fixedAnswerNote } from "../../domain/fixed-answers.ts";
import { groupBy } from "../../domain/group-by.ts";
import { evaluationPage } from "../../pages/evaluation-page.tsx";
import { keepInRun } from "../../runs/run-manifest.ts";
import { locateDatasetPath } from "../dataset/locate.ts";
import { auditFewShot, type FewShotAudit } from "../few-shot/audit.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { parseEvalFile } from "../file/read-eval-file.ts";
import { judgedCall } from "../judge/judge-calls.ts";
import { gradesOf, type PersonGrade } from "../judge/person-grades.ts";
import { createLabelReader } from "../label-reader.ts";
import { loadLemmas } from "../load-wheels.ts";
import { type Comparison, compareSides, sideOf } from "../results/compare.ts";
import { readScoring } from "../results/scoring.ts";
import { type CellResult, type RunSummary, summarise } from "../results/summarise.ts";
import { type ThresholdResult, thresholdResults } from "../results/thresholds.ts";
import type { AnswerCache } from "../runner/answer-cache.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { hasRun, judgmentsPath, openRun, readResults, resultsPath, type StoredRun } from "../runner/stored-run.ts";
import type { Scorer } from "../score.ts";
import { scorersOf } from "../scorers/scorers-of.ts";
import { type ContextEffectsOf, contextEffectsOf } from "./context-section.ts";
import { evaluationView } from "./evaluation-view.ts";

/** A run with its answers scored. */
export interface ScoredAnswers {
  readonly run: StoredRun;
  readonly file: EvalFile;
  /** The evaluation file that they were scored by since; `null` while they are scored as the run began. */
  readonly scoredBy: string | null;
  readonly records: readonly CallRecord[];
  readonly scorers: readonly Scorer[];
  readonly summary: RunSummary;
  /** What people made of the answers that a judge graded. */
  readonly grades: readonly PersonGrade[];
}

/** A run with everything that is computed from it. */
export interface ScoredRun extends ScoredAnswers {
  readonly comparisons: readonly Comparison[];
  readonly contextEffects: readonly ContextEffectsOf[];
  readonly audits: readonly FewShotAudit[];
  /** Conditions whose model gives the same numbers whatever the face, a sentence each. */
  readonly fixed: readonly string[];
  readonly thresholds: readonly ThresholdResult[];
}

/**
 * Reads a run's answers and scores them with the scorers that its file names, and then with the caller's own.
 * @throws {ConfigurationError} if there is no run.
 */
export async function scoreRun(folder: string, own: readonly Scorer[] = []): Promise<ScoredRun> {
  return withNumbers(await scoreAnswers(folder, own), own);
}

/**
 * Everything that is computed from scored answers. Of many answers that takes seconds: it is done part by part, and what
 * else the process is asked is answered in between.
 */
export async function withNumbers(answers: ScoredAnswers, own: readonly Scorer[] = []): Promise<ScoredRun> {
  const { run, file, records, scorers, summary } = answers;
  const reader = createLabelReader(run.header.labels, await loadLemmas());
  for (const result of summary.cells.flatMap((cell) => cell.scorers)) {
    void result.metrics; // estimated and kept
    await otherWork();
  }
  const comparisons: Comparison[] = [];
  for (const scorer of scorers) {
    comparisons.push(...compareCells(summary, scorer, file.analysis));
    await otherWork();
  }
  return {
    ...answers,
    comparisons,
    contextEffects: contextEffectsOf(records, run.samples, { file, reader }),
    audits: auditFewShot(records, run.samples, { file, reader }),
    fixed: fixedAnswers(records, summary),
    thresholds: thresholdResults(summary, file, {
      scorers,
      baseline: await baselineOf(file, run.header.evalFilePath, own),
    }),
  };
}

/**
 * A run's answers with their scores, and nothing that is made of them: no comparisons, effects or thresholds.
 * @param most of which only the first so many that were written.
 */
export async function scoreAnswers(folder: string, own: readonly Scorer[] = [], most?: number): Promise<ScoredAnswers> {
  const run = await openRun(folder);
  const { path: scoredBy, grades: kept, ...scoring } = (await readScoring(folder)) ?? { path: null };
  const file = { ...parseEvalFile(run.header.evalFileText, run.header.evalFilePath), ...scoring };
  const grades = kept ?? (await gradesOf(file, run.header.evalFilePath));
  const records = await readResults(folder, resultsPath(folder), most);
  const scorers = await scorersOf(file, run.header.labels, own, grades);
  const summary = summarise(records, run.samples, { file, scorers, judged: await judgmentsOf(folder) });
  return { run, file, scoredBy, records, scorers, summary, grades };
}

/** The run that thresholds are held against, scored as it was and by the caller's own; `undefined` where it is gone by now. */
async function baselineOf(
  { baseline }: EvalFile,
  evalFilePath: string,
  own: readonly Scorer[],
): Promise<RunSummary | undefined> {
  if (baseline === undefined) return undefined;
  const place = locateDatasetPath(baseline, evalFilePath);
  return hasRun(place) ? (await scoreAnswers(place, own)).summary : undefined;
}

const ONE_FACE_OR_NONE: ReadonlySet<string> = new Set(["context-only", "neutral-alone", "neutral-in-context"]);

/**
 * Each sample counts once, as it was first answered: repeats of it are the same face. Where faces are hidden and the same is told of all,
 * or one neutral face takes the place of all, the same answer is no habit.
 */
function fixedAnswers(records: readonly CallRecord[], { cells }: RunSummary): readonly string[] {
  const hidden = new Set(
    cells.flatMap(({ cell: { id, condition } }) => (ONE_FACE_OR_NONE.has(condition.arm) ? [id] : [])),
  );
  return [...groupBy(records, ({ cell }) => cell)].flatMap(([cell, own]) => {
    if (hidden.has(cell)) return [];
    const bySample = groupBy(own, ({ sample }) => sample);
    const faces = [...bySample.values()].flatMap(([first]) => {
      if (first?.answer == null) return [];
      const { faceOnly, integrated } = first.answer;
      return [{ faceOnly: faceOnly.distribution ?? [], integrated: integrated.distribution ?? [] }];
    });
    return fixedAnswerNote(`"${cell}"`, faces) ?? [];
  });
}

/** What the judge said, by the call it judged. */
async function judgmentsOf(folder: string): Promise<ReadonlyMap<string, Record<string, CallRecord>>> {
  const judged = new Map<string, Record<string, CallRecord>>();
  for (const record of await readResults(folder, judgmentsPath(folder))) {
    const { scorer, call } = judgedCall(record.call);
    judged.set(call, { ...judged.get(call), [scorer]: record });
  }
  return judged;
}

function compareCells({ cells }: RunSummary, scorer: Scorer, analysis: EvalFile["analysis"]): Comparison[] {
  const asChosen = cells.filter(({ cell }) => cell.condition.variant === "as chosen");
  // Held against conditions in which nothing was scored, as rules that were shown no example, all others would be left out.
  const isScored = ({ scorers }: CellResult) =>
    scorers.some(({ calls }) => calls.some(({ score }) => score.value !== null));
  const sides = asChosen.slice(Math.max(0, asChosen.findIndex(isScored))).map((one) => sideOf(one, scorer.name));
  // The report shows what each scorer is mainly about; `eval compare` tests every metric.
  return compareSides(sides, scorer, { ...analysis, metrics: "first" });
}

/** Writes `report.html` into the run's folder: one file, no network. @returns its path. */
export async function writeReport(scored: ScoredRun, cache: AnswerCache): Promise<string> {
  const { folder } = scored.run;
  await keepInRun(folder, "report.html", evaluationPage(await evaluationView(scored, cache)));
  return join(folder, "report.html");
}
