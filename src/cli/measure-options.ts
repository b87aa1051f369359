import type { Command } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import type { Shard } from "../runs/shard.ts";
import { cacheOption, deviceOption, formatOption, mirroredOption, runOptions, shardOption } from "./run-options.ts";

/** What `measure` is told. */
export interface MeasureOptions {
  readonly cache?: boolean;
  readonly mirrored?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly landmarks?: true;
  readonly scene?: true;
  readonly objects?: true;
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
  readonly shard?: Shard;
  readonly format?: "csv" | "parquet";
  readonly contactSheet?: true;
  readonly voices?: true;
  readonly columns?: string;
  readonly neutral?: string;
  readonly fps: number;
  readonly workers?: number;
  readonly toolbox: readonly string[];
  readonly evidence?: readonly string[];
}

export function addMeasureOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON object with every number")
    .option("--csv", "print one row per face")
    .option("--landmarks", "with --json or --out: the landmarks too")
    .addOption(runOptions.out("a study, with tables, a data dictionary and what failed"))
    .addOption(runOptions.resume())
    .addOption(runOptions.force())
    .addOption(shardOption())
    .addOption(formatOption())
    .option("--contact-sheet", "with --out: sheets of all faces with their expression and strongest action units")
    .option(
      "--columns <toolbox>",
      "one row per face under the column names of openface, openface-spaced (all of them, with OpenFace's spaces) or pyfeat",
    )
    .option("--voices", "with --out: hear clips too, for voices.csv: when somebody speaks, how high, loud and fast")
    .option("--scene", "with --json: bodies and who looks where too")
    .option("--objects", "with --scene: objects too")
    .option("--neutral <image>", "measure action units against this resting face of the same person")
    .option("--fps <number>", "frames per second to measure of videos", positiveNumber, 5)
    .addOption(mirroredOption())
    .addOption(deviceOption())
    .addOption(cacheOption())
    .option("--workers <number>", "worker threads per toolbox (default: all cores)", positiveInteger)
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .option("--evidence <file...>", "what toolboxes wrote earlier, as in openface:results.csv");
}

/** @throws {ConfigurationError} if one option makes no sense beside another. */
export function refuseContradictions({
  json,
  csv,
  columns,
  out,
  resume,
  force,
  contactSheet,
  voices,
  landmarks,
  scene,
  objects,
  shard,
  format,
}: MeasureOptions): void {
  const refuse = (sentence: string) => {
    throw new ConfigurationError(sentence);
  };
  if (json && csv) refuse("Choose one of --json and --csv");
  if (json && columns !== undefined) refuse("--columns names the columns of a table: leave out --json");
  if (out !== undefined && (json || csv)) refuse("--out writes both JSON and CSV: leave out --json and --csv");
  if (out === undefined && (resume || force || contactSheet || voices || shard || format)) {
    refuse(
      "--resume, --force, --shard, --format, --contact-sheet and --voices need --out with the folder of the study",
    );
  }
  if (scene && !json) refuse("--scene needs --json");
  if (objects && !scene) refuse("--objects needs --scene");
  if (landmarks && out === undefined && !json) refuse("--landmarks needs --json or --out");
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1000) return number;
  throw new ConfigurationError(`A frame rate is a number from above 0 to 1000, not "${text}"`);
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 256) return number;
  throw new ConfigurationError(`A number of workers is a whole number from 1 to 256, not "${text}"`);
}
