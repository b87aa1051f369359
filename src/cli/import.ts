import type { Command } from "commander";
import { interruptSignal } from "./exit.ts";
import { note, print } from "./output.ts";
import { formatOption, runOptions } from "./run-options.ts";

interface ImportOptions {
  readonly out: string;
  readonly resume?: true;
  readonly force?: true;
  readonly format?: "csv" | "parquet";
}

export function register(program: Command): void {
  program
    .command("import")
    .description("make a study of what toolboxes wrote, without the images: faces, people, a data dictionary")
    .argument("<files...>", "files of toolboxes, as in openface.csv or pyfeat@2.1.5:faces.csv; several are joined")
    .addOption(runOptions.out("a study; agreement and discover work on it").makeOptionMandatory())
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(formatOption())
    .action(importCommand);
}

async function importCommand(
  files: readonly string[],
  { out: folder, resume, force, format }: ImportOptions,
): Promise<void> {
  const signal = interruptSignal();
  const { importFiles } = await import("../import.ts");
  const { openEvidenceFile } = await import("../compose/evidence.ts");
  const { createProgressView } = await import("./progress.ts");
  const view = createProgressView();
  try {
    const study = await importFiles(
      { folder, files, resume, force, parquet: format === "parquet", onProgress: view.show },
      { open: openEvidenceFile },
      signal,
    );
    view.end();
    const [faces, images] = [counted(study.faces, "face"), counted(study.images, "image or frame", "images or frames")];
    await print(`Imported ${faces} in ${images}. \`${folder}\`\n`);
    for (const warning of study.warnings) note(warning);
  } finally {
    view.end();
    if (signal.aborted) note(`Interrupted: run it again with --resume to go on. \`${folder}\``);
  }
}

function counted(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
