import { isAbsolute, relative, resolve, sep } from "node:path";
import { isDynamicPattern } from "tinyglobby";
import { z } from "zod";
import { openStudyTools } from "../compose/study.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type MeasureQuery, measure } from "../measure.ts";
import { isObjectAddress } from "../platform/system-path.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { listInputs, type StudyInput } from "../study/study-inputs.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";
import { begunHere } from "./runs.ts";

/** How often open pages are told of new faces. */
export const TELL_EVERY_MS = 3_000;

/** What measuring is told: as the flags of `kuleshov measure`. */
export interface StudyOrder extends Pick<MeasureQuery, "words" | "fps" | "neutral" | "columns" | "resume"> {
  /** The study's folder, seen from the studio's. */
  readonly folder: string;
  readonly toolboxes: readonly string[];
  readonly landmarks: boolean;
  readonly contactSheet: boolean;
  readonly mirrored?: true | undefined;
}

export function newStudy(folder: string, words: readonly string[]): StudyOrder {
  return { folder, words, toolboxes: ["mesh"], fps: 5, landmarks: false, contactSheet: false };
}

/** What a study's journal keeps of the flags that it was begun with. */
const Begun = z.object({
  inputs: z.array(z.string()),
  "--toolbox and --evidence": z.array(z.object({ id: z.string() })),
  "--neutral": z.object({ path: z.string() }).nullable(),
  "--fps": z.number(),
  "--columns": z.string(),
  "--landmarks": z.boolean(),
  "--contact-sheet": z.boolean(),
  "--mirrored": z.literal(true).optional(),
});

/**
 * The order that goes on with a study.
 *
 * @throws {ConfigurationError} if only the terminal can: it was begun from another folder.
 */
export function orderToResume(folder: StudioFolder, path: string, { began }: RunHistory): StudyOrder {
  const begun = begunHere(folder.root, path, began, Begun);
  const columns = begun["--columns"];
  return {
    ...{ folder: path, words: begun.inputs, fps: begun["--fps"], resume: true },
    ...{ landmarks: begun["--landmarks"], contactSheet: begun["--contact-sheet"], mirrored: begun["--mirrored"] },
    toolboxes: begun["--toolbox and --evidence"].map(({ id }) => id.replace(/@.*/, "")),
    ...(columns === "kuleshov" ? {} : { columns }),
    ...(begun["--neutral"] === null ? {} : { neutral: begun["--neutral"].path }),
  };
}

/** Measures as `kuleshov measure <words> --out <folder>` does in the studio's folder. */
export async function measureStudy(
  studio: StudioFolder,
  { toolboxes, neutral, mirrored, ...order }: StudyOrder,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  tell({ step: "looking for images" });
  if (neutral !== undefined) refuseOutside(studio.root, neutral);
  const listed = await inputsInside(studio, order.words, listInputs);
  const inputs = neutral === undefined ? listed : listed.map((input) => ({ ...input, neutralPath: neutral }));
  const paths = inputs.map(({ path }) => path);
  const opened = await openStudyTools({ toolboxes, evidence: [], paths, mirrored }, signal);
  let toldMs = 0;
  const onProgress: MeasureQuery["onProgress"] = ({ done, total, failed, secondsLeft }) => {
    const time = secondsLeft === null ? "" : `, ${timeInWords(secondsLeft)} left`;
    tell({ step: `measuring faces${failed === 0 ? "" : `, ${failed} failed`}${time}`, progress: { done, total } });
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    studio.changed();
  };
  try {
    const { tools, concurrency, close } = opened;
    const query = { ...order, ...(neutral === undefined ? {} : { neutral }), inputs, concurrency, onProgress };
    await measure(query, { tools, close }, signal);
  } finally {
    await opened.close();
    studio.changed();
  }
  signal.throwIfAborted();
}

/** What words name, all of which must lie in the folder. @param list tells what they name. */
export async function inputsInside(
  studio: StudioFolder,
  words: readonly string[],
  list: typeof listInputs,
  notify?: (notice: string) => void,
): Promise<readonly StudyInput[]> {
  for (const word of words) refuseOutside(studio.root, word);
  const inputs = await list(words, notify);
  for (const { path } of inputs) await studio.mayRead(path);
  return inputs;
}

/** Whatever a pattern begins with must lie inside; what it finds is checked file by file. */
export function refuseOutside(root: string, word: string): void {
  const fixed = word
    .split(/[\\/]/)
    .filter((part) => !isDynamicPattern(part) || part === "..")
    .join("/");
  const way = relative(root, resolve(root, isAbsolute(word) ? word : fixed));
  const isInside = way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  if (isInside && !isObjectAddress(word)) return;
  throw new ConfigurationError(
    `Cannot read images as they are outside of the folder that the studio was opened on: open the studio on a folder above it (\`${word}\`)`,
  );
}

export function timeInWords(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
