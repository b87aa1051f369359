import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { openEvaluation } from "../compose/evaluation.ts";
import { modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { BudgetError, KuleshovError } from "../domain/errors.ts";
import { type Evaluated, evaluate, resumeEvaluation } from "../evaluate.ts";
import { prepareEvaluation } from "../evaluation/evaluation.ts";
import { parseEvalFile } from "../evaluation/file/read-eval-file.ts";
import { listEvaluations } from "../evaluation/list-evaluations.ts";
import { failuresInWords } from "../evaluation/runner/call-record.ts";
import type { RunPlan } from "../evaluation/runner/plan-run.ts";
import type { RunProgress } from "../evaluation/runner/progress.ts";
import { openRun } from "../evaluation/runner/stored-run.ts";
import { type LabQuery, lab } from "../lab.ts";
import { readText } from "../platform/read-file.ts";
import { systemPath } from "../platform/system-path.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { withoutUndefined } from "./answers.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";
import { TELL_EVERY_MS, timeInWords } from "./measure-study.ts";

type Tell = (news: JobNews) => void;

/** What a page asks of the lab. Paths are seen from the folder. */
export interface LabOrder
  extends Pick<
    LabQuery,
    "images" | "faces" | "hide" | "mask" | "repeats" | "context" | "swap" | "neutral" | "mirrored"
  > {
  readonly model?: string | undefined;
  readonly allowRemote?: true | undefined;
}

/** Runs the lab as `kuleshov lab <images> --out <folder>` does in the studio's folder. */
export async function labInto(studio: StudioFolder, run: string, order: LabOrder, tell: Tell, signal: AbortSignal) {
  const { allowRemote, model, ...given } = order;
  const settings = await modelSettings(withoutUndefined({ model, allowRemote }));
  const folder = resolve(studio.root, run);
  const open = (evalFilePath: string) =>
    openEvaluation({
      ...modelOptionsOf(settings),
      ...{ evalFilePath, stimuliFolder: join(folder, "stimuli"), notify: (notice) => tell({ step: notice }) },
    });
  tell({ step: "looking for faces" });
  const query = { model: "rules", ...settings, ...given, folder, onProgress: telling(studio, tell) };
  await told(studio, lab(query, { open }, signal), signal);
}

/** What a page asks of an evaluation. */
interface EvaluationOrder {
  readonly text: string;
  /** An evaluation that ships, by its name, or one of the folder, by its path; it need not be there yet. */
  readonly file?: string | undefined;
  readonly allowRemote?: true | undefined;
}

/** What an evaluation would take, before anything is spent. Nothing is asked of any model. */
export interface PlannedEvaluation extends Omit<RunPlan, "cells"> {
  readonly samples: number;
  readonly cells: number;
  readonly notes: readonly string[];
}

/** @throws {ConfigurationError} if the text is no evaluation, or its data cannot be used. */
export async function planOf({ allowRemote, ...order }: EvaluationOrder): Promise<PlannedEvaluation> {
  const { path, text } = await asKept(order);
  const opened = openEvaluation({ ...(await optionsFor(allowRemote)), evalFilePath: path, stimuliFolder: "stimuli" });
  try {
    const { plan, samples, notes } = await prepareEvaluation(path, opened.dependencies, { text });
    const { cells, ...total } = plan;
    return { ...total, cells: cells.length, samples: samples.length, notes };
  } finally {
    await opened.close();
  }
}

/**
 * A shipped evaluation where it is, as long as it is as it ships; another as `<its name>.eval.yaml` in the folder, from where
 * the data that ship are named by their whole path.
 */
async function asKept({ file, text }: EvaluationOrder) {
  const shipped = (await listEvaluations()).find(({ name }) => name === file);
  if (shipped !== undefined && (await readText(shipped.path)) === text) return { path: shipped.path, text, shipped };
  const { name } = parseEvalFile(text, file ?? "the form");
  const path = `${name}${ENDING}`;
  if (shipped === undefined) return { path, text, name };
  const document = parseDocument(text);
  const data = document.getIn(["dataset", "path"]);
  if (typeof data === "string" && existsSync(systemPath(resolve(dirname(shipped.path), data)))) {
    document.setIn(["dataset", "path"], resolve(dirname(shipped.path), data));
  }
  return { path, text: document.toString({ lineWidth: 0, flowCollectionPadding: false }), name };
}

const ENDING = ".eval.yaml";

/**
 * Writes an evaluation into the folder, under its name, or with a number where another text has it; one that ships stays
 * where it is. @returns its path.
 */
export async function keepEvaluation(studio: StudioFolder, order: EvaluationOrder) {
  const { path: first, text, name, shipped } = await asKept(order);
  if (shipped !== undefined) return { file: shipped.path, name: shipped.name };
  for (let number = 1; ; number++) {
    const path = number === 1 ? first : `${name}-${number}${ENDING}`;
    const there = await readText(join(studio.root, path)).catch(() => null);
    if (there === text) return { file: path, name };
    if (there !== null || existsSync(systemPath(join(studio.root, path)))) continue;
    await writeFileAtomic(join(studio.root, path), text);
    return { file: path, name };
  }
}

/** Runs an evaluation as `kuleshov eval run <file> --out <folder>` does in the studio's folder. */
export async function evaluateInto(
  studio: StudioFolder,
  run: string,
  { file, allowRemote }: EvaluationOrder & { readonly file: string },
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const folder = resolve(studio.root, run);
  tell({ step: "reading the data set" });
  const opened = openEvaluation({
    ...(await optionsFor(allowRemote)),
    ...{ evalFilePath: file, stimuliFolder: join(folder, "stimuli"), notify: (step) => tell({ step }) },
  });
  try {
    const query = { file, folder, onProgress: telling(studio, tell) };
    await told(studio, evaluate(query, opened.dependencies, signal), signal);
  } finally {
    await opened.close();
  }
}

/** The file names the models; all else is as for the command. */
async function optionsFor(allowed: true | undefined) {
  const settings = await modelSettings(withoutUndefined({ allowRemote: allowed }), { named: true });
  const { baseUrl, temperature, maxTokens, allowRemote, localOnly } = settings;
  return modelOptionsOf(withoutUndefined({ baseUrl, temperature, maxTokens, allowRemote, localOnly }));
}

/** Goes on with a lab or an evaluation as `kuleshov eval resume <folder>` does. */
export async function resumeInto(studio: StudioFolder, run: string, tell: Tell, signal: AbortSignal): Promise<void> {
  const folder = resolve(studio.root, run);
  const { header } = await openRun(folder);
  const opened = openEvaluation({
    ...header.modelOptions,
    ...{ evalFilePath: header.evalFilePath, stimuliFolder: join(folder, "stimuli"), notify: (step) => tell({ step }) },
    ...{ answersFolder: header.cacheFolder, cache: header.reuse },
  });
  try {
    const query = { folder, onProgress: telling(studio, tell) };
    await told(studio, resumeEvaluation(query, opened.dependencies, signal), signal);
  } finally {
    await opened.close();
  }
}

/** What it takes at most to score an answer: open pages have all of them scored when they are told of new ones. */
const SCORING_MS = 1;

/** How far a run is, for the job; open pages read the answers again now and then. */
function telling(studio: StudioFolder, tell: Tell): (progress: RunProgress) => void {
  let toldMs = 0;
  return (progress) => {
    tell({ step: stepOf(progress), progress: { done: progress.done, total: progress.total } });
    if (performance.now() - toldMs < TELL_EVERY_MS + progress.done * SCORING_MS) return;
    toldMs = performance.now();
    studio.changed();
  };
}

function stepOf({ failed, usd, unpriced, remainingMs, done, total }: RunProgress): string {
  const parts = [
    "asking",
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(usd === 0 ? [] : [`${usd.toFixed(4)} USD so far`]),
    ...(unpriced === 0 ? [] : [`${unpriced} calls of unknown price`]),
    ...(remainingMs === null || done === total ? [] : [`${timeInWords(remainingMs / 1000)} left`]),
  ];
  return parts.join(", ");
}

/** Ends as a job does: stopped, or failed where nothing was answered. */
async function told(studio: StudioFolder, running: Promise<Evaluated | null>, signal: AbortSignal): Promise<void> {
  try {
    const done = await running;
    signal.throwIfAborted();
    if (done === null) return;
    const {
      outcome,
      scored: { records },
    } = done;
    const [failures] = failuresInWords(records);
    if (failures !== undefined && records.every(({ answer }) => answer === null)) throw new KuleshovError(failures);
    if (outcome.stopped !== null) throw new BudgetError(`It stopped as ${outcome.stopped}; what is done is kept`);
  } finally {
    studio.changed();
  }
}
