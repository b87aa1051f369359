import { beginAsking, type Consultation, referenceOf, samplesOf } from "./ask-judge.ts";
import type { JudgeDependencies, Thinking } from "./fitted-question.ts";
import { judgePanel } from "./judge-panel.ts";
import { judgeSamples } from "./judge-samples.ts";
import { loadConversation, runJudge } from "./run-judge.ts";
import { createTransferRecorder } from "./transfer.ts";

/** What was measured before is at hand sooner than this, and its answer may be kept as well. */
const KNOWN_WITHIN_MS = 60;

/** Waits for measuring, and loads what judging takes meanwhile, unless measuring is over at once. */
export async function whileMeasuring<T>(measuring: Promise<T>): Promise<T> {
  const loading = setTimeout(() => void loadConversation(), KNOWN_WITHIN_MS);
  return measuring.finally(() => clearTimeout(loading));
}

/**
 * Has the evidence judged: by one model, by several samples of it, or by a panel.
 *
 * @throws {ProviderError} if the server fails. @throws {JudgmentError} if no usable judgment comes of it.
 */
export async function consult(
  thinking: Thinking,
  dependencies: JudgeDependencies,
  signal?: AbortSignal,
): Promise<Consultation> {
  const { model, panel } = dependencies;
  if (panel !== undefined) return judgePanel(thinking, { ...dependencies, panel }, signal);
  const samples = samplesOf(dependencies);
  if (samples > 1) {
    return judgeSamples(thinking, { ...dependencies, samples }, { ...beginAsking(thinking, signal), of: "" });
  }
  const transfer = createTransferRecorder(model);
  const run = await runJudge(thinking, { ...dependencies, transfer }, signal);
  const once = `The rules give the same answer every time: they were asked once, not ${dependencies.samples} times`;
  const warnings = (dependencies.samples ?? 1) > samples ? [...run.warnings, once] : run.warnings;
  return { ...run, warnings, by: referenceOf(model, run), sent: await transfer.whole() };
}
