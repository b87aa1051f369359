import { join } from "node:path";
import { fixedAnswerNote } from "../../domain/fixed-answers.ts";
import { groupBy } from "../../domain/group-by.ts";
import { type Markup, markup } from "../../pages/markup.ts";
import { page } from "../../pages/page.ts";
import type { StimulusRow } from "../../pages/stimulus-rows.tsx";
import { keepInRun } from "../../runs/run-manifest.ts";
import { locateDatasetPath } from "../dataset/locate.ts";
import { scorersOf } from "../evaluation.ts";
import { auditFewShot, type FewShotAudit } from "../few-shot/audit.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { parseEvalFile } from "../file/read-eval-file.ts";
import { judgedCall } from "../judge/judge-calls.ts";
import { gradesOf, type PersonGrade } from "../judge/person-grades.ts";
import { createLabelReader } from "../label-reader.ts";
import { loadLemmas } from "../load-wheels.ts";
import { type Comparison, compareSides, sideOf } from "../results/compare.ts";
import { readScoring } from "../results/scoring.ts";
import { type RunSummary, summarise } from "../results/summarise.ts";
import { type ThresholdResult, thresholdResults, thresholdSentence } from "../results/thresholds.ts";
import type { AnswerCache } from "../runner/answer-cache.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { shortNames } from "../runner/plan.ts";
import { hasRun, judgmentsPath, openRun, readResults, type StoredRun } from "../runner/stored-run.ts";
import type { Scorer } from "../score.ts";
import { type ContextEffectsOf, contextEffectsOf } from "./context-section.ts";
import { methodsParagraph } from "./methods-paragraph.ts";
import {
  auditSection,
  cellSections,
  comparisonSection,
  confusionSection,
  contextSection,
  metricsSection,
  usageSection,
  worstCasesSection,
} from "./sections.ts";
import { stimulusRows } from "./stimulus-rows.ts";
import { type WorstCase, worstCases } from "./worst-cases.ts";

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
  const answers = await scoreAnswers(folder, own);
  const { run, file, records, scorers, summary } = answers;
  const reader = createLabelReader(run.header.labels, await loadLemmas());
  return {
    ...answers,
    comparisons: scorers.flatMap((scorer) => compareCells(summary, scorer, file.analysis)),
    contextEffects: contextEffectsOf(records, run.samples, { file, reader }),
    audits: auditFewShot(records, run.samples, { file, reader }),
    fixed: fixedAnswers(records),
    thresholds: thresholdResults(summary, file, {
      scorers,
      baseline: await baselineOf(file, run.header.evalFilePath, own),
    }),
  };
}

/** A run's answers with their scores, and nothing that is made of them: no comparisons, effects or thresholds. */
export async function scoreAnswers(folder: string, own: readonly Scorer[] = []): Promise<ScoredAnswers> {
  const run = await openRun(folder);
  const { path: scoredBy, grades: kept, ...scoring } = (await readScoring(folder)) ?? { path: null };
  const file = { ...parseEvalFile(run.header.evalFileText, run.header.evalFilePath), ...scoring };
  const grades = kept ?? (await gradesOf(file, run.header.evalFilePath));
  const records = await readResults(folder);
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

/** Each sample counts once, as it was first answered: repeats of it are the same face. */
function fixedAnswers(records: readonly CallRecord[]): readonly string[] {
  return [...groupBy(records, ({ cell }) => cell)].flatMap(([cell, own]) => {
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
  const sides = asChosen.map((one) => sideOf(one, scorer.name));
  // The report shows what each scorer is mainly about; `eval compare` tests every metric.
  return compareSides(sides, scorer, { ...analysis, metrics: "first" });
}

/** Writes `report.html` into the run's folder: one file, no network. @returns its path. */
export async function writeReport(scored: ScoredRun, cache: AnswerCache): Promise<string> {
  const cases = (await Promise.all(scored.summary.cells.map((cell) => worstCases(cell, cache)))).flat();
  const rows = await stimulusRows(scored);
  const path = join(scored.run.folder, "report.html");
  await keepInRun(
    scored.run.folder,
    "report.html",
    page({ title: `${scored.file.name}: evaluation report`, body: bodyOf(scored, cases, rows) }),
  );
  return path;
}

function bodyOf(
  { run, file, scoredBy, summary, comparisons, contextEffects, audits, fixed, thresholds }: ScoredRun,
  cases: readonly WorstCase[],
  rows: readonly StimulusRow[],
): Markup {
  const { header, samples } = run;
  const differences = comparisonSection(comparisons, summary);
  const confusions = confusionSection(summary);
  // Without labels to be right or wrong by, as in a lab, what the context did is what the run is about.
  const context = contextSection(contextEffects, rows);
  return markup`<h1>${file.name}</h1><p class="soft">${file.description ?? "Evaluation report"}</p>
  <p>${samples.length} ${samples.length === 1 ? "sample" : "samples"}, ${summary.cells.length} ${summary.cells.length === 1 ? "condition" : "conditions"}, run on ${header.createdAt.slice(0, 16).replace("T", " ")} UTC with Kuleshov ${header.kuleshovVersion}.</p>
  ${notesOf(run, summary, [...fixed, ...(scoredBy === null ? [] : [`Scored anew, by scorers, analysis and thresholds of ${scoredBy}`])])}
  ${thresholdSection(thresholds, shortNames(summary.cells.map(({ cell }) => cell)))}
  ${confusions === null ? [context, differences] : [differences, confusions, context]}
  ${metricsSection(summary)}
  ${auditSection(audits)}
  ${cellSections(summary)}
  ${usageSection(summary)}
  ${worstCasesSection(cases)}
  <h2>Methods</h2><p>${methodsParagraph({ run, file, summary })}</p>
  <details><summary>What determined the answers</summary><pre>${JSON.stringify(header.identities, null, 2)}</pre></details>
  <details><summary>The evaluation file</summary><pre>${header.evalFileText}</pre></details>`;
}

function notesOf({ header }: StoredRun, { cells }: RunSummary, first: readonly string[]): Markup | null {
  const notes = [
    ...first,
    ...cells.filter(({ usage }) => usage.calls === 0).map(({ cell }) => `Nothing was asked yet under "${cell.id}"`),
    ...(header.skippedRows.length === 0
      ? []
      : [
          `${header.skippedRows.length} rows of the dataset were left out: ${header.skippedRows
            .slice(0, 5)
            .map(({ where, reason }) => `${where} (${reason})`)
            .join("; ")}`,
        ]),
  ];
  return notes.length === 0 ? null : markup`<ul class="notes">${notes.map((one) => markup`<li>${one}</li>`)}</ul>`;
}

function thresholdSection(thresholds: readonly ThresholdResult[], short: ReadonlyMap<string, string>): Markup | null {
  if (thresholds.length === 0) return null;
  return markup`<h2>Thresholds</h2><ul>${thresholds.map(
    (one) =>
      markup`<li class="${one.state === "passed" ? "holds" : "bad"}">${thresholdSentence({ ...one, cell: short.get(one.cell) ?? one.cell })}</li>`,
  )}</ul>`;
}
