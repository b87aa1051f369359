import { join, resolve } from "node:path";
import { ConfigurationError } from "./domain/errors.ts";
import { NO_READING } from "./evaluation/answer.ts";
import { createLabelReader } from "./evaluation/label-reader.ts";
import { loadLemmas } from "./evaluation/load-wheels.ts";
import { type ContextEffectsOf, contextEffectsOf } from "./evaluation/report/context-section.ts";
import { drawnStimuli, stimulusKey } from "./evaluation/report/stimulus-rows.ts";
import { type ScoredRun, scoreRun } from "./evaluation/report/write-report.ts";
import type { CallRecord } from "./evaluation/runner/call-record.ts";
import { cellsOf } from "./evaluation/runner/plan.ts";
import { experimentPage, listsOf, type ShownStimulus } from "./lab/experiment-page.ts";
import { shownTo } from "./lab/raster.ts";
import { tableRows } from "./platform/tables/table-rows.ts";
import { keepInRun } from "./runs/run-manifest.ts";

/** Its script runs once it is saved: what a run wrote is shown in the studio without scripts. */
export const EXPERIMENT_FILE = "experiment.html";

/** Labels that people choose among where the evaluation names none. */
const BASIC = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"];

function labelsOf({ header }: ScoredRun["run"]): readonly string[] {
  return header.labels.length === 0 ? BASIC : header.labels;
}

/** A run's stimuli as one page that people can be shown, offline; each of them sees an image once at most, in one arm. */
export async function writeExperiment(
  folder: string,
): Promise<{ readonly path: string; readonly stimuli: number; readonly lists: number }> {
  const { run, file, records } = await scoreRun(folder);
  const { arms } = file.matrix;
  if (arms.length < 2)
    throw new ConfigurationError(`There is nothing to compare in \`${folder}\`: its evaluation has one arm`);
  const drawn = await drawnStimuli(join(run.folder, "stimuli"));
  const armOf = new Map(cellsOf(file.matrix).map(({ id, condition }) => [id, condition.arm]));
  const undrawn = records.filter(({ sample, cell, answer }) => {
    const arm = armOf.get(cell) ?? "full";
    return answer !== null && arm !== "full" && !drawn.has(stimulusKey(sample, arm));
  });
  if (undrawn.length > 0) {
    throw new ConfigurationError(
      `Cannot make an experiment as the stimuli of ${undrawn.length} answers were not drawn, which were kept from an earlier run: run it again with --no-cache (\`${folder}\`)`,
    );
  }
  const stimuli: ShownStimulus[] = [];
  for (const { id, image, context, region } of run.samples) {
    for (const arm of arms) {
      const note = drawn.get(stimulusKey(id, arm));
      const path = arm === "full" ? image : note?.path;
      if (path == null) continue;
      const about = arm === "full" ? { context, region } : note;
      stimuli.push({
        sample: id,
        arm,
        ...(await shownTo(path, about?.region ?? null)),
        context: about?.context ?? null,
      });
    }
  }
  const labels = labelsOf(run);
  const path = join(run.folder, EXPERIMENT_FILE);
  const lists = listsOf(stimuli, arms);
  await keepInRun(run.folder, EXPERIMENT_FILE, await experimentPage({ name: file.name, lists, labels }));
  return { path, stimuli: stimuli.length, lists: lists.length };
}

/** What context did to people who were shown the experiment, beside what it did to the run's models. */
export interface PeopleEffects {
  readonly people: ContextEffectsOf;
  readonly models: readonly ContextEffectsOf[];
  readonly participants: number;
  readonly answers: number;
  /** Stimuli that somebody was shown and did not answer, as who stopped early. */
  readonly unanswered: number;
}

/**
 * Reads what the experiment's page saved and measures people as models are: one answer of a person is one answer of a repeat.
 *
 * @throws {ConfigurationError} if a file is not of this run's experiment.
 */
export async function peopleEffects(folder: string, answers: readonly string[]): Promise<PeopleEffects> {
  const scored = await scoreRun(folder);
  const { run, contextEffects } = scored;
  const file = {
    ...scored.file,
    matrix: { ...scored.file.matrix, models: ["people"], prompts: ["experiment"], seeds: [1] },
  };
  const records = (await Promise.all(answers.map((path) => recordsOf(resolve(path), { ...scored, file })))).flat();
  const calls = new Set<string>();
  for (const { call, key, sample } of records) {
    if (calls.has(call))
      throw new ConfigurationError(
        `Cannot read answers of people as ${key} answers the same arm of ${sample} twice: leave one file out, or give two people two names`,
      );
    calls.add(call);
  }
  const reader = createLabelReader(run.header.labels, await loadLemmas());
  const [people] = contextEffectsOf(records, run.samples, { file, reader });
  if (people === undefined)
    throw new ConfigurationError(`There is nothing to compare in \`${folder}\`: its evaluation has one arm`);
  const participants = new Set(records.map(({ key }) => key)).size;
  const unanswered = records.filter(({ answer }) => answer?.abstention !== null).length;
  return { people, models: contextEffects, participants, answers: records.length - unanswered, unanswered };
}

async function recordsOf(path: string, { file, run }: Pick<ScoredRun, "file" | "run">): Promise<CallRecord[]> {
  const refuse = (reason: string) => new ConfigurationError(`Cannot read answers of people as ${reason}: \`${path}\``);
  const cells = new Map(cellsOf(file.matrix).map(({ id, condition }) => [condition.arm as string, id]));
  const samples = new Set(run.samples.map(({ id }) => id));
  const labels = labelsOf(run);
  const records: CallRecord[] = [];
  for await (const { cells: row, line } of tableRows(path, { refuse })) {
    const { participant, sample, arm, label, valence } = row;
    if (participant === undefined || sample === undefined || arm === undefined || label === undefined) {
      throw refuse("it has no columns participant, sample, arm and label, as the experiment's page saves them");
    }
    const cell = cells.get(arm);
    if (cell === undefined || !samples.has(sample))
      throw refuse(`line ${line} is of another experiment: ${sample}, ${arm}`);
    const rated = valence === undefined || valence === "" ? null : Number(valence);
    const fault = faultOf({ participant, label, rated }, labels);
    if (fault !== null) throw refuse(`line ${line} ${fault}`);
    const reading = {
      distribution: label === "" ? null : [{ label, probability: 1 }],
      valence: rated,
      arousal: null,
    };
    records.push(
      recordOf({ cell, sample, participant, repeat: records.length, reading: { ...NO_READING, ...reading } }),
    );
  }
  return records;
}

function faultOf(
  answer: { readonly participant: string; readonly label: string; readonly rated: number | null },
  labels: readonly string[],
): string | null {
  const { participant, label, rated } = answer;
  if (participant === "") return "does not say which participant it is of";
  if (label !== "" && !labels.includes(label))
    return `has a label that was not offered, "${label}": ${labels.join(", ")}`;
  if (rated !== null && !(Math.abs(rated) <= 1)) return "has a valence that is not between -1 and 1";
  return null;
}

function recordOf(of: {
  readonly cell: string;
  readonly sample: string;
  readonly participant: string;
  readonly repeat: number;
  readonly reading: typeof NO_READING;
}): CallRecord {
  const { cell, sample, participant, repeat, reading } = of;
  return {
    ...{
      call: `${cell} ${sample} ${participant}`,
      cell,
      sample,
      seed: 1,
      repeat,
      key: participant,
      cached: false,
      attempts: 1,
    },
    answer: {
      ...{ text: "", integrated: reading, faceOnly: reading, contextOnly: reading, explanation: "" },
      ...{ claimedActionUnits: [], measuredActionUnits: [], verdicts: null, choice: null, confidence: null },
      ...{ exemplars: [], abstention: reading.distribution === null ? "no answer" : null },
    },
    ...{ failure: null, usage: null, costUsd: 0, fingerprint: null, at: "" },
  };
}
