import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { locateDatasetPath } from "../evaluation/dataset/locate.ts";
import { readEvalFile } from "../evaluation/file/read-eval-file.ts";
import { evaluationPath, timestamp } from "../evaluation/list-evaluations.ts";
import { differenceText, diffRuns } from "../evaluation/report/diff-runs.ts";
import { systemPath } from "../platform/system-path.ts";
import { type RunFileOptions, runFile } from "./eval-run.ts";
import { EXIT } from "./exit.ts";
import { noteFailure } from "./failure.ts";
import { note, print } from "./output.ts";

/** Between two looks at the files. */
const LOOK_EVERY_MS = 300;

/**
 * Runs an evaluation, and again whenever its file, its prompts or its table has changed, each time into a folder of its own, and
 * says which answers became others. What was asked before comes from the cache. Ends with Ctrl-C.
 */
export async function watchFile(named: string, options: RunFileOptions, stop: AbortSignal): Promise<void> {
  const file = await evaluationPath(named);
  let before: string | undefined;
  const begun = timestamp();
  for (let round = 1; !stop.aborted; round++) {
    const files = await watchedFiles(file);
    const seen = await statesOf(files);
    const folder = join("eval-results", `${basename(file, ".eval.yaml")}-${begun}-${round}`);
    try {
      await runFile(file, { ...options, out: folder }, stop);
      if (before !== undefined) await print(differenceText(await diffRuns(before, folder)));
      before = folder;
    } catch (error) {
      if (stop.aborted) throw error;
      noteFailure(error); // half-written files are told, and the next version awaited
    }
    note(`Waiting for a change of ${files.map((path) => basename(path)).join(", ")}; Ctrl-C ends`);
    while (!stop.aborted && (await statesOf(files)) === seen) await setTimeout(LOOK_EVERY_MS);
  }
  process.exitCode = EXIT.interrupted;
}

/** The evaluation file and the files of the user's own that it names. */
async function watchedFiles(path: string): Promise<readonly string[]> {
  try {
    const { file } = await readEvalFile(path);
    const prompts = file.matrix.prompts.filter((prompt) => prompt.endsWith(".prompt.md"));
    return [path, ...[file.dataset.path, ...prompts].map((written) => locateDatasetPath(written, path))];
  } catch {
    return [path];
  }
}

/** When each was written and how long it is: whatever an editor does, one of them changes. */
async function statesOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(
    paths.map((path) =>
      stat(systemPath(path)).then(
        ({ mtimeMs, size, ino }) => [mtimeMs, size, ino],
        () => null,
      ),
    ),
  );
  return JSON.stringify(states);
}
