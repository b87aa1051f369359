import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import { argumentsAsGiven } from "../platform/system-path.ts";
import type { RunMode } from "../runs/run-folder.ts";
import { readShard, type Shard, shardFolder } from "../runs/shard.ts";
import type { StudyInput } from "../study/study-inputs.ts";
import { note } from "./output.ts";

/** The options of every command that writes a folder. */
export const runOptions = {
  /** @param holds what is in the folder afterwards. */
  out: (holds: string) => new Option("--out <folder>", `where the results go: ${holds}`),
  resume: () =>
    new Option(
      "--resume",
      "with --out: go on with the run in the folder, also with a finished one; what is done is kept",
    ),
  force: () =>
    new Option("--force", "with --out: start the run in the folder anew; only what Kuleshov wrote there is removed"),
};

/** The option of every command whose inputs can be shared out among machines. */
export const shardOption = () =>
  new Option(
    "--shard <number/of>",
    "with --out: only this part of the inputs, as in 3/200, into a folder of its own in it; kuleshov merge puts all together",
  ).argParser((text) => ({ ...readShard(text), words: argumentsAsGiven() }));

/** The option of every command that writes tables. */
export const formatOption = (what = "with --out: write the tables as Parquet too, beside the CSV") =>
  new Option("--format <format>", what).choices(["csv", "parquet"]);

/** The folder that a run writes: `--out`, or that of the shard in it. */
export function shardOutOf(out: string, shard: Shard | undefined): string {
  return shard === undefined ? out : join(out, shardFolder(shard));
}

/** The option of every command that measures or asks a model. */
export const cacheOption = () =>
  new Option("--no-cache", "measure, and ask models, again even where that was done before");

/** @throws {ConfigurationError} if a run is to be gone on with or begun anew, and no folder of one is named. */
export function checkRunOptions({ out, resume, force }: RunMode & { readonly out?: string | undefined }): void {
  if (out !== undefined || !(resume || force)) return;
  throw new ConfigurationError("--resume and --force need --out with the folder of the run");
}

/** The option of every command that reads or keeps exemplars. */
export const storeOption = (what = "exemplar store, a folder or object-store address") =>
  new Option("--store <place>", `${what} (default: .kuleshov/exemplars, or KULESHOV_EXEMPLARS)`);

/** The option of every command that measures images of the user's own. */
export const mirroredOption = () =>
  new Option("--mirrored", "the images are mirrored, as selfies are: left and right are the subject's again");

/** The option of every command that runs networks over many images. Threads and processes read it from the environment. */
export const deviceOption = () =>
  new Option("--device <name>", "what networks run on, where the installed onnxruntime can")
    .env("KULESHOV_DEVICE")
    .choices(["cpu", "cuda", "coreml", "dml"]);

/** @throws {ConfigurationError} before anything is begun, if the runtime cannot use the device. */
export async function useDevice(device: string | undefined): Promise<void> {
  if (device === undefined) return;
  process.env.KULESHOV_DEVICE = device;
  const { checkDevice } = await import("../networks/network.ts");
  await checkDevice();
}

/** Says how many faces take no part as the study that the inputs are taken from excludes them. */
export function noteExcluded(inputs: readonly Pick<StudyInput, "excluded">[]): void {
  const count = inputs.reduce((sum, { excluded = [] }) => sum + excluded.length, 0);
  if (count > 0)
    note(`${count} ${count === 1 ? "face" : "faces"} left out as the study excludes them (exclusions.csv)`);
}

/** Reads an option that counts something. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It takes a whole number.");
  return Number(text);
}

/** Reads an option that counts what there must be. */
export function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError("It takes a whole number above 0.");
  return number;
}

/** Reads an option that measures something. */
export function positiveAmount(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It takes a number above 0.");
  return value;
}
