import { createHash } from "node:crypto";
import { basename, dirname, join, relative } from "node:path";
import { strFromU8, strToU8, type Unzipped, unzipSync, zipSync } from "fflate";
import { ConfigurationError } from "../../domain/errors.ts";
import { createContentStore } from "../../platform/content-store.ts";
import { hashOfFile } from "../../platform/hash.ts";
import { packageVersion } from "../../platform/package-paths.ts";
import { readBytes } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { writeNewFile } from "../../platform/write-file-atomic.ts";
import { journalLine } from "../../runs/journal.ts";
import { openRunFolder, type RunFolder, type RunMode } from "../../runs/run-folder.ts";
import { withoutBaseline } from "../file/read-eval-file.ts";
import { readScoring, SCORING_FILE, type Scoring } from "../results/scoring.ts";
import { type AnswerCache, createAnswerCache } from "../runner/answer-cache.ts";
import { CallRecord } from "../runner/call-record.ts";
import { judgmentsPath, readResults } from "../runner/stored-run.ts";
import type { Sample } from "../sample.ts";
import { type ScoredRun, scoreRun } from "./write-report.ts";

/** Cache keys are hashes: anything else in a bundle would be a path that leaves the folder. */
const KEY = /^[0-9a-f]{64}$/;

/** Metrics by cell, scorer and name, as a bundle keeps and a replay compares them. */
type MetricList = readonly {
  readonly name: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}[];

/**
 * Writes a run with every answer it used and the numbers it gave into one zip. Images are not in it, nor the run that it was held
 * against. @returns its path.
 */
export async function writeBundle(folder: string, path: string): Promise<string> {
  const scored = await scoreRun(folder);
  const cache = createAnswerCache(createContentStore(scored.run.header.cacheFolder));
  const files: Record<string, Uint8Array> = {};
  const { header, samples } = scored.run;
  // Where images lie on this machine is nobody else's business; their names still keep samples of one image together.
  const places = { evalFilePath: basename(header.evalFilePath), cacheFolder: "answers" };
  const evalFileText = withoutBaseline(header.evalFileText);
  files["run.json"] = strToU8(JSON.stringify({ ...header, ...places, evalFileText }, null, 2));
  const scoring = (await readScoring(folder)) ?? gradedScoring(scored);
  if (scoring !== undefined) {
    const { baseline: _baseline, ...shared } = scoring;
    files[SCORING_FILE] = strToU8(JSON.stringify({ ...shared, path: basename(scoring.path) }, null, 2));
  }
  files["samples.jsonl"] = strToU8(samples.map((sample) => `${JSON.stringify(withoutPlace(sample))}\n`).join(""));
  files["results.jsonl"] = await readBytes(join(folder, "results.jsonl"));
  const judgments = await readBytes(judgmentsPath(folder)).catch(() => undefined);
  if (judgments !== undefined) files["judgments.jsonl"] = judgments;
  for (const { key, answer } of [...scored.records, ...(await readResults(folder, judgmentsPath(folder)))]) {
    if (answer === null || !KEY.test(key)) continue;
    const bytes = await readBytes(cache.path(key)).catch(() => undefined);
    if (bytes === undefined) {
      throw new ConfigurationError(
        `Cannot bundle run as answer ${key.slice(0, 12)} is not in the cache any more: \`${folder}\``,
      );
    }
    files[`answers/${key}.json.gz`] = bytes;
  }
  files["metrics.json"] = strToU8(JSON.stringify(metricsOf(scored), null, 2));
  await writeNewFile(path, zipSync(files, { level: 6 }));
  return path;
}

/** Grades of people lie outside of the run, and its numbers rest on them. */
function gradedScoring({ run, file, grades }: ScoredRun): Scoring | undefined {
  if (grades.length === 0) return undefined;
  const { scorers, assertions, analysis, thresholds } = file;
  return { path: run.header.evalFilePath, grades: [...grades], scorers, assertions, analysis, thresholds };
}

function withoutPlace(sample: Sample): Sample {
  if (sample.image === null) return sample;
  const folder = createHash("sha256").update(dirname(sample.image)).digest("hex").slice(0, 8);
  return { ...sample, image: `${folder}/${basename(sample.image)}` };
}

/**
 * Unpacks a bundle into `folder`, takes every answer from it (no model is asked) and computes all numbers anew.
 * @returns how many metrics there are, and those that differ, in words.
 */
export async function replayBundle(
  path: string,
  { folder, ...mode }: RunMode & { readonly folder: string },
): Promise<{ metrics: number; differing: string[] }> {
  const files = await readZip(path);
  const settings = { bundle: { path, sha256: await hashOfFile(path) } };
  const run = await openRunFolder(folder, { ...mode, command: "eval", settings, version: packageVersion() });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const found = await replayInto(run, files, path);
    state = "finished";
    return found;
  } finally {
    await run.close(state);
  }
}

async function replayInto(
  run: RunFolder,
  files: Unzipped,
  path: string,
): Promise<{ metrics: number; differing: string[] }> {
  const text = (name: string) => {
    const bytes = files[name];
    if (bytes === undefined) throw new ConfigurationError(`Cannot replay bundle as it has no ${name}: \`${path}\``);
    return strFromU8(bytes);
  };
  const cacheFolder = join(run.folder, "answers");
  const cache = createAnswerCache(createContentStore(cacheFolder));
  await run.write("samples.jsonl", text("samples.jsonl"));
  for (const [name, bytes] of Object.entries(files)) {
    const key = /^answers\/(.+)\.json\.gz$/.exec(name)?.[1];
    if (key !== undefined && KEY.test(key)) await run.write(relative(run.folder, cache.path(key)), bytes);
  }
  const replay = async (name: string) => {
    const lines: string[] = [];
    for (const line of text(name).split("\n")) {
      if (line === "") continue;
      const { check: _check, ...record } = JSON.parse(line) as { check?: string };
      lines.push(journalLine(await replayed(CallRecord.parse(record), cache, path)));
    }
    return lines.join("");
  };
  await run.write("results.jsonl", await replay("results.jsonl"));
  if (files[SCORING_FILE] !== undefined) await run.write(SCORING_FILE, text(SCORING_FILE));
  if (files["judgments.jsonl"] !== undefined) await run.write("judgments.jsonl", await replay("judgments.jsonl"));
  await run.write("run.json", `${JSON.stringify({ ...JSON.parse(text("run.json")), cacheFolder }, null, 2)}\n`);
  const expected: MetricList = JSON.parse(text("metrics.json"));
  const found = new Map(metricsOf(await scoreRun(run.folder)).map((metric) => [metric.name, metric]));
  const differing = expected.flatMap((metric) => {
    const again = found.get(metric.name);
    return JSON.stringify(again) === JSON.stringify(metric)
      ? []
      : [`${metric.name}: ${metric.value} became ${again?.value ?? "unscored"}`];
  });
  return { metrics: expected.length, differing };
}

async function readZip(path: string): Promise<Unzipped> {
  const bytes = await readBytes(path).catch((error: unknown) => {
    throw new ConfigurationError(`Cannot replay bundle as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  try {
    return unzipSync(bytes);
  } catch (error) {
    throw new ConfigurationError(`Cannot replay bundle as it is damaged or no bundle: \`${path}\``, { cause: error });
  }
}

/** The record with its answer as the cache has it, so that the replay rests on the answers and not on the old lines. */
async function replayed(record: CallRecord, cache: AnswerCache, path: string): Promise<CallRecord> {
  if (record.answer === null) return record;
  const solution = await cache.get(record.key);
  if (solution === undefined) {
    throw new ConfigurationError(
      `Cannot replay bundle as answer ${record.key.slice(0, 12)} is missing or damaged: \`${path}\``,
    );
  }
  return { ...record, cached: true, costUsd: 0, answer: solution.answer, usage: solution.usage };
}

function metricsOf({ summary, contextEffects }: ScoredRun): MetricList {
  const cells = summary.cells.flatMap(({ cell, scorers }) =>
    scorers.flatMap(({ metrics }) =>
      metrics.map(({ scorer, metric, estimate: { value, low, high } }) => ({
        name: `${cell.id} | ${scorer} | ${metric}`,
        value,
        low,
        high,
      })),
    ),
  );
  const effects = contextEffects.flatMap(({ condition, effects: own }) =>
    own.map(({ name, estimate: { value, low, high } }) => ({ name: `${condition} | ${name}`, value, low, high })),
  );
  return [...cells, ...effects];
}
