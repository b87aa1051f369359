import type { Command } from "commander";
import type { ImageOutcome } from "../pipeline/measure-images.ts";
import { EXIT } from "./exit-codes.ts";
import { interruptSignal } from "./interrupt.ts";
import { note, outputStyle, print } from "./output.ts";

interface MeasureOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly columns?: string;
  readonly landmarks?: true;
  readonly toolbox: readonly string[];
  readonly evidence?: readonly string[];
}

export function register(program: Command): void {
  program
    .command("measure")
    .description("measure every face in pictures: action units, expression, head pose, gaze, quality; no judgment")
    .argument("<pictures...>", "pictures, folders, globs, or lists (.csv with a column path)")
    .option("--json", "print one JSON object with every number")
    .option("--csv", "print one row per face")
    .option("--columns <toolbox>", "print one row per face under the column names of openface or pyfeat")
    .option("--landmarks", "with --json: the landmarks too")
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .option("--evidence <file...>", "what toolboxes wrote earlier, as in openface:results.csv")
    .action(measure);
}

async function measure(words: readonly string[], options: MeasureOptions): Promise<void> {
  const signal = interruptSignal();
  const { measureImages } = await import("../pipeline/measure-images.ts");
  const { studyInputs } = await import("../study/study-inputs.ts");
  const paths: string[] = [];
  for await (const input of studyInputs(words)) paths.push(input.path);
  const toolboxes = await openToolboxes(options, paths, signal);
  try {
    const printer = await choosePrinter(options, toolboxes);
    let [measured, failed] = [0, 0];
    for await (const outcome of measureImages(paths, { toolboxes, signal })) {
      if ("reason" in outcome) failed += 1;
      else measured += 1;
      await printer.add(outcome);
    }
    await printer.end();
    for (const warning of new Set(toolboxes.flatMap(({ warnings = [] }) => warnings))) note(warning);
    if (failed > 0) process.exitCode = measured > 0 ? EXIT.doneWithFailures : EXIT.nothingDone;
  } finally {
    await Promise.all(toolboxes.map((toolbox) => toolbox.close()));
  }
}

/** Toolboxes to measure with, and files of toolboxes that measured these pictures earlier. */
async function openToolboxes(
  { toolbox, evidence = [] }: MeasureOptions,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Toolboxes> {
  const { createToolboxes } = await import("../compose/toolboxes.ts");
  const { importEvidenceFiles } = await import("../compose/evidence.ts");
  const imported = await importEvidenceFiles(evidence, paths, signal);
  try {
    return [...(await createToolboxes(toolbox)), ...imported];
  } catch (error) {
    await Promise.all(imported.map((file) => file.close()));
    throw error;
  }
}

/** Prints outcomes as they come, and whatever must stand around them. Failures go to standard error as well. */
interface Printer {
  add(outcome: ImageOutcome): Promise<void>;
  end(): Promise<void>;
}

type Toolboxes = Awaited<ReturnType<typeof import("../compose/toolboxes.ts").createToolboxes>>;

async function choosePrinter(options: MeasureOptions, toolboxes: Toolboxes): Promise<Printer> {
  if (options.json) return jsonPrinter(options.landmarks === true);
  if (options.columns !== undefined) return columnsPrinter(options.columns, toolboxes);
  return options.csv ? csvPrinter(toolboxes) : terminalPrinter();
}

/** One JSON object, written piece by piece so that a large study is never held in memory. */
async function jsonPrinter(landmarks: boolean): Promise<Printer> {
  const { toRecord } = await import("../pipeline/measurement-json.ts");
  const failures: object[] = [];
  let opening = '{"images": [';
  return {
    async add(outcome) {
      const record = toRecord(outcome, { landmarks });
      if ("reason" in record) {
        failures.push(record);
        return;
      }
      await print(`${opening}${JSON.stringify(record)}`);
      opening = ",\n";
    },
    async end() {
      const start = opening === ",\n" ? "" : opening;
      await print(`${start}], "failures": ${JSON.stringify(failures)}}\n`);
    },
  };
}

async function csvPrinter(toolboxes: Toolboxes): Promise<Printer> {
  const { csvHeader, csvRows, measurementColumns } = await import("../pipeline/measurement-columns.ts");
  const columns = measurementColumns(toolboxes);
  await print(csvHeader(columns));
  return {
    async add(outcome) {
      if ("reason" in outcome) note(outcome.reason);
      else await print(csvRows(columns, outcome.measured.faces, outcome.measured.image));
    },
    end: () => Promise.resolve(),
  };
}

/** For scripts that were written for another toolbox's tables. What these cannot hold is said on standard error. */
async function columnsPrinter(name: string, toolboxes: Toolboxes): Promise<Printer> {
  const { csvHeader } = await import("../pipeline/measurement-columns.ts");
  const { chooseColumns } = await import("../study/columns/choose-columns.ts");
  const [first] = toolboxes;
  if (first === undefined) throw new RangeError("There is no toolbox to measure with");
  const table = chooseColumns(name, { toolbox: first.id });
  for (const caveat of table.caveats) note(caveat);
  await print(csvHeader(table.columns));
  return {
    async add(outcome) {
      if ("reason" in outcome) note(outcome.reason);
      else await print(table.rows(outcome.measured.faces, outcome.measured.image));
    },
    end: () => Promise.resolve(),
  };
}

async function terminalPrinter(): Promise<Printer> {
  const { renderMeasurement } = await import("../render/terminal-measurement.ts");
  const style = outputStyle();
  return {
    async add(outcome) {
      if ("reason" in outcome) note(outcome.reason);
      else await print(`${renderMeasurement(outcome.measured.image, outcome.measured.faces, style)}\n`);
    },
    end: () => Promise.resolve(),
  };
}
