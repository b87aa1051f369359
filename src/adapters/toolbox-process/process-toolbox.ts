import { InferenceError } from "../../domain/errors.ts";
import { boxOfShares } from "../../domain/geometry.ts";
import type { DecodedImage } from "../../domain/image.ts";
import type { FaceMeasurement, ToolboxId, ToolboxSupport } from "../../domain/measurement.ts";
import type { ImportedRow } from "../../ports/evidence-file.ts";
import type { FerToolbox } from "../../ports/fer-toolbox.ts";
import { createBatchQueue } from "./batch-queue.ts";
import { type Command, type ProcessOutcome, runProcess } from "./run-process.ts";
import { type TemporaryRun, withTemporaryRun } from "./temporary-run.ts";

/** What a toolbox said about one image: rows, or why there are none. */
export type ImageOutput = readonly ImportedRow[] | { readonly failure: string };

/** A toolbox that is run as a program of its own. */
export interface ToolboxProgram {
  readonly id: ToolboxId;
  readonly title: string;
  readonly supports: ToolboxSupport;
  command(run: TemporaryRun): Command | Promise<Command>;
  /**
   * Reads what it wrote about the image with this stem. `undefined` when it wrote nothing, whatever the reason.
   *
   * @throws {ConfigurationError} if what it wrote cannot be read.
   */
  output(run: TemporaryRun, stem: string, outcome: ProcessOutcome): Promise<ImageOutput | undefined>;
}

export interface ProgramLimits {
  /** Time to start, before any image is measured. Python toolboxes load, and at first fetch, their weights. */
  readonly startLimitMs?: number;
  readonly limitPerImageMs?: number;
  /** Images in one start. */
  readonly imagesAtOnce?: number;
}

const START_LIMIT_MS = 300_000;
const LIMIT_PER_IMAGE_MS = 60_000;
const IMAGES_AT_ONCE = 8;

type Result = readonly FaceMeasurement[] | InferenceError;

/**
 * Makes a toolbox of a program. Images that wait while it runs are measured together in its next start. Whether it did
 * its work is told by what it wrote, not by its exit code. An image that was left out in company is tried once alone.
 */
export function createProcessToolbox(program: ToolboxProgram, limits: ProgramLimits = {}): FerToolbox {
  const imagesAtOnce = limits.imagesAtOnce ?? IMAGES_AT_ONCE;
  const startLimitMs = limits.startLimitMs ?? START_LIMIT_MS;
  const limitPerImageMs = limits.limitPerImageMs ?? LIMIT_PER_IMAGE_MS;

  async function runOnce(images: readonly DecodedImage[], signal: AbortSignal): Promise<Result[]> {
    return withTemporaryRun(images, async (run) => {
      const timeLimitMs = startLimitMs + limitPerImageMs * images.length;
      const outcome = await runProcess(await program.command(run), { timeLimitMs }, signal);
      return readResults(program, { run, images, outcome, timeLimitMs });
    });
  }

  async function measureBatch(images: readonly DecodedImage[], signal: AbortSignal): Promise<Result[]> {
    const results = await runOnce(images, signal);
    if (images.length === 1) return results;
    for (const [index, image] of images.entries()) {
      if (!(results[index] instanceof InferenceError)) continue;
      const [alone] = await runOnce([image], signal);
      if (alone !== undefined) results[index] = alone;
      // It fails even with a single image: the others would fail one by one, each up to its time limit.
      if (alone instanceof InferenceError) break;
    }
    return results;
  }

  const queue = createBatchQueue(measureBatch, { largestBatch: imagesAtOnce });
  return {
    id: program.id,
    supports: program.supports,
    networks: [],
    imagesAtOnce,
    async measure(image, signal) {
      const result = await queue.add(image, signal);
      if (result instanceof InferenceError) throw result;
      return result;
    },
    close: queue.close,
  };
}

interface FinishedRun {
  readonly run: TemporaryRun;
  readonly images: readonly DecodedImage[];
  readonly outcome: ProcessOutcome;
  readonly timeLimitMs: number;
}

async function readResults(program: ToolboxProgram, finished: FinishedRun): Promise<Result[]> {
  const { run, images, outcome } = finished;
  const outputs: (ImageOutput | undefined)[] = [];
  for (const stem of run.stems) {
    outputs.push(await program.output(run, stem, outcome).catch((error: Error) => ({ failure: error.message })));
  }
  // A program that was stopped, or crashed, may have been writing its last file.
  const stopped = outcome.ended !== "by itself" || outcome.exitCode === null;
  const lastWritten = stopped ? outputs.findLastIndex((output) => output !== undefined) : -1;
  return images.map((image, index) => {
    const output = index === lastWritten ? undefined : outputs[index];
    if (output === undefined) return nothingAbout(program, image, finished);
    if ("failure" in output) {
      const reason = output.failure.replaceAll(run.folder, "...");
      return new InferenceError(`${program.title} could not measure ${image.path}: ${reason}`);
    }
    return output.flatMap((row) => measurementOf(row, image));
  });
}

function measurementOf({ face }: ImportedRow, image: DecodedImage): FaceMeasurement[] {
  if (face === null || face.box === null) return [];
  const box = face.boxUnit === "pixel" ? face.box : boxOfShares(face.box, image);
  return [{ ...face.measurement, box }];
}

function nothingAbout({ title }: ToolboxProgram, image: DecodedImage, { run, outcome, timeLimitMs }: FinishedRun) {
  const said = lastWords(outcome).replaceAll(run.folder, "...");
  const words = said === "" ? "it said nothing" : `it said "${said}"`;
  if (outcome.ended === "not started") return new InferenceError(`${title} cannot be started: ${said}`);
  if (outcome.ended === "timed out") {
    const limit = Math.round(timeLimitMs / 1000);
    return new InferenceError(`${title} was stopped after ${limit} s without a result for ${image.path}: ${words}`);
  }
  const code = outcome.exitCode === null ? "was killed" : `ended with exit code ${outcome.exitCode}`;
  return new InferenceError(`${title} ${code} and wrote nothing about ${image.path}: ${words}`);
}

const LONGEST_QUOTE = 300;

/** The last line it printed, preferring what it printed as an error. */
function lastWords({ stdout, stderr }: ProcessOutcome): string {
  const lastLine = (text: string): string =>
    text
      .trim()
      .split(/[\r\n]+/)
      .at(-1) ?? "";
  const line = lastLine(stderr) || lastLine(stdout);
  return line.length > LONGEST_QUOTE ? `...${line.slice(-LONGEST_QUOTE)}` : line;
}
