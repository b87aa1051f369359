import { basename, relative } from "node:path";
import { ImageDecodeError } from "../domain/errors.ts";
import { openJournal } from "../runs/journal.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import type { EvaluationDependencies, PreparedEvaluation, RunOptions } from "./evaluation-dependencies.ts";
import type { EvalFile } from "./file/eval-file.ts";
import { judgeCalls, judgedScorers } from "./judge/judge-calls.ts";
import { shownSamples } from "./report/stimulus-rows.ts";
import { judgmentIds, orderLines } from "./runner/ordered-lines.ts";
import { cellsOf } from "./runner/plan.ts";
import { identitiesOf } from "./runner/plan-run.ts";
import { runCalls } from "./runner/run-calls.ts";
import type { RunOutcome, RunSetting } from "./runner/run-state.ts";
import { createStopRule, type StopRule } from "./runner/stop-rule.ts";
import { answeredCalls, judgmentsPath, readResults, resultsPath, type StoredRun } from "./runner/stored-run.ts";
import { scorersOf } from "./scorers/scorers-of.ts";
import { type Call, type KeepFile, type StimulusSource, StimulusUnavailable } from "./solver.ts";

/** Asks what a run has not been answered yet, then has the judge rate it where a scorer wants that. */
export async function askAll(
  run: StoredRun,
  file: EvalFile,
  {
    calls,
    plan,
    place,
    dependencies,
    options,
    ...work
  }: Pick<PreparedEvaluation, "calls" | "solver" | "stimuli" | "identities" | "plan"> & {
    readonly place: RunFolder;
    readonly dependencies: EvaluationDependencies;
    readonly options: RunOptions;
  },
): Promise<RunOutcome> {
  const toAsk = Math.max(1, plan.calls - plan.cached);
  const expected = { tokens: (plan.inputTokens + plan.outputTokens) / toAsk, usd: plan.usd / toAsk };
  const outcome = await askInto(place, resultsPath(run.folder), calls, {
    stopRule: await stopRuleOf(run, file),
    file,
    ...work,
    dependencies,
    options,
    expected,
  });
  if (outcome.stopped !== null) return outcome;
  const shown = new Set(file.matrix.arms.length > 1 ? shownSamples(run.samples).map(({ id }) => id) : []);
  const pictured = calls.filter(({ sample }) => shown.has(sample.id));
  await drawStimuli({ calls: pictured, stimuli: work.stimuli }, place, options.stop);
  const ids = calls.map(({ id }) => id);
  await orderLines(resultsPath(run.folder), ids);
  if (file.judge === undefined || judgedScorers(file).length === 0) return outcome;
  const judged = await judgeAll(run, file, { place, dependencies, options, outcome });
  if (judged.stopped === null) await orderLines(judgmentsPath(run.folder), judgmentIds(ids));
  return judged;
}

/** Draws what calls show where their answers were kept and nothing was drawn for them: whoever reads the report wants to see it. */
export async function drawStimuli(
  { calls, stimuli }: Pick<PreparedEvaluation, "calls" | "stimuli">,
  place: RunFolder,
  stop?: AbortSignal,
): Promise<void> {
  const keep: KeepFile = (path, content) => place.write(relative(place.folder, path), content);
  for (const { sample, condition } of calls) {
    if (stop?.aborted) return;
    try {
      await stimuli.prepare(sample, condition.arm, stop, keep);
    } catch (error) {
      // Said of its call already.
      if (!(error instanceof StimulusUnavailable || error instanceof ImageDecodeError)) throw error;
    }
  }
}

/** When no more need be asked, with what was answered before. */
async function stopRuleOf(run: StoredRun, file: EvalFile): Promise<StopRule | null> {
  const scorer = (await scorersOf(file, run.header.labels)).find(({ name }) => name === file.stopWhen?.scorer);
  if (scorer === undefined) return null;
  const cells = cellsOf(file.matrix, file.fewShot?.audit).map(({ id }) => id);
  return createStopRule(file, { scorer, samples: run.samples, cells });
}

/** Has the judge rate what was answered. What it costs counts with the rest. */
async function judgeAll(
  run: StoredRun,
  file: EvalFile,
  {
    place,
    dependencies,
    options,
    outcome,
  }: {
    readonly place: RunFolder;
    readonly dependencies: EvaluationDependencies;
    readonly options: RunOptions;
    readonly outcome: RunOutcome;
  },
): Promise<RunOutcome> {
  const solver = await dependencies.judgeFor(file);
  const calls = judgeCalls(await readResults(run.folder), run.samples, file);
  const identities = await identitiesOf(calls, solver);
  const stimuli: StimulusSource = { identify: async () => null, prepare: async () => null };
  const budget = remainingBudget(file.budget, outcome);
  const judged = await askInto(place, judgmentsPath(run.folder), calls, {
    file: { ...file, budget },
    solver,
    stimuli,
    identities,
    dependencies,
    options,
    expected: { tokens: 0, usd: 0 },
  });
  return {
    ...outcome,
    total: outcome.total + judged.total,
    done: outcome.done + judged.done,
    cached: outcome.cached + judged.cached,
    failed: outcome.failed + judged.failed,
    tokens: outcome.tokens + judged.tokens,
    usd: outcome.usd + judged.usd,
    unpriced: outcome.unpriced + judged.unpriced,
    stopped: judged.stopped,
  };
}

/** What is left for the judge. A limit that is used up leaves next to nothing rather than no limit. */
function remainingBudget({ calls, tokens, usd, minutes }: EvalFile["budget"], spent: RunOutcome): EvalFile["budget"] {
  const left = (limit: number | undefined, used: number) =>
    limit === undefined ? undefined : Math.max(Number.EPSILON, limit - used);
  return {
    calls: left(calls, spent.done - spent.cached),
    tokens: left(tokens, spent.tokens),
    usd: left(usd, spent.usd),
    minutes,
  };
}

async function askInto(
  place: RunFolder,
  journalPath: string,
  calls: readonly Call[],
  {
    dependencies,
    options,
    ...setting
  }: Pick<RunSetting, "file" | "solver" | "stimuli" | "identities" | "expected" | "stopRule"> & {
    readonly dependencies: EvaluationDependencies;
    readonly options: RunOptions;
  },
): Promise<RunOutcome> {
  await place.claim(basename(journalPath));
  const answered = await answeredCalls(place.folder, journalPath);
  const { stopRule = null } = setting;
  const before = stopRule === null ? [] : await readResults(place.folder, journalPath);
  const enough = before.reduce<string | null>((known, record) => stopRule?.note(record) ?? known, null);
  const journal = await openJournal(journalPath);
  try {
    const outcome = await runCalls(enough === null ? calls.filter(({ id }) => !answered.has(id)) : [], {
      ...setting,
      cache: dependencies.cache,
      journal,
      keep: (path, content) => place.write(relative(place.folder, path), content),
      doneBefore: answered.size,
      onProgress: options.onProgress,
      stop: options.stop,
    });
    return enough === null ? outcome : { ...outcome, enough };
  } finally {
    await journal.close();
  }
}
