import { join } from "node:path";
import type { Command } from "commander";
import type { StudyAgreement } from "../domain/agreement.ts";
import { packageVersion } from "../platform/package-paths.ts";
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
  const found = await studyAgreement(paths, interruptSignal());
  for (const sentence of found.leftOut ?? []) note(sentence);
  if (options.out !== undefined) await writeAll(found, { paths, folder: options.out, ...options });
  if (options.json) return print(asJson(found));
  if (options.csv) return print(agreementCsv(found));
  const { renderAgreement } = await import("../render/terminal-agreement.ts");
  return print(renderAgreement(found, outputStyle()));
}

async function writeAll(
  found: StudyAgreement,
  { paths, folder, resume, force }: RunMode & { readonly paths: readonly string[]; readonly folder: string },
): Promise<void> {
  const { agreementCsv } = await import("../study/study-agreement.ts");
  const { agreementFigure, agreementPage } = await import("../pages/result-pages.tsx");
  const { openRunFolder } = await import("../runs/run-folder.ts");
  const { sha256 } = await import("../platform/hash.ts");
  const json = asJson(found);
  const settings = { measurements: paths, faces: { id: `${found.faces} faces`, sha256: sha256(json) } };
  const run = await openRunFolder(folder, { resume, force, command: "agreement", settings, version: packageVersion() });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await run.write("agreement.csv", agreementCsv(found));
    await run.write("agreement.json", json);
    await run.write("agreement.svg", agreementFigure(found));
    await run.write("agreement.html", agreementPage(found));
    state = "finished";
  } finally {
    await run.close(state);
  }
  note(`Written: ${join(folder, "agreement.csv, .json, .svg, .html")}`);
}

function asJson(found: StudyAgreement): string {
  return `${JSON.stringify(found, null, 2)}\n`;
}
