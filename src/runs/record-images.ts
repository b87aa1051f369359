import { join } from "node:path";
import { z } from "zod";
import { KuleshovError } from "../domain/errors.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import { readRunLines } from "./journal.ts";
import { type RecordedStep, type RecordOptions, recordSteps, type StepProgress } from "./record-steps.ts";

/** What became of one image: the lines that it adds to each table. */
interface ImageRows {
  readonly text: ReadonlyMap<string, string>;
  readonly faces: number;
  readonly failed: boolean;
}

interface RecordImagesOptions extends Pick<RecordOptions, "rows" | "onProgress" | "signal"> {
  readonly concurrency: number;
}

/**
 * Works on every image that is not recorded yet, several at once, and appends the outcomes in the order of the images.
 * When `signal` aborts, what is finished is kept and the rest is left for a resume.
 */
export async function recordImages(
  images: readonly { readonly path: string }[],
  work: (path: string) => Promise<ImageRows>,
  options: RecordImagesOptions,
): Promise<StepProgress> {
  const left = images.map(({ path }) => path).filter((path) => !options.rows.done.has(path));
  const steps = imageSteps(untilAborted(left, options.signal), work, options.concurrency);
  return recordSteps(steps, { ...options, total: images.length, already: images.length - left.length });
}

async function* imageSteps(
  paths: Iterable<string>,
  work: (path: string) => Promise<ImageRows>,
  concurrency: number,
): AsyncGenerator<RecordedStep> {
  const steps = mapInOrder(paths, async (path) => ({ path, rows: await work(path) }), { concurrency });
  for await (const { path, rows } of steps) {
    const counts = { images: rows.failed ? 0 : 1, faces: rows.faces, failures: rows.failed ? 1 : 0 };
    yield { record: { done: path, inProgress: null, text: rows.text, counts }, share: 1 };
  }
}

function* untilAborted<T>(inputs: readonly T[], signal: AbortSignal | undefined): Generator<T> {
  for (const input of inputs) {
    if (signal?.aborted) return;
    yield input;
  }
}

/** The tables of a run that notes something of every face: `faces.jsonl`, and `failures.jsonl` for images without. */
export interface FaceRecords<FaceRecord> {
  /** For `RunFolder.openRows`: neither table has a first line. */
  readonly headers: ReadonlyMap<string, string>;
  /** The rows of one image. What cannot be read or measured is a row of its own. */
  rowsOf(path: string, facesOf: () => Promise<readonly FaceRecord[]>, signal?: AbortSignal): Promise<ImageRows>;
  /** What the folder of a run holds so far. */
  read(folder: string): Promise<RecordedFaces<FaceRecord>>;
}

/** What a run noted of faces, and the images that could not be read or measured. */
export interface RecordedFaces<FaceRecord> {
  readonly faces: readonly FaceRecord[];
  readonly failures: readonly z.infer<typeof FailedImage>[];
}

const FailedImage = z.strictObject({ path: z.string(), reason: z.string() });

/** @param subfolder of the run's folder, in which the tables lie. */
export function faceRecords<FaceRecord>(subfolder: string, schema: z.ZodType<FaceRecord>): FaceRecords<FaceRecord> {
  const [facesFile, failuresFile] = [`${subfolder}/faces.jsonl`, `${subfolder}/failures.jsonl`];
  return {
    headers: new Map([
      [facesFile, ""],
      [failuresFile, ""],
    ]),
    async rowsOf(path, facesOf, signal) {
      try {
        const faces = await facesOf();
        const lines = faces.map((face) => `${JSON.stringify(face)}\n`);
        return { failed: false, faces: lines.length, text: new Map([[facesFile, lines.join("")]]) };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof KuleshovError)) throw error;
        const line = `${JSON.stringify({ path, reason: error.message })}\n`;
        return { failed: true, faces: 0, text: new Map([[failuresFile, line]]) };
      }
    },
    read: async (folder) => ({
      faces: await listed(readRunLines(join(folder, facesFile), schema)),
      failures: await listed(readRunLines(join(folder, failuresFile), FailedImage)),
    }),
  };
}

async function listed<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const line of lines) list.push(line);
  return list;
}
