import { join } from "node:path";
import type { Command } from "commander";
import type { RunMode } from "../runs/run-folder.ts";
import { interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";
import { checkRunOptions, runOptions } from "./run-options.ts";

interface AgreementOptions extends RunMode {
  readonly json?: true;
  readonly csv?: true;
  readonly out?: string;
}

export function register(program: Command): void {
  program
    .command("agreement")
    .description("how far the toolboxes of a study agree: shares, kappa, ICC, contradictions")
    .argument("<measurements...>", "a study's folder, or what measure --json printed")
    .option("--json", "print JSON")
    .option("--csv", "print a table with one number per row")
    .addOption(runOptions.out("agreement.csv, .json, .svg and .html"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .action(agreement);
}

async function agreement(paths: readonly string[], options: AgreementOptions): Promise<void> {
  checkRunOptions(options);
  const { agreementCsv, studyAgreement } = await import("../study/study-agreement.ts");
  const { agreementJson, writeAgreement } = await import("../study/write-agreement.ts");
  const found = await studyAgreement(paths, interruptSignal());
  for (const sentence of found.leftOut ?? []) note(sentence);
  if (options.out !== undefined) {
    await writeAgreement(found, { paths, folder: options.out, ...options });
    note(`Written: ${join(options.out, "agreement.csv, .json, .svg, .html")}`);
  }
  if (options.json) return print(agreementJson(found));
  if (options.csv) return print(agreementCsv(found));
  const { renderAgreement } = await import("../render/terminal-agreement.ts");
  return print(renderAgreement(found, outputStyle()));
}
