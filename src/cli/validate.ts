import { join } from "node:path";
import type { Command } from "commander";
import type { ModelFlags } from "../compose/model-settings.ts";
import { MODEL_FORMS } from "../compose/models.ts";
import type { RunMode } from "../runs/run-folder.ts";
import type { Validated } from "../validate.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { addModelOptions } from "./model-options.ts";
import { note, print } from "./output.ts";
import { cacheOption, deviceOption, mirroredOption, runOptions } from "./run-options.ts";

interface ValidateOptions extends RunMode, ModelFlags {
  readonly out: string;
  readonly toolbox: readonly string[];
  readonly evidence?: readonly string[];
  readonly cache?: boolean;
  readonly mirrored?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  const command = program
    .command("validate")
    .description("how well faces are measured, on images that people labelled: a measurement passport")
    .argument("<folder>", "images that the table names, relative to this folder")
    .argument("<labels.csv>", "one row per face: path, and label, votes, codes or AU columns; face, subject, group")
    .addOption(runOptions.out("passport.html, .csv, .json and a paragraph for the paper").default("passport"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .option("--json", "print the passport as JSON")
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .option("--evidence <file...>", "what toolboxes wrote earlier, as in openface:results.csv")
    .addOption(mirroredOption())
    .addOption(deviceOption())
    .addOption(cacheOption());
  addModelOptions(command, {
    model: `models that read the faces too, in one table: ${MODEL_FORMS}, with commas between`,
  });
  command.action(validateFolder);
}

async function validateFolder(images: string, labels: string, options: ValidateOptions): Promise<void> {
  const signal = interruptSignal();
  const { modelOptionsOf, modelSettings } = await import("../compose/model-settings.ts");
  const { validationTools } = await import("../compose/validate.ts");
  const { validate } = await import("../validate.ts");
  const { progressNotes } = await import("./progress.ts");
  const { toolbox: toolboxes, evidence = [], cache, mirrored, out: folder, resume, force } = options;
  // Faces are read by models that are named here: one that is set for asking is not meant.
  const { model = "", ...settings } = await modelSettings(options, { named: true });
  const models = model
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const onProgress = progressNotes("images measured");
  const found = await validate(
    { folder, images, labels, seed: settings.seed ?? 1, resume, force, onProgress },
    validationTools(
      { ...modelOptionsOf(settings), toolboxes, evidence, cache, mirrored, models, notify: note },
      signal,
    ),
    signal,
  );
  await report(found, options);
  const { problems, failures } = found;
  if (problems.length + failures.length > 0) process.exitCode = EXIT.doneWithFailures;
}

async function report({ passport, problems, failures }: Validated, { json, out }: ValidateOptions): Promise<void> {
  for (const { line, reason } of problems) note(`Line ${line} is left out as ${reason}`);
  for (const { path, reason } of failures) note(`${path}: ${reason}`);
  if (json) await print(`${JSON.stringify(passport, null, 2)}\n`);
  else {
    const { renderPassport } = await import("../render/terminal-passport.ts");
    await print(renderPassport(passport));
  }
  note(`Written: ${join(out, "passport.html, .csv, .json, paragraph.txt")}`);
}
