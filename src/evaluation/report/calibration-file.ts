import { z } from "zod";
import { READING_NAMES, type ReadingName } from "../../domain/judgment.ts";
import type { Calibration, CalibrationFile } from "../../domain/label-sets.ts";
import { conformalScore } from "../../domain/statistics/conformal.ts";
import { keepInRun } from "../../runs/run-manifest.ts";
import { createLabelReader } from "../label-reader.ts";
import { loadLemmas } from "../load-wheels.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { type Cell, cellsOf } from "../runner/plan.ts";
import type { Sample } from "../sample.ts";
import type { ScoredRun } from "./write-report.ts";

const CALIBRATION_FILE = "calibration.json";

/** Of what determined the answers of a condition, see `identityOfParts`. */
const Identity = z.looseObject({
  dependencies: z.looseObject({
    model: z.looseObject({ id: z.string(), temperature: z.number().nullable() }),
    prompts: z.array(z.strictObject({ id: z.string(), version: z.string(), sha256: z.string() })),
    toolboxes: z.array(z.looseObject({ id: z.string() })),
    samples: z.int().optional(),
    panel: z.array(z.unknown()).optional(),
  }),
});

/**
 * Writes `calibration.json` into a run of judgments by labels: for every condition that asks as `kuleshov ask` does, how
 * much probability the true label was given, reading by reading. @returns its path, `null` where there is nothing to write.
 */
export async function writeCalibration(scored: ScoredRun): Promise<string | null> {
  const { run, file, records } = scored;
  const { labels, identities, kuleshovVersion } = run.header;
  if (file.task !== "judge" || labels.length === 0) return null;
  const isTrue = await trueLabels(labels);
  const samples = new Map(run.samples.map((sample) => [sample.id, sample]));
  const conditions = cellsOf(file.matrix, file.fewShot?.audit).flatMap((cell) => {
    const identity = Identity.safeParse(identities[cell.id]);
    const isAsAsked = cell.condition.arm === "full" && cell.condition.variant === "as chosen";
    // A calibration is of one model.
    if (!identity.success || !isAsAsked || identity.data.dependencies.panel !== undefined) return [];
    const own = records.filter((record) => record.cell === cell.id);
    return calibrationOf(cell, identity.data, { labels, answers: answersOf(own, samples), isTrue }) ?? [];
  });
  if (conditions.length === 0) return null;
  const content: CalibrationFile = { format: 1, evaluation: file.name, kuleshovVersion, conditions };
  await keepInRun(run.folder, CALIBRATION_FILE, `${JSON.stringify(content)}\n`);
  return CALIBRATION_FILE;
}

/** Whether a word means the true label, in whatever form it is written. */
async function trueLabels(labels: readonly string[]) {
  const reader = createLabelReader(labels, await loadLemmas());
  return (truth: string) => {
    const expected = reader.readOrKeep(truth);
    return (label: string) => reader.readOrKeep(label) === expected;
  };
}

interface Answered {
  readonly answer: NonNullable<CallRecord["answer"]>;
  readonly truth: string;
}

/** One answer for each sample that has a label: more, from other seeds or repeats, would not be independent of it. */
function answersOf(records: readonly CallRecord[], samples: ReadonlyMap<string, Sample>): readonly Answered[] {
  const first = new Map<string, Answered>();
  for (const { sample, answer } of records) {
    const truth = samples.get(sample)?.truth.label ?? null;
    if (answer !== null && truth !== null && !first.has(sample)) first.set(sample, { answer, truth });
  }
  return [...first.values()];
}

function calibrationOf(
  { condition }: Cell,
  { dependencies }: z.infer<typeof Identity>,
  {
    labels,
    answers,
    isTrue,
  }: {
    readonly labels: readonly string[];
    readonly answers: readonly Answered[];
    readonly isTrue: (truth: string) => (label: string) => boolean;
  },
): Calibration | null {
  const { model, prompts, toolboxes, samples = 1 } = dependencies;
  const prompt = prompts.find(({ id }) => id === condition.prompt) ?? prompts.find(({ id }) => id === "judge");
  if (prompt === undefined || answers.length === 0) return null;
  const reading = (name: ReadingName) => {
    const given = answers.flatMap(({ answer, truth }) => {
      const { distribution } = answer[name];
      return distribution === null ? [] : [conformalScore(distribution, isTrue(truth))];
    });
    return { scores: given, abstained: answers.length - given.length };
  };
  const [faceOnly, contextOnly, integrated] = READING_NAMES.map(reading) as [
    Calibration["faceOnly"],
    Calibration["contextOnly"],
    Calibration["integrated"],
  ];
  return {
    ...{ model: model.id, temperature: model.temperature, prompt, labels: [...labels] },
    ...{ toolboxes: toolboxes.map(({ id }) => id), shots: condition.shots, samples },
    ...{ faceOnly, contextOnly, integrated },
  };
}
