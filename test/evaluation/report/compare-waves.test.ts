import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import * as evaluation from "../../../src/cli/eval.ts";
import { ProviderError } from "../../../src/domain/errors.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { parseEvalFile } from "../../../src/evaluation/file/read-eval-file.ts";
import { answeredRecord, unansweredRecord } from "../../../src/evaluation/runner/call-record.ts";
import { callsOf } from "../../../src/evaluation/runner/plan.ts";
import { beginRun } from "../../../src/evaluation/runner/stored-run.ts";
import { journalLine } from "../../../src/runs/journal.ts";
import { openRunFolder } from "../../../src/runs/run-folder.ts";
import { answerOf } from "../../support/answering-server.ts";
import { runCommand } from "../../support/run-command.ts";
import { emptyCache, tempFolder } from "../../support/temp-folder.ts";

const TEXT = `name: canary
dataset: { format: csv, path: x.csv, columns: { id: id } }
matrix: { models: ["openai:x"] }
scorers: [accuracy]
`;
const samples = Array.from({ length: 60 }, (_, i) =>
  sampleOf({ id: `s${i}`, question: "?", truth: { label: "fear" } }),
);

/** A run in which the first samples are answered wrongly and the last refused, by a server that names its version. */
async function wave(
  folder: string,
  week: number,
  {
    wrong,
    version,
    cached = false,
    refused = 0,
    text = TEXT,
  }: { wrong: number; version: string; cached?: boolean; refused?: number; text?: string },
) {
  const out = join(folder, `w${week}`);
  const place = await openRunFolder(out, { command: "eval", settings: {}, version: "0" });
  await place.claim("results.jsonl");
  await beginRun(
    place,
    {
      ...{
        kuleshovVersion: "0",
        nodeVersion: "v20",
        platform: "x",
        name: "canary",
        createdAt: `2026-11-0${week}T00:00:00Z`,
      },
      ...{ evalFilePath: "canary.eval.yaml", evalFileText: text, labels: ["fear", "anger"], skippedRows: [] },
      ...{ identities: {}, cacheFolder: folder, reuse: false, prompts: {}, modelOptions: {} },
    },
    samples,
  );
  await place.close("finished");
  const lines = callsOf(samples, parseEvalFile(text, "canary.eval.yaml").matrix).map((call) => {
    const i = samples.indexOf(call.sample);
    if (i >= samples.length - refused) {
      const error = new ProviderError("It declines", { retryable: false, refused: true });
      return journalLine(unansweredRecord(call, "k", { attempts: 1, error }));
    }
    const usage = { inputTokens: 1, outputTokens: 1, latencyMs: 1 };
    const solution = { answer: answerOf(i < wrong ? "anger" : "fear"), usage, fingerprint: version, detail: null };
    return journalLine(answeredRecord(call, "k", { solution, cached, attempts: 1, costUsd: 0 }));
  });
  await appendFile(join(out, "results.jsonl"), lines.join(""));
  return out;
}

const compare = (...words: string[]) => runCommand(["eval", "compare", "--waves", ...words], [evaluation]);

it("tells since when a model is another, whatever order its runs are named in, and ends with 1", async () => {
  const folder = await tempFolder();
  const waves: string[] = [];
  for (let week = 1; week <= 6; week++) {
    waves.push(await wave(folder, week, { wrong: week < 6 ? 6 : 18, version: week < 6 ? "x-1" : "x-2" }));
  }
  const same = await compare(...waves.slice(0, 5));
  expect(same.stdout).toMatch(/^0 of 4 series changed over 5 waves from 2026-11-01 to 2026-11-05 \(none ever varied\)/);
  expect(same.stdout).toContain("note: With 60 answers a wave and condition a smaller change stays unseen");
  expect(same.code).toBe(0);
  const other = await compare(...waves.toReversed());
  expect(other.stdout).toMatch(
    /^1 of 4 series changed over 6 waves from 2026-11-01 to 2026-11-06 \(1 test, Holm-corrected together/,
  );
  expect(other.stdout).toMatch(/by -0\.200, likeliest since wave 6 \(2026-11-06\), Holm p < \.001; 60 samples/);
  expect(other.stdout).toContain("note: From wave 6 on its server says that it ran x-2");
  expect(other.stdout).toMatch(
    /\nmethods: Over 6 waves .* \(2000 permutations, seed 1.* of the 1 series that varied were Holm-corrected/s,
  );
  expect(other.code).toBe(1);
});

it("finds that a model refuses more often, even if what it answers is as right as before", async () => {
  const folder = await tempFolder();
  const waves: string[] = [];
  for (let week = 1; week <= 6; week++)
    waves.push(await wave(folder, week, { wrong: 6, version: "x", refused: week < 6 ? 1 : 13 }));
  const { stdout, code } = await compare(...waves);
  expect(stdout).toMatch(
    /changed {3}refusal_rate of ".*" by \+0\.200, likeliest since wave 6 .*waves 0\.017 .* 0\.217\n/,
  );
  for (const series of ["accuracy", "failure_rate", "abstention_rate"])
    expect(stdout).toMatch(new RegExp(`steady +${series} of `));
  expect(code).toBe(1);
});

it("can tell of a change however many series are corrected for", async () => {
  const many = TEXT.replace('["openai:x"]', JSON.stringify(Array.from({ length: 45 }, (_, i) => `openai:x${i}`)));
  const folder = await tempFolder();
  const waves: string[] = [];
  for (let week = 1; week <= 3; week++)
    waves.push(await wave(folder, week, { wrong: week < 3 ? 6 : 20, version: "x", text: many }));
  const { stdout } = await compare(...waves);
  expect(stdout).toMatch(/^45 of 180 series changed .*\(45 tests/);
  expect(stdout.match(/Holm p \.00[23];/g)).toHaveLength(45); // 45 times 1 in 18 001
});

it("warns of waves that were answered from the cache, and refuses one wave", async () => {
  const folder = await tempFolder();
  const [one, two] = [
    await wave(folder, 1, { wrong: 6, version: "x" }),
    await wave(folder, 2, { wrong: 6, version: "x", cached: true }),
  ];
  expect((await compare(one, two)).stdout).toMatch(/note: 60 of 60 answers of .*w2 came from the cache.*--no-cache/);
  expect((await compare(one, `${one}/`)).stderr).toMatch(/One wave is compared with nothing/);
});

it("follows the canary that ships over three weeks, each of which is asked anew", async () => {
  const folder = await tempFolder();
  vi.stubEnv("KULESHOV_CACHE", await emptyCache(folder));
  const weeks = [48, 49, 50].map((week) => join(folder, "canary", `2026-W${week}`));
  try {
    for (const week of weeks) {
      const run = ["eval", "run", "canary", "--no-cache", "--sample", "sample1-F1", "sample1-F2", "--out", week];
      expect(await runCommand(run, [evaluation])).toMatchObject({ code: 0 });
    }
    const { stdout, stderr, code } = await compare(...weeks);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^0 of 4 series changed over 3 waves /);
    expect(stdout).toMatch(/accuracy of "judge \| rules .*; 2 samples, waves (\d\.\d{3}) \1 \1\n/);
    expect(stdout).not.toContain("came from the cache");
  } finally {
    vi.unstubAllEnvs();
  }
});
