import { join } from "node:path";
import type { Command } from "commander";
import type { StudyAgreement } from "../domain/agreement.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";

interface AgreementOptions {
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
    .option("--out <folder>", "write agreement.csv, .json, .svg and .html into this folder")
    .action(agreement);
}

async function agreement(paths: readonly string[], options: AgreementOptions): Promise<void> {
  const { agreementCsv, studyAgreement } = await import("../study/study-agreement.ts");
  const found = await studyAgreement(paths, interruptSignal());
  if (options.out !== undefined) await writeAll(found, options.out);
  if (options.json) return print(asJson(found));
  if (options.csv) return print(agreementCsv(found));
  const { renderAgreement } = await import("../render/terminal-agreement.ts");
  return print(renderAgreement(found, outputStyle()));
}

async function writeAll(found: StudyAgreement, folder: string): Promise<void> {
  const { agreementCsv } = await import("../study/study-agreement.ts");
  const { agreementFigure, agreementPage } = await import("../pages/agreement-page.ts");
  const { writeFileAtomic } = await import("../platform/write-file-atomic.ts");
  await makeFolder(folder);
  const texts = {
    csv: agreementCsv(found),
    json: asJson(found),
    svg: agreementFigure(found),
    html: agreementPage(found),
  };
  for (const [ending, text] of Object.entries(texts)) await writeFileAtomic(join(folder, `agreement.${ending}`), text);
  note(`Written: ${join(folder, "agreement.csv, .json, .svg, .html")}`);
}

function asJson(found: StudyAgreement): string {
  return `${JSON.stringify(found, null, 2)}\n`;
}
