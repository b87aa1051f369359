import { agreementOf, panelClaims } from "../domain/panel-agreement.ts";
import { nearestToPool, poolSubjects, withPooledReadings } from "../domain/pooled-reading.ts";
import type { TraceStep } from "../domain/report.ts";
import { type JudgeReference, type Panel, type PanelClaim, panelName } from "../domain/several-judges.ts";
import { NO_TOKENS, sumOfTokens } from "../domain/token-use.ts";
import { checkGrounding } from "../judging/check-grounding.ts";
import { chosenJudgment, weighClaims } from "../judging/weigh-claims.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import {
  type AskedJudge,
  type Asking,
  askJudge,
  beginAsking,
  type Consultation,
  referenceOf,
  samplesOf,
  sentTogether,
} from "./ask-judge.ts";
import type { JudgeDependencies, PanelOfModels, Thinking } from "./fitted-question.ts";
import { askEach, askSamples, failureOf, isSpent, outcomeOf, promptsOf, withSpent } from "./judge-samples.ts";
import { createTransferRecorder } from "./transfer.ts";

/** One judge of the panel, or its samples, with the reference that a single judge has. */
type PanelAnswer = Omit<AskedJudge, "run"> & { readonly run: Consultation | null };

/**
 * Has several models judge the same evidence, each by itself, and says how far they agree. The readings are the mean of
 * theirs. Answer and claims are those of the judge nearest to the mean, or what the judge of judges chose among the claims
 * of all, where one is named; the readings are then the mean of the judges whose claims it chose.
 *
 * @throws {BudgetError} if there is no room for one of them. @throws {KuleshovError} the first one's, if none gave a judgment.
 */
export async function judgePanel(
  thinking: Thinking,
  dependencies: JudgeDependencies & { readonly panel: PanelOfModels },
  signal?: AbortSignal,
): Promise<Consultation> {
  const { panel } = dependencies;
  const asking = beginAsking(thinking, signal);
  // Models on one machine take turns; servers elsewhere are asked at once.
  const concurrency = panel.judges.every(({ id, remote }) => remote || id === "rules") ? panel.judges.length : 1;
  const ask = (model: JudgeModel) => {
    // The rules read evidence through tools alone, however the others are asked.
    const mode = model.id === "rules" ? null : dependencies.mode;
    return askOne(thinking, { ...dependencies, model, mode }, asking);
  };
  const asked = await askEach(panel.judges, ask, { concurrency });
  const runs = asked.flatMap(({ run }) => run ?? []);
  if (runs.length === 0 || asked.some(isSpent)) throw failureOf(asked);
  const judgments = runs.map(({ judgment }) => judgment);
  const judges: Panel["judges"] = asked.map((one) => ({
    id: one.model.id,
    model: one.run?.by ?? null,
    ...outcomeOf(one),
    ...(one.run?.samples === undefined ? {} : { samples: one.run.samples }),
  }));
  const subjects = poolSubjects(judgments);
  const claims = panelClaims(judges);
  const weighed = await weigh(thinking, { claims, judges }, { dependencies, asking }).catch((error: unknown) => {
    throw withSpent(error, asked);
  });
  const nearest = runs[nearestToPool(judgments, subjects)] as Consultation;
  const chosen = weighed?.chair.chosen ?? null;
  const judgment =
    chosen === null
      ? withPooledReadings(nearest.judgment, judgments, { pooled: subjects, who: "judges" })
      : chosenJudgment({ claims, judges, chosen });
  const askedAgain = runs.some(({ grounding }) => grounding.askedAgain);
  return {
    judgment,
    grounding: { ...checkGrounding(judgment, thinking.toolContext.ledger), askedAgain },
    warnings: [...runs.flatMap(({ warnings }) => warnings), ...failuresInWords(asked), ...(weighed?.warnings ?? [])],
    prompts: [...promptsOf([...runs, ...(weighed === null ? [] : [weighed])])],
    mode: runs.some(({ mode }) => mode === "agent") ? "agent" : "single-pass",
    vision: runs.some(({ vision }) => vision),
    trace: [...runs.flatMap(({ trace }) => trace), ...(weighed?.trace ?? [])],
    tokens: sumOfTokens(...asked.map(({ tokens }) => tokens), weighed?.chair.tokens ?? NO_TOKENS),
    fingerprint: null,
    by: panelReference(
      runs.map(({ by }) => by),
      panel,
    ),
    sent: sentTogether([...asked.flatMap(({ sent }) => sent), ...(weighed?.sent ?? [])]),
    panel: {
      judges,
      subjects,
      agreement: agreementOf(
        judges,
        subjects.map(({ faceId }) => faceId),
      ),
      claims,
      chair: weighed?.chair ?? null,
    },
  };
}

async function askOne(thinking: Thinking, dependencies: JudgeDependencies, asking: Asking): Promise<PanelAnswer> {
  const { model } = dependencies;
  const samples = samplesOf(dependencies);
  if (samples <= 1) {
    const asked = await askJudge(thinking, dependencies, { of: model.id, ...asking });
    const { run, sent } = asked;
    return { ...asked, run: run === null ? null : { ...run, by: referenceOf(model, run), sent } };
  }
  const { asked, consultation } = await askSamples(thinking, { ...dependencies, samples }, { of: model.id, ...asking });
  const sent = sentTogether(asked.flatMap((one) => one.sent));
  const tokens = sumOfTokens(...asked.map((one) => one.tokens));
  return { model, run: consultation, error: consultation === null ? failureOf(asked) : null, sent, tokens };
}

/** Asks the judge of judges; `null` where there is none, or nothing to choose among. */
async function weigh(
  thinking: Thinking,
  panel: { readonly claims: readonly PanelClaim[]; readonly judges: Panel["judges"] },
  {
    dependencies,
    asking,
  }: { readonly dependencies: JudgeDependencies & { readonly panel: PanelOfModels }; readonly asking: Asking },
) {
  const { chair } = dependencies.panel;
  if (chair === null || panel.claims.length === 0) return null;
  const transfer = createTransferRecorder(chair);
  const { question, toolContext, shown } = thinking;
  const began = performance.now();
  const contents = { ...panel, question, ledger: toolContext.ledger, shown, prompts: dependencies.prompts, transfer };
  const { chosen, failure, tokens, text, prompts } = await weighClaims(chair, contents, asking.signal);
  const step: TraceStep = {
    ...{ type: "model", name: chair.id, of: "judge of judges", input: null, output: text, tokens, images: [] },
    startedMs: began - asking.beganMs,
    durationMs: performance.now() - began,
  };
  return {
    chair: { model: chair.id, chosen: chosen === null ? null : [...chosen], failure, tokens },
    warnings: failure === null ? [] : [`The judge of judges failed, so the mean of the panel stands: ${failure}`],
    trace: [step],
    sent: await transfer.whole(),
    prompts,
  };
}

function failuresInWords(asked: readonly PanelAnswer[]): readonly string[] {
  return asked.flatMap(({ model, error }) =>
    error === null ? [] : [`${model.id} failed and is left out of the panel's mean: ${error.message}`],
  );
}

/** What the judges have in common. */
function panelReference(by: readonly JudgeReference[], { judges }: PanelOfModels): JudgeReference {
  const common = <T>(values: readonly T[]) => (new Set(values).size === 1 ? (values[0] ?? null) : null);
  return {
    id: panelName(judges),
    fingerprint: null,
    mode: by.some(({ mode }) => mode === "agent") ? "agent" : "single-pass",
    vision: by.some(({ vision }) => vision),
    remote: by.some(({ remote }) => remote),
    temperature: common(by.map(({ temperature }) => temperature)),
    seed: common(by.map(({ seed }) => seed)),
  };
}
