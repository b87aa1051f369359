import { type Command, Option } from "commander";
import type { ModelFlags } from "../compose/model-settings.ts";
import type { Shard } from "../runs/shard.ts";
import { registerAnswers } from "./cache.ts";
import { addSampleChoices, type SampleChoices } from "./eval-choices.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { addJudgeOptions, addModelOptions } from "./model-options.ts";
import { note, print } from "./output.ts";
import { cacheOption, formatOption, runOptions, shardOption } from "./run-options.ts";

interface RunCommandOptions extends ModelFlags, SampleChoices {
  readonly resume?: true;
  readonly force?: true;
  readonly out?: string;
  readonly shard?: Shard;
  readonly dryRun?: true;
  readonly cache: boolean;
  readonly bundle?: string;
  readonly baseline?: string;
  readonly junit?: string;
  readonly scorer?: readonly string[];
  readonly json?: true;
}

export function register(program: Command): void {
  const evaluation = program
    .command("eval")
    .description("run and compare evaluations of prompts, models and toolboxes");
  const running = evaluation
    .command("run")
    .description("run an evaluation, or with --bundle replay one offline from its bundle")
    .argument("[file]", "evals/<name>.eval.yaml, or the name of one that ships")
    .addOption(runOptions.out("answers and report.html (default: eval-results/<name>-<time>)"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(shardOption())
    .option("--dry-run", "print calls, tokens and estimated cost; ask nothing")
    .option("--bundle <file>", "replay this bundle: no model is asked")
    .option("--json", "print the outcome as JSON");
  addAskingOptions(running).action(run);
  const watching = evaluation
    .command("watch")
    .description(
      "run an evaluation again whenever its file, prompts or data change, and say which answers became others",
    )
    .argument("<file>", "evals/<name>.eval.yaml, or the name of one that ships");
  addAskingOptions(watching).action(watch);
  const going = evaluation
    .command("resume")
    .description("go on with a run that stopped, and try its failures again")
    .argument("<run>", "folder of the run")
    .addOption(scorerOption())
    .option("--json", "print the outcome as JSON");
  addModelOptions(going, { model: "", seed: "" }).action(resume);
  evaluation
    .command("report")
    .description("write report.html: one file with tables, intervals, plots, worst cases and a methods paragraph")
    .argument("<run>", "folder of the run")
    .action(report);
  evaluation
    .command("compare")
    .description("test the differences between the conditions of one run or of several")
    .argument("<runs...>", "folders of runs; the first condition of the first run is the baseline")
    .option("--waves", "take the runs for one evaluation made again and again, and find since when a model is another")
    .option("--json", "print JSON")
    .action(compare);
  evaluation
    .command("rescore")
    .description("score a run's answers by other scorers, analysis or thresholds; nothing is asked again")
    .argument("<run>", "folder of the run")
    .argument("[file]", "evaluation file that says how (default: the run's own, as it is now)")
    .addOption(scorerOption())
    .option("--json", "print the metrics as JSON")
    .action(rescore);
  evaluation
    .command("diff")
    .description("which answers of one run are others in another, one by one, and what was asked otherwise")
    .argument("<before>", "folder of a run")
    .argument("<after>", "folder of another")
    .option("--json", "print JSON")
    .action(diff);
  evaluation
    .command("experiment")
    .description("a run's stimuli as a page that people can be shown, or what the context did to people who saw it")
    .argument("<run>", "folder of a lab or of a run with several arms")
    .argument("[answers...]", "CSV files that the page saved; without them it is written")
    .option("--json", "print the effects as JSON")
    .action(experiment);
  evaluation
    .command("export")
    .description("write metrics, answers, comparisons and context effects as CSV for R and Python")
    .argument("<run>", "folder of the run")
    .option("--bundle <file>", "write a bundle instead, with which the run can be replayed offline")
    .addOption(formatOption("write the tables as Parquet too, beside the CSV"))
    .action(exportRun);
  registerAnswers(evaluation);
  evaluation.command("list").description("list the evaluations that ship, and the runs here").action(list);
}

/** Whose code runs is said on the command line, never in a file that may come from elsewhere. */
const scorerOption = () =>
  new Option(
    "--scorer <modules...>",
    "modules of your own that export scorers made by defineScorer; their code is run",
  );

/** What is asked, of whom, and what it is held against. */
function addAskingOptions(command: Command): Command {
  addSampleChoices(command)
    .addOption(cacheOption())
    .option("--baseline <run>", "hold the thresholds that say mayLose against this run")
    .addOption(scorerOption())
    .option("--junit <file>", "write thresholds and unanswered calls as JUnit XML, for continuous integration");
  addJudgeOptions(command, ["samples", "panel"]);
  return addModelOptions(command, {
    model: "the model to ask instead of those that the file names",
    seed: "the seed instead of those that the file names",
    timeout: "longest wait for one answer, instead of the file's",
  });
}

async function watch(file: string, options: RunCommandOptions): Promise<void> {
  const { watchFile } = await import("./eval-watch.ts");
  await watchFile(file, options, interruptSignal());
}

async function run(file: string | undefined, options: RunCommandOptions): Promise<void> {
  const { runFile, replay } = await import("./eval-run.ts");
  const stop = interruptSignal();
  if (options.bundle !== undefined) return replay(options.bundle, options);
  await runFile(file, options, stop);
}

async function resume(
  folder: string,
  options: ModelFlags & { readonly json?: true; readonly scorer?: readonly string[] },
): Promise<void> {
  const { resumeRun } = await import("./eval-run.ts");
  await resumeRun(folder, options, interruptSignal());
}

async function report(folder: string): Promise<void> {
  const { reportOn } = await import("../evaluate.ts");
  await print(`${(await reportOn(folder)).report}\n`);
}

async function compare(
  folders: readonly string[],
  options: { readonly json?: true; readonly waves?: true },
): Promise<void> {
  if (options.waves) {
    const { compareWaves, hasChanged, wavesText } = await import("../evaluation/report/compare-waves.ts");
    const waves = await compareWaves(folders);
    await print(options.json ? `${JSON.stringify(waves, null, 2)}\n` : wavesText(waves));
    if (waves.drifts.some(hasChanged)) process.exitCode = EXIT.doneWithFailures;
    return;
  }
  const { compareRuns, comparisonText } = await import("../evaluation/report/compare-runs.ts");
  const comparisons = await compareRuns(folders);
  await print(options.json ? `${JSON.stringify(comparisons, null, 2)}\n` : comparisonText(comparisons));
}

async function rescore(
  folder: string,
  file: string | undefined,
  options: { readonly json?: true; readonly scorer?: readonly string[] },
): Promise<void> {
  const { rescore: again } = await import("./eval-run.ts");
  await again(folder, file, options);
}

async function diff(before: string, after: string, { json }: { readonly json?: true }): Promise<void> {
  const { diffRuns, differenceText } = await import("../evaluation/report/diff-runs.ts");
  const difference = await diffRuns(before, after);
  await print(json ? `${JSON.stringify(difference, null, 2)}\n` : differenceText(difference));
}

async function exportRun(
  folder: string,
  options: { readonly bundle?: string; readonly format?: "csv" | "parquet" },
): Promise<void> {
  if (options.bundle !== undefined) {
    const { writeBundle } = await import("../evaluation/report/bundle.ts");
    await print(`${await writeBundle(folder, options.bundle)}\n`);
    return;
  }
  const { scoreRun } = await import("../evaluation/report/write-report.ts");
  const { exportCsv } = await import("../evaluation/report/export-csv.ts");
  await print(`${(await exportCsv(await scoreRun(folder), options.format === "parquet")).join("\n")}\n`);
}

/** What runs at once comes first. */
const NEEDS = [
  ["nothing", "At once, offline, with rules or any model"],
  ["a language model", "With a language model, named by --model"],
  ["a data set", "With a data set that its authors give out"],
] as const;

async function list(): Promise<void> {
  const { listEvaluations, listRuns } = await import("../evaluation/list-evaluations.ts");
  const evaluations = await listEvaluations();
  const runs = await listRuns("eval-results");
  for (const [needs, heading] of NEEDS) {
    const those = evaluations.filter((one) => one.needs === needs);
    const lines = those.map(({ name, description }) => `  ${name.padEnd(20)} ${description}\n`);
    if (lines.length > 0) await print(`${heading}\n${lines.join("")}`);
  }
  if (runs.length > 0) await print("Runs here\n");
  for (const one of runs) await print(`  ${one.folder}  ${one.answered} of ${one.calls} answered\n`);
  if (evaluations.length === 0 && runs.length === 0) {
    note("There are no evaluations here");
    process.exitCode = EXIT.nothingDone;
  }
}

async function experiment(
  folder: string,
  answers: readonly string[],
  { json }: { readonly json?: true },
): Promise<void> {
  const { peopleEffects, writeExperiment } = await import("../experiment.ts");
  if (answers.length === 0) {
    const { path, stimuli, lists } = await writeExperiment(folder);
    note(
      `Wrote ${path}: ${stimuli} stimuli in ${lists} lists; open it in a browser, with ?list=0 to ?list=${lists - 1} or without`,
    );
    return;
  }
  const { people, models, participants, answers: given, unanswered } = await peopleEffects(folder, answers);
  if (json) {
    await print(
      `${JSON.stringify({ participants, answers: given, unanswered, people: people.effects, models: models.map(({ condition, effects }) => ({ condition, effects })) }, null, 2)}\n`,
    );
    return;
  }
  const left = unanswered === 0 ? "" : `; ${unanswered} that were shown are not answered`;
  await print(`${given} answers of ${participants} people${left}\n`);
  for (const { sentence } of people.effects) await print(`  ${sentence}\n`);
  for (const { condition, effects } of models) {
    await print(`${condition}\n`);
    for (const { sentence } of effects) await print(`  ${sentence}\n`);
  }
}
