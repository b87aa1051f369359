import { type Command, InvalidArgumentError } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import type { EvalFileChanges } from "../evaluation/file/read-eval-file.ts";
import { positiveNumber } from "./run-options.ts";

/** What of its samples a run is to take. */
export interface SampleChoices {
  readonly limit?: number;
  readonly sample?: readonly string[];
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly failing?: string;
  readonly repeats?: number;
}

/** Adds the options that have a run ask about less, or more often, than its file says. */
export function addSampleChoices(command: Command): Command {
  return command
    .option("--limit <number>", "a random subset of so many samples, drawn by the dataset's seed", positiveNumber)
    .option("--sample <ids...>", "only these samples")
    .option(
      "--where <column=cell>",
      "only samples with this cell, e.g. usage=test; several cells are alternatives",
      addCell,
    )
    .option("--failing <run>", "only samples that failed in this run or were answered wrongly")
    .option("--repeats <number>", "answers per sample and condition, instead of the file's", positiveNumber);
}

function addCell(text: string, before: Record<string, string[]> = {}): Record<string, string[]> {
  const [, column, cell] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (column === undefined || cell === undefined)
    throw new InvalidArgumentError("It takes a column and a cell: column=cell.");
  return { ...before, [column]: [...(before[column] ?? []), cell] };
}

/** The choices as changes to the evaluation file. @throws {ConfigurationError} if nothing failed where the failing are asked for. */
export async function chosenChanges({
  limit,
  sample,
  where,
  failing,
  repeats,
}: SampleChoices): Promise<EvalFileChanges> {
  const failed = failing === undefined ? undefined : await failingIn(failing);
  const ids = sample === undefined ? failed : sample.filter((id) => failed?.includes(id) ?? true);
  if (ids?.length === 0)
    throw new ConfigurationError(`None of the samples ${sample?.join(", ")} failed in \`${failing}\``);
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(ids === undefined ? {} : { ids }),
    ...(where === undefined ? {} : { where }),
    ...(repeats === undefined ? {} : { repeats }),
  };
}

async function failingIn(folder: string): Promise<readonly string[]> {
  const { scoreAnswers } = await import("../evaluation/report/write-report.ts");
  const { failingSamples } = await import("../evaluation/results/answer-rows.ts");
  const ids = failingSamples((await scoreAnswers(folder)).summary);
  if (ids.length === 0)
    throw new ConfigurationError(`Nothing failed and no answer was wrong in \`${folder}\`: nothing to ask again`);
  return ids;
}
