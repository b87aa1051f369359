import { join } from "node:path";
import { Report } from "../domain/report.ts";
import { drawnStimuli, stimulusKey } from "../evaluation/report/stimulus-rows.ts";
import type { ScoredAnswers } from "../evaluation/report/write-report.ts";
import { type AnswerRow, answerRows } from "../evaluation/results/answer-rows.ts";
import { createAnswerCache } from "../evaluation/runner/answer-cache.ts";
import { failuresInWords } from "../evaluation/runner/call-record.ts";
import { callsOf, shortNames } from "../evaluation/runner/plan.ts";
import { viewOf } from "../pages/view-report.ts";
import { createContentStore } from "../platform/content-store.ts";
import type { StudioFolder } from "./folder.ts";
import { imagesOfRun, missingImages, type ReadAnswers } from "./scored-runs.ts";

/** Which answers are shown. An empty text lets all through. */
export interface AnswerFilter {
  readonly cell: string;
  readonly state: string;
  readonly truth: string;
  readonly answer: string;
  readonly words: string;
}

/** Rows that a filter lets through. */
export function chosenRows(rows: readonly AnswerRow[], { cell, state, truth, answer, words }: AnswerFilter) {
  const wanted = words.toLowerCase();
  const isEither = (filter: string, value: string | null) => filter === "" || filter === (value ?? "");
  return rows.filter(
    (row) =>
      isEither(cell, row.cell) &&
      isEither(state, row.state) &&
      isEither(truth, row.truth) &&
      isEither(answer, row.answer) &&
      (wanted === "" || [row.sample, row.truth, row.answer, row.said].join(" ").toLowerCase().includes(wanted)),
  );
}

/** Labels beyond which no list is offered: answers are free words then. */
const MOST_LABELS = 60;

/** What is known of a run before its numbers are. */
export async function runHead(answers: ReadAnswers, folder: StudioFolder) {
  const { records, isWhole } = answers;
  return {
    ...headOf(answers),
    /** Of how many answers the rest is said, while the others are being read; `null` where it is said of all. */
    firstAnswers: isWhole ? null : records.length,
    missing: await missingImages(answers, await imagesOfRun(folder, answers)),
  };
}

const heads = new WeakMap<ScoredAnswers["records"], ReturnType<typeof countedHead>>();

/** Counted once: of many answers it takes a while. */
function headOf(answers: ScoredAnswers) {
  const head = heads.get(answers.records) ?? countedHead(answers);
  heads.set(answers.records, head);
  return head;
}

function countedHead({ run, file, records, summary }: ScoredAnswers) {
  const short = shortNames(summary.cells.map(({ cell }) => cell));
  const labels = new Set(answerRows(summary).flatMap(({ truth, answer }) => [truth ?? [], answer ?? []].flat()));
  return {
    description: file.description ?? null,
    samples: run.samples.length,
    conditions: summary.cells.map(({ cell: { id } }) => ({ id, short: short.get(id) ?? id })),
    labels: labels.size > MOST_LABELS ? [] : [...labels].sort(),
    calls: callsOf(run.samples, file.matrix, file.fewShot?.audit).length,
    answered: records.filter(({ answer }) => answer !== null).length,
    failed: records.filter(({ failure }) => failure !== null).length,
    cached: records.filter(({ cached }) => cached).length,
    paidUsd: summary.cells.reduce((sum, { usage }) => sum + usage.paidUsd, 0),
    unpriced: records.filter(({ costUsd }) => costUsd === null).length,
    failures: failuresInWords(records),
  };
}
export type RunHead = Awaited<ReturnType<typeof runHead>>;

/** One answer with everything that is kept of it; `undefined` where the run has none of this name. */
export async function wholeAnswer(scored: ScoredAnswers, call: string) {
  const record = scored.records.find((one) => one.call === call);
  const sample = scored.run.samples.find(({ id }) => id === record?.sample);
  if (record === undefined || sample === undefined) return undefined;
  const cache = createAnswerCache(createContentStore(scored.run.header.cacheFolder));
  const report = Report.safeParse((await cache.get(record.key))?.detail);
  const scores = scored.summary.cells.flatMap(({ cell, scorers }) =>
    cell.id === record.cell
      ? scorers.flatMap(({ scorer, calls }) => {
          const score = calls.find((one) => one.record.call === call)?.score;
          return score === undefined ? [] : [{ scorer, value: score.value, explanation: score.explanation }];
        })
      : [],
  );
  const { answer, failure, notShown, usage, costUsd, cached } = record;
  return {
    ...{ sample: sample.id, cell: record.cell, image: await imageText(scored, sample.id, record.cell) },
    question: sample.statement ?? sample.question ?? scored.file.question ?? null,
    context: sample.context,
    text: answer?.text ?? null,
    explanation: answer?.explanation ?? null,
    failure: failure?.message ?? notShown ?? null,
    ...{ scores, usage, costUsd, cached },
    view: report.success ? viewOf(report.data) : null,
  };
}
export type WholeAnswer = NonNullable<Awaited<ReturnType<typeof wholeAnswer>>>;

/** What the image of an answer is: `null` where the sample has none. */
async function imageText(scored: ScoredAnswers, sample: string, cell: string): Promise<string | null> {
  const shown = await shownImage(scored, sample, cell);
  if (shown === null) return null;
  return shown.isAsShown ? "as it was shown" : "whole: what was shown was not drawn, as the answer was there before";
}

/** Where the image lies that a sample was shown as under a condition, or else the whole one; `null` where it has none. */
export async function shownImage(
  { run, summary }: ScoredAnswers,
  sample: string,
  cell: string,
): Promise<{ readonly path: string; readonly isAsShown: boolean } | null> {
  const arm = summary.cells.find((one) => one.cell.id === cell)?.cell.condition.arm ?? "full";
  const whole = run.samples.find(({ id }) => id === sample)?.image ?? null;
  if (arm === "full" || whole === null) return whole === null ? null : { path: whole, isAsShown: true };
  const drawn = (await drawnStimuli(join(run.folder, "stimuli"))).get(stimulusKey(sample, arm))?.path;
  return { path: drawn ?? whole, isAsShown: drawn !== undefined };
}
