import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openEvaluation } from "../compose/evaluation.ts";
import { modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { type Evaluated, resumeEvaluation } from "../evaluate.ts";
import { timestamp } from "../evaluation/list-evaluations.ts";
import { failuresInWords } from "../evaluation/runner/call-record.ts";
import type { RunProgress } from "../evaluation/runner/progress.ts";
import { openRun } from "../evaluation/runner/stored-run.ts";
import { type LabQuery, lab } from "../lab.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { systemPath } from "../platform/system-path.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";
import { TELL_EVERY_MS, timeInWords } from "./measure-study.ts";

type Tell = (news: JobNews) => void;

/** What a page asks of the lab. Paths are seen from the folder. */
export interface LabOrder extends Pick<LabQuery, "images" | "faces" | "hide" | "mask" | "repeats" | "context"> {
  readonly model?: string | undefined;
  readonly allowRemote?: true | undefined;
}

/** Makes the folder of the next run, as the commands name it. @returns its path, seen from the root. */
export async function nextRunFolder(root: string, below: string, name: string): Promise<string> {
  await makeFolder(join(root, below));
  const path = `${below}/${name}-${timestamp()}`;
  for (let number = 1; ; number++) {
    const run = number === 1 ? path : `${path}-${number}`;
    try {
      await mkdir(systemPath(join(root, run)));
      return run;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Runs the lab as `kuleshov lab <images> --out <folder>` does in the studio's folder. */
export async function labInto(studio: StudioFolder, run: string, order: LabOrder, tell: Tell, signal: AbortSignal) {
  const { allowRemote, model, ...given } = order;
  const settings = await settingsFor({ model, allowRemote });
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

function settingsFor({ model, allowRemote }: Pick<LabOrder, "model" | "allowRemote">) {
  return modelSettings({
    ...(model === undefined ? {} : { model }),
    ...(allowRemote === undefined ? {} : { allowRemote }),
  });
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
async function told(studio: StudioFolder, running: Promise<Evaluated>, signal: AbortSignal): Promise<void> {
  try {
    const { scored, outcome } = await running;
    signal.throwIfAborted();
    const { records } = scored;
    const [failures] = failuresInWords(records);
    if (failures !== undefined && records.every(({ answer }) => answer === null)) throw new Error(failures);
    if (outcome.stopped !== null) throw new Error(`It stopped as ${outcome.stopped}; what is done is kept`);
  } finally {
    studio.changed();
  }
}
