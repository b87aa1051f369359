import { join } from "node:path";
import { type Markup, markup } from "../../pages/markup.ts";
import { page } from "../../pages/page.ts";
import { keepInRun } from "../../runs/run-folder.ts";
import { scorersOf } from "../evaluation.ts";
import { auditFewShot, type FewShotAudit } from "../few-shot/audit.ts";
import { parseEvalFile } from "../file/read-eval-file.ts";
import { judgedCall } from "../judge/judge-calls.ts";
import { createLabelReader } from "../label-reader.ts";
import { loadLemmas } from "../load-wheels.ts";
import { type Comparison, compareSides } from "../results/compare.ts";
import { readResults } from "../results/read-results.ts";
import { type RunSummary, summarise } from "../results/summarise.ts";
import type { AnswerCache } from "../runner/answer-cache.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { judgmentsPath, openRun, type StoredRun } from "../runner/stored-run.ts";
import type { Scorer } from "../score.ts";
import { type ContextEffectsOf, contextEffectsOf } from "./context-section.ts";
import { methodsParagraph } from "./methods.ts";
import {
  auditSection,
  cellSections,
  comparisonSection,
  contextSection,
  metricsSection,
  usageSection,
  worstCasesSection,
} from "./sections.ts";
import { type WorstCase, worstCases } from "./worst-cases.ts";

/** A run with everything that is computed from it. */
export interface ScoredRun {
  readonly run: StoredRun;
  readonly file: ReturnType<typeof parseEvalFile>;
  readonly records: readonly CallRecord[];
  readonly scorers: readonly Scorer[];
  readonly summary: RunSummary;
  readonly comparisons: readonly Comparison[];
  readonly contextEffects: readonly ContextEffectsOf[];
  readonly audits: readonly FewShotAudit[];
}

/**
 * Reads a run's answers and scores them with the scorers that its file names, and then with the caller's own.
 * @throws {ConfigurationError} if there is no run.
 */
export async function scoreRun(folder: string, own: readonly Scorer[] = []): Promise<ScoredRun> {
  const run = await openRun(folder);
  const file = parseEvalFile(run.header.evalFileText, run.header.evalFilePath);
  const records = await readResults(folder);
  const scorers = await scorersOf(file, run.header.labels, own);
  const summary = summarise(records, run.samples, { file, scorers, judged: await judgmentsOf(folder) });
  const reader = createLabelReader(run.header.labels, await loadLemmas());
  return {
    run,
    file,
    records,
    scorers,
    summary,
    comparisons: scorers.flatMap((scorer) => compareCells(summary, scorer, file.analysis)),
    contextEffects: contextEffectsOf(records, run.samples, { file, reader }),
    audits: auditFewShot(records, run.samples, { file, reader }),
  };
}

/** What the judge said, by the call it judged. */
async function judgmentsOf(folder: string): Promise<ReadonlyMap<string, CallRecord>> {
  const records = await readResults(folder, judgmentsPath(folder));
  return new Map(records.map((record) => [judgedCall(record.call), record]));
}

function compareCells({ cells }: RunSummary, scorer: Scorer, analysis: ScoredRun["file"]["analysis"]): Comparison[] {
  const asChosen = cells.filter(({ cell }) => cell.condition.variant === "as chosen");
  const sides = asChosen.map(({ cell, scorers }) => ({
    name: cell.id,
    calls: scorers.find((result) => result.scorer === scorer.name)?.calls ?? [],
  }));
  // The report shows what each scorer is mainly about; `eval compare` tests every metric.
  return compareSides(sides, scorer, { ...analysis, metrics: "first" });
}

/** Writes `report.html` into the run's folder: one file, no network. @returns its path. */
export async function writeReport(scored: ScoredRun, cache: AnswerCache): Promise<string> {
  const cases = (await Promise.all(scored.summary.cells.map((cell) => worstCases(cell, cache)))).flat();
  const path = join(scored.run.folder, "report.html");
  await keepInRun(
    scored.run.folder,
    "report.html",
    page({ title: `${scored.file.name}: evaluation report`, body: bodyOf(scored, cases) }),
  );
  return path;
}

function bodyOf(
  { run, file, summary, comparisons, contextEffects, audits }: ScoredRun,
  cases: readonly WorstCase[],
): Markup {
  const { header, samples } = run;
  return markup`<h1>${file.name}</h1><p class="soft">${file.description ?? "Evaluation report"}</p>
  <p>${samples.length} samples, ${summary.cells.length} conditions, run on ${header.createdAt.slice(0, 16).replace("T", " ")} UTC with Kuleshov ${header.kuleshovVersion}.</p>
  ${notesOf(run, summary)}
  ${metricsSection(summary)}
  ${comparisonSection(comparisons, summary)}
  ${contextSection(contextEffects)}
  ${auditSection(audits)}
  ${cellSections(summary)}
  ${usageSection(summary)}
  ${worstCasesSection(cases)}
  <h2>Methods</h2><p>${methodsParagraph(header, file, summary, samples.length)}</p>
  <details><summary>What determined the answers</summary><pre>${JSON.stringify(header.identities, null, 2)}</pre></details>
  <details><summary>The evaluation file</summary><pre>${header.evalFileText}</pre></details>`;
}

function notesOf({ header }: StoredRun, { cells }: RunSummary): Markup | null {
  const notes = [
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
