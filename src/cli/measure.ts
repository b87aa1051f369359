import type { Command } from "commander";
import { ConfigurationError, NeutralFaceError } from "../domain/errors.ts";
import type { MeasureDependencies, MeasureQuery } from "../measure.ts";
import type { RunCounts } from "../runs/run-rows.ts";
import type { MeasureInputsOptions, StudyTools } from "../study/measure-inputs.ts";
import type { StudyInput } from "../study/study-inputs.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { addMeasureOptions, type MeasureOptions, refuseContradictions } from "./measure-options.ts";
import { note, print } from "./output.ts";
import { shardOutOf } from "./run-options.ts";

export function register(program: Command): void {
  const command = program
    .command("measure")
    .description("measure every face in images and videos: action units, expression, head pose, gaze; no judgment")
    .argument(
      "<inputs...>",
      "images, videos, folders, globs, or lists (.csv with a column path, and neutral if wanted)",
    );
  addMeasureOptions(command).action(measure);
}

async function measure(words: readonly string[], options: MeasureOptions): Promise<void> {
  refuseContradictions(options);
  const signal = interruptSignal();
  const inputs = await readInputs(words, options);
  if (options.voices && inputs.every(({ kind }) => kind === "image")) {
    throw new ConfigurationError("--voices is of clips, and images alone are named: leave it out");
  }
  const { openStudyTools } = await import("../compose/study.ts");
  const paths = inputs.map(({ path }) => path);
  const { toolbox: toolboxes, evidence = [], workers, fps, cache, mirrored } = options;
  const opened = await openStudyTools({ toolboxes, evidence, workers, paths, cache, mirrored }, signal);
  const { tools, hearing, concurrency } = opened;
  const close = once(opened.close);
  try {
    await checkNeutral(options, tools, signal);
    const counts =
      options.out === undefined
        ? await printAll(inputs, tools, { options, measuring: { concurrency, fps, onNotice: note, signal } })
        : await writeStudy(
            {
              ...options,
              ...{ folder: shardOutOf(options.out, options.shard), parquet: options.format === "parquet" },
              ...{ words, inputs, concurrency },
            },
            { tools, close, hearing },
            signal,
          );
    for (const warning of new Set(tools.toolboxes.flatMap(({ warnings = [] }) => warnings))) note(warning);
    signal.throwIfAborted();
    // A shard may hold nothing but what cannot be measured, and is done all the same.
    const nothingDone = counts.images === 0 && options.shard === undefined;
    if (counts.failures > 0) process.exitCode = nothingDone ? EXIT.nothingDone : EXIT.doneWithFailures;
  } finally {
    await Promise.all([close(), hearing.speech.close()]);
  }
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= close();
    return closed;
  };
}

interface Counts {
  readonly images: number;
  readonly failures: number;
}

interface Task {
  readonly options: MeasureOptions;
  readonly measuring: MeasureInputsOptions;
}

async function printAll(
  inputs: readonly StudyInput[],
  tools: StudyTools,
  { options, measuring }: Task,
): Promise<Counts> {
  const { measureInputs } = await import("../study/measure-inputs.ts");
  const { choosePrinter } = await import("./measure-printers.ts");
  const { createObservers } = await import("../compose/scene.ts");
  const observers = await createObservers({ ...options, scene: options.scene === true });
  const printer = await choosePrinter(options, { toolboxes: tools.toolboxes, observers });
  let [images, failures] = [0, 0];
  try {
    for await (const { outcome } of measureInputs(inputs, tools, measuring)) {
      if (outcome === null) continue;
      if ("reason" in outcome) failures += 1;
      else images += 1;
      await printer.add(outcome);
    }
    await printer.end();
  } finally {
    await Promise.all(observers.map((observer) => observer.close()));
  }
  return { images, failures };
}

async function writeStudy(
  query: MeasureQuery,
  dependencies: MeasureDependencies,
  signal: AbortSignal,
): Promise<Counts> {
  const { measure: measureIntoFolder } = await import("../measure.ts");
  const { createProgressView } = await import("./progress.ts");
  const view = createProgressView();
  try {
    const study = await measureIntoFolder({ ...query, onProgress: view.show, onNotice: note }, dependencies, signal);
    view.end();
    const { momentsInWords } = await import("../evidence/image-names.ts");
    const moments = momentsInWords(
      study.images,
      query.inputs.map(({ path }) => path),
    );
    await print(`${measuredSummary(study, moments)} \`${query.folder}\`\n`);
    const { askPurpose } = await import("./notice.ts");
    if (query.shard === undefined) await askPurpose(query.folder, signal);
    if (study.sheets !== null) note(`${study.sheets} ${study.sheets === 1 ? "contact sheet" : "contact sheets"} drawn`);
    return study;
  } finally {
    view.end();
    if (signal.aborted) note(`Interrupted: run it again with --resume to go on. \`${query.folder}\``);
  }
}

export function measuredSummary({ faces, failures }: RunCounts, moments: string): string {
  const measured = `Measured ${faces} ${faces === 1 ? "face" : "faces"} in ${moments}`;
  const failed = failures === 0 ? "nothing failed" : `${failures} failed, see failures.csv`;
  return `${measured}; ${failed}.`;
}

async function readInputs(words: readonly string[], { neutral }: MeasureOptions): Promise<StudyInput[]> {
  const { listInputs } = await import("../study/study-inputs.ts");
  const { countExcluded, facesInWords } = await import("../study/exclusions.ts");
  const inputs = await listInputs(words, note);
  const excluded = countExcluded(inputs);
  if (excluded > 0) {
    note(`${facesInWords(excluded)} that the study excludes are measured again: exclude them in the new one too`);
  }
  if (neutral === undefined) return inputs;
  return inputs.map((input) => ({ ...input, neutralPath: input.neutralPath ?? neutral }));
}

/** A neutral image for everything that cannot serve is a wrong option; one in a list concerns its row alone. */
async function checkNeutral({ neutral }: MeasureOptions, tools: StudyTools, signal: AbortSignal): Promise<void> {
  if (neutral === undefined) return;
  if (tools.toolboxes.every(({ againstNeutral }) => againstNeutral === undefined)) {
    throw new ConfigurationError("Cannot measure against a neutral face as no toolbox in use can: add --toolbox mesh");
  }
  const { readNeutral } = await import("../measuring/measure-against-neutral.ts");
  try {
    await readNeutral(neutral, tools, signal);
  } catch (error) {
    if (!(error instanceof NeutralFaceError)) throw error;
    throw new ConfigurationError(error.message, { cause: error });
  }
}
