import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { stringify } from "csv-stringify/sync";
import { openEvaluation } from "../compose/evaluation.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { prepareEvaluation, startEvaluation } from "../evaluation/evaluation.ts";
import { readable } from "../evaluation/report/sections.ts";
import { scoreRun, writeReport } from "../evaluation/report/write-report.ts";
import { createFolderAnswerCache } from "../evaluation/runner/answer-cache.ts";
import { number } from "../pages/markup.ts";
import { showProgress } from "./eval-progress.ts";
import { EXIT } from "./exit-codes.ts";
import type { LabOptions } from "./lab.ts";
import { note, print } from "./output.ts";

/** Builds the arms of some images, has them judged, and prints what context did. */
export async function runLab(images: readonly string[], options: LabOptions, stop: AbortSignal): Promise<void> {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  const folder = resolve(
    options.out ?? join("lab-results", `${basename(images[0] ?? "lab").replace(/\.\w+$/, "")}-${stamp}`),
  );
  const file = await writeLabFile(folder, images, options);
  const opened = openEvaluation({ evalFilePath: file, stimuliFolder: join(folder, "stimuli"), notify: note });
  try {
    const prepared = await prepareEvaluation(file, opened.dependencies);
    const progress = showProgress(prepared.plan.calls);
    const outcome = await startEvaluation(prepared, opened.dependencies, {
      folder,
      onProgress: progress.update,
      stop,
    }).finally(progress.end);
    const scored = await scoreRun(folder);
    const report = await writeReport(scored, createFolderAnswerCache(scored.run.header.cacheFolder));
    const effects = scored.contextEffects.flatMap((one) => one.effects);
    if (options.json) await print(`${JSON.stringify({ folder, report, effects }, null, 2)}\n`);
    for (const { name, meaning, estimate } of options.json ? [] : effects) {
      const interval = estimate.low === null ? "" : ` [${number(estimate.low)}, ${number(estimate.high)}]`;
      await print(
        `${readable(name).padEnd(38)} ${number(estimate.value)}${interval}  n = ${estimate.n}\n  ${meaning}\n`,
      );
    }
    for (const { failure, cell } of scored.records) if (failure !== null) note(`${cell}: ${failure.message}`);
    note(`Stimuli: ${join(folder, "stimuli")}\nReport: ${report}`);
    if (stop.aborted) process.exitCode = EXIT.interrupted;
    else if (outcome.failed > 0) process.exitCode = EXIT.doneWithFailures;
  } finally {
    await opened.close();
  }
}

/** Writes the evaluation that the lab runs, so that it can be run again, changed and resumed like any other. */
async function writeLabFile(folder: string, images: readonly string[], options: LabOptions): Promise<string> {
  if (!["faces", "people"].includes(options.hide)) {
    throw new ConfigurationError(`--hide takes faces or people, not "${options.hide}"`);
  }
  const repeats = Number(options.repeats);
  if (!Number.isInteger(repeats) || repeats < 1) {
    throw new ConfigurationError(`--repeats takes a number from 1 up, not "${options.repeats}"`);
  }
  const all = [...images, ...(options.swap === undefined ? [] : [options.swap])].map((path) => resolve(path));
  const arms = [
    "full",
    "face-only",
    "context-only",
    "blurred-background",
    "grayscale",
    "re-encoded",
    ...(all.length > 1 ? ["swapped-context"] : []),
    ...(options.neutral === undefined ? [] : ["neutral-in-context", "neutral-alone"]),
  ];
  await mkdir(folder, { recursive: true });
  const names = all.map((path) => basename(path));
  const rows = all.map((path, i) => ({
    id: names.indexOf(basename(path)) === i ? basename(path) : `${i + 1}-${basename(path)}`,
    image: path,
    situation: options.context,
  }));
  await writeFile(join(folder, "images.csv"), stringify(rows, { header: true }));
  const evaluation = {
    name: "lab",
    description: "Context lab",
    dataset: { format: "csv", path: "images.csv", columns: { id: "id", image: "image", context: "situation" } },
    matrix: { models: [options.model], arms, repeats },
    stimuli: { hide: options.hide, ...(options.neutral === undefined ? {} : { neutral: resolve(options.neutral) }) },
    scorers: ["faithfulness", "fixed-values"],
  };
  const path = join(folder, "lab.eval.yaml");
  // JSON is YAML.
  await writeFile(path, `${JSON.stringify(evaluation, null, 2)}\n`);
  return path;
}
