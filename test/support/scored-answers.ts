import type { Answer } from "../../src/evaluation/answer.ts";
import { Analysis } from "../../src/evaluation/file/analysis.ts";
import { scoreCell } from "../../src/evaluation/results/score-cell.ts";
import { answeredRecord } from "../../src/evaluation/runner/call-record.ts";
import { callsOf } from "../../src/evaluation/runner/plan.ts";
import type { Sample } from "../../src/evaluation/sample.ts";
import type { Scorer } from "../../src/evaluation/score.ts";
import { evalFile } from "./answering-server.ts";

/** What a scorer says of one condition in which every sample was answered: values by metric, sentences, tables. */
export function scoredAnswers(
  scorer: Scorer,
  samples: readonly Sample[],
  answers: readonly Answer[],
  analysis = Analysis.parse({ resamples: 500 }),
) {
  const calls = callsOf(samples, evalFile({}).matrix).map((call, i) => {
    const usage = { inputTokens: 1, outputTokens: 1, latencyMs: 1 };
    const solution = { answer: answers[i] as Answer, usage, fingerprint: null, detail: null };
    const record = answeredRecord(call, "k", { solution, cached: false, attempts: 1, costUsd: 0 });
    return { record, sample: call.sample, judged: {} };
  });
  const { metrics, notes, tables } = scoreCell(scorer, calls, analysis);
  const values = Object.fromEntries(metrics.map(({ metric, estimate }) => [metric, estimate.value]));
  return { values, notes, tables };
}
