import type { Command } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import { interruptSignal } from "./exit.ts";
import { note, print } from "./output.ts";
import { askAtTerminal, canBeAsked } from "./terminal-question.ts";

export function register(program: Command): void {
  program
    .command("notice")
    .description(
      "print a notice for the people whose images a study holds, to be completed; asks once what the study is for",
    )
    .argument("<study>", "a study's folder")
    .option("--purpose <words>", "what the study is for, kept in its purpose.txt")
    .action(notice);
}

async function notice(folder: string, { purpose: given }: { readonly purpose?: string }): Promise<void> {
  const { readStudyDescription } = await import("../study/study-folder.ts");
  const { keepPurpose, participantNotice, readPurpose } = await import("../study/study-purpose.ts");
  const study = await readStudyDescription(folder);
  if (given !== undefined) await keepPurpose(folder, given);
  else await askPurpose(folder, interruptSignal());
  const purpose = await readPurpose(folder);
  if (purpose === undefined) {
    throw new ConfigurationError(
      'Cannot write a notice as nobody has said what the study is for: add --purpose "..." (kept in the study)',
    );
  }
  await print(participantNotice(study, purpose));
  await noteRestriction(purpose);
}

/** Asks what a study is for where nobody has said so yet and somebody is there; an empty answer leaves it open. */
export async function askPurpose(folder: string, signal: AbortSignal): Promise<void> {
  const { keepPurpose, readPurpose } = await import("../study/study-purpose.ts");
  if (!canBeAsked() || (await readPurpose(folder)) !== undefined) return;
  const purpose = await askAtTerminal(
    "What is this study for? (kept in its purpose.txt; Enter leaves it open) ",
    signal,
  );
  if (purpose.trim() === "") return;
  await keepPurpose(folder, purpose);
  await noteRestriction(purpose);
}

async function noteRestriction(purpose: string): Promise<void> {
  const { restrictedUse } = await import("../study/study-purpose.ts");
  const restriction = restrictedUse(purpose);
  if (restriction !== undefined) note(restriction);
}
