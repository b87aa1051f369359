import type { Command } from "commander";
import type { MergeDependencies, Merged, MergeQuery } from "../merge.ts";
import { shellWord } from "../runs/missing-shards.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { measuredSummary } from "./measure.ts";
import { note, print } from "./output.ts";
import { formatOption, runOptions } from "./run-options.ts";

interface MergeOptions {
  readonly out: string;
  readonly resume?: true;
  readonly force?: true;
  readonly format?: "csv" | "parquet";
}

export function register(program: Command): void {
  program
    .command("merge")
    .description("put the shards of a run together into what one machine would have written")
    .argument("<shards...>", "the folders of all shards, as in shards/*")
    .addOption(runOptions.out("what the command that wrote the shards writes").makeOptionMandatory())
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(formatOption())
    .action(mergeCommand);
}

async function mergeCommand(shards: readonly string[], options: MergeOptions): Promise<void> {
  const signal = interruptSignal();
  const { merge } = await import("../merge.ts");
  await showMerged(options, (query, dependencies) => merge({ ...query, shards }, dependencies, signal), signal);
}

/** Shows a merge as it goes on, and what came of it. */
export async function showMerged(
  { out: folder, resume, force, format }: MergeOptions,
  mergeInto: (query: Omit<MergeQuery, "shards">, dependencies: MergeDependencies) => Promise<Merged>,
  signal: AbortSignal,
): Promise<void> {
  const { openMerging } = await import("../compose/merging.ts");
  const { createProgressView } = await import("./progress.ts");
  const view = createProgressView();
  try {
    const parquet = format === "parquet";
    const merged = await mergeInto({ folder, resume, force, parquet, onProgress: view.show }, openMerging());
    view.end();
    const { command, images, failures, goOn, missed = [] } = merged;
    const isAnswers = command === "ask" || command === "eval";
    const about = isAnswers ? askedSummary(merged) : measuredSummary(merged, momentsInWords(merged.images));
    await print(`Merged ${merged.shards} shards. ${about} \`${folder}\`\n`);
    if (goOn !== null) note(`What is made of all of it together is made by: kuleshov ${goOn.map(shellWord).join(" ")}`);
    for (const sentence of missed) note(sentence);
    if (missed.length > 0) process.exitCode = EXIT.doneWithFailures;
    if (failures > 0) process.exitCode = images > 0 ? EXIT.doneWithFailures : EXIT.nothingDone;
  } finally {
    view.end();
    if (signal.aborted) note(`Interrupted: run it again to go on. \`${folder}\``);
  }
}

function momentsInWords(count: number): string {
  return `${count} ${count === 1 ? "image or frame" : "images or frames"}`;
}

function askedSummary({ images, failures }: Merged): string {
  return `${images} answered, ${failures} failed.`;
}
