import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleOf } from "../../src/evaluation/dataset/dataset.ts";
import { parseEvalFile } from "../../src/evaluation/file/read-eval-file.ts";
import { answeredRecord } from "../../src/evaluation/runner/call-record.ts";
import { callsOf, cellsOf } from "../../src/evaluation/runner/plan.ts";
import { beginRun } from "../../src/evaluation/runner/stored-run.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";

const FILE = `name: many
dataset: { format: csv, path: x.csv, columns: { id: id } }
matrix: { models: [rules], arms: [full] }
scorers: [accuracy]
`;

interface Asked {
  /** Every how manieth sample was taken for anger. */
  readonly wrongEvery?: number;
  /** What determined the answers. */
  readonly identity?: object;
}

/** An evaluation of as many samples `s0`, `s1`, ... of fear, every fourth of which was taken for anger. */
export async function storeAnswers(folder: string, count: number, { wrongEvery = 4, identity }: Asked = {}) {
  const file = parseEvalFile(FILE, "many.eval.yaml");
  const samples = Array.from({ length: count }, (_, i) =>
    sampleOf({ id: `s${i}`, question: "Which?", truth: { label: "fear" } }),
  );
  const run = await openRunFolder(folder, { command: "eval", settings: {}, version: "0" });
  await run.claim("results.jsonl");
  const header = {
    ...{ kuleshovVersion: "0", nodeVersion: process.version, platform: "test", name: "many" },
    ...{ createdAt: new Date().toISOString(), evalFilePath: "many.eval.yaml", evalFileText: FILE },
    ...{
      labels: ["anger", "fear"],
      skippedRows: [],
      identities: Object.fromEntries(cellsOf(file.matrix).map(({ id }) => [id, identity])),
      prompts: {},
      cacheFolder: join(folder, "answers"),
      reuse: true,
      modelOptions: {},
    },
  };
  await beginRun(run, header, samples);
  const lines = callsOf(samples, file.matrix).map((call, at) => {
    const reading = {
      distribution: [{ label: at % wrongEvery === wrongEvery - 1 ? "anger" : "fear", probability: 0.8 }],
      ...{ valence: null, arousal: null },
    };
    const answer = {
      ...{ text: "t", explanation: "e", integrated: reading, faceOnly: reading, contextOnly: reading },
      ...{ claimedActionUnits: [], measuredActionUnits: [], verdicts: [], exemplars: [] },
      ...{ choice: null, confidence: null, abstention: null },
    };
    const solution = {
      answer,
      usage: { inputTokens: 1, outputTokens: 1, latencyMs: 1 },
      fingerprint: null,
      detail: null,
    };
    const record = answeredRecord(call, "0".repeat(64), { solution, cached: false, attempts: 1, costUsd: 0 });
    return `${JSON.stringify(record)}\n`;
  });
  await writeFile(join(folder, "results.jsonl"), lines.join(""));
  await run.close("finished");
}
