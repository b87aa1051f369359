import type { Command } from "commander";
import { note, print } from "./output.ts";
import { positiveNumber } from "./run-options.ts";

interface SlurmOptions {
  readonly tasks: number;
  readonly study: string;
  readonly measure?: string;
}

export function register(program: Command): void {
  program
    .command("slurm")
    .description("run a study as a job array of SLURM's")
    .command("plan")
    .description("list the inputs once, and print the script that measures them in shards and merges these")
    .argument("<inputs...>", "images, videos, folders, globs and lists as measure takes them, or one .tar of images")
    .requiredOption("--tasks <number>", "how many tasks the array has", positiveNumber)
    .option("--study <folder>", "where the study will be; the list, logs and shards go into <folder>.slurm", "study")
    .option("--measure <options>", 'options of measure for all tasks, as in "--fps 10 --contact-sheet"', "")
    .addHelpText("after", "\nkuleshov slurm plan images/ --tasks 200 > job.sh, then bash job.sh")
    .action(plan);
}

async function plan(words: readonly string[], { tasks, study, measure = "" }: SlurmOptions): Promise<void> {
  const { planSlurm } = await import("../slurm.ts");
  await print(await planSlurm({ words, tasks, out: study, options: measure }, note));
}
