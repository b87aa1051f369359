// Answers under four conditions, as a run has them on disk.
import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../dist/src/domain/statistics/random.js";
import { sampleOf } from "../../dist/src/evaluation/dataset/dataset.js";
import { parseEvalFile } from "../../dist/src/evaluation/file/read-eval-file.js";
import { answeredRecord } from "../../dist/src/evaluation/runner/call-record.js";
import { callsOf } from "../../dist/src/evaluation/runner/plan.js";
import { beginRun } from "../../dist/src/evaluation/runner/stored-run.js";
import { journalLine } from "../../dist/src/runs/journal.js";
import { openRunFolder } from "../../dist/src/runs/run-folder.js";

export const LABELS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"];
const random = createRandom(1);

function answerFor(label) {
  const hit = random.real() < 0.6;
  const top = hit ? label : LABELS[random.below(8)];
  const probability = 0.4 + 0.6 * random.real();
  const rest = LABELS.filter((one) => one !== top).slice(0, 3);
  const distribution = [
    { label: top, probability },
    ...rest.map((one) => ({ label: one, probability: (1 - probability) / 3 })),
  ];
  const reading = { distribution, valence: 2 * random.real() - 1, arousal: 2 * random.real() - 1 };
  const units = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43];
  return {
    text: `sha256 ${random.uint32().toString(16).padStart(64, "0")}`,
    integrated: reading,
    faceOnly: reading,
    contextOnly: { distribution: null, valence: null, arousal: null },
    explanation: "The lip corners are raised and the cheeks are lifted. ".repeat(12),
    claimedActionUnits: [
      { au: "AU12", state: "present" },
      { au: "AU6", state: "present" },
    ],
    measuredActionUnits: units.map((unit) => ({
      toolbox: "mesh@5",
      au: `AU${unit}`,
      value: Number(random.real().toFixed(4)),
      scale: "probability",
      presence: random.real() < 0.5 ? "present" : "absent",
    })),
    verdicts: ["agrees", "cites", "not-measurable"],
    exemplars: [],
    choice: null,
    confidence: null,
    abstention: null,
  };
}

/** So many answers, a multiple of four, into `run` in the folder, and their evaluation file beside it. */
export async function storeResults(folder, answers = 50_000) {
  const text = `name: bench
dataset: { format: csv, path: x.csv, columns: { id: id } }
matrix: { models: ["rules", "loop:b"], shots: [0, 8], arms: [full] }
scorers: [accuracy, calibration, faithfulness]
`;
  const evalFilePath = join(folder, "bench.eval.yaml");
  writeFileSync(evalFilePath, text);
  const file = parseEvalFile(text, evalFilePath);
  const samples = Array.from({ length: answers / 4 }, (_, i) =>
    sampleOf({ id: `s${i}`, question: `q${i}`, subject: `p${i % 4000}`, truth: { label: LABELS[i % 8] } }),
  );
  const header = {
    kuleshovVersion: "0",
    nodeVersion: process.version,
    platform: "bench",
    name: "bench",
    createdAt: new Date().toISOString(),
    evalFilePath,
    evalFileText: text,
    labels: LABELS,
    skippedRows: [],
    identities: {},
    cacheFolder: folder,
    reuse: true,
  };
  const run = await openRunFolder(join(folder, "run"), { command: "eval", settings: {}, version: "0" });
  await run.claim("results.jsonl");
  await beginRun(run, header, samples);
  await run.close("interrupted");
  const stream = createWriteStream(join(folder, "run", "results.jsonl"));
  const calls = callsOf(samples, file.matrix);
  for (const call of calls) {
    const solution = {
      answer: answerFor(call.sample.truth.label),
      usage: { inputTokens: 5000, outputTokens: 900, latencyMs: 900 },
      fingerprint: null,
    };
    const record = answeredRecord(call, "0".repeat(64), { solution, cached: false, attempts: 1, costUsd: 0 });
    if (!stream.write(journalLine(record))) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
  console.log(`${calls.length} results stored, ${(stream.bytesWritten / 1e6).toFixed(0)} MB`);
}
