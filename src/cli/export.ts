import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { note, print } from "./output.ts";

interface ExportOptions {
  readonly psychDs: string;
  readonly author: readonly string[];
  readonly title?: string;
  readonly licence?: string;
  readonly run?: readonly string[];
}

export function register(program: Command): void {
  program
    .command("export")
    .description(
      "write a study as a dataset to share: Psych-DS, BIDS events, codebook, methods, checklist, scripts; no image",
    )
    .argument("<study>", "a study's folder")
    .requiredOption("--psych-ds <folder>", "a new folder, which becomes a Psych-DS dataset that can be put on OSF")
    .addOption(new Option("--author <name...>", 'who is to be cited, as in "Ekman, Paul"').makeOptionMandatory())
    .option("--title <words>", "title of the dataset (default: the name of the study's folder)")
    .option("--licence <id>", "under which it is shared, e.g. CC-BY-4.0")
    .option("--run <folder...>", "evaluation runs that belong to it")
    .action(exportCommand);
}

async function exportCommand(study: string, options: ExportOptions): Promise<void> {
  const { psychDs: folder, author: authors, licence, run: runs = [] } = options;
  const { exportStudy } = await import("../export.ts");
  const title = options.title ?? basename(resolve(study));
  const { files, notes } = await exportStudy({ study, runs, folder, title, authors, licence });
  await print(`${files} files written, none of them an image. \`${folder}\`\n`);
  note(...notes);
  note(
    "File names, and names of people in clips, are as you gave them: see that they name nobody before you share them.",
  );
}
