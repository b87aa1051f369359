import { BudgetError, KuleshovError, ProviderError } from "../domain/errors.ts";
import { type Judgment, READING_NAMES } from "../domain/judgment.ts";
import { nearestToPool, poolSubjects, withPooledReadings } from "../domain/pooled-reading.ts";
import type { SelfConsistency } from "../domain/several-judges.ts";
import { NO_TOKENS, sumOfTokens } from "../domain/token-use.ts";
import { checkGrounding } from "../judging/check-grounding.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import {
  type AskedJudge,
  type AskingOne,
  askJudge,
  type Consultation,
  referenceOf,
  sentTogether,
} from "./ask-judge.ts";
import type { JudgeDependencies, Thinking } from "./fitted-question.ts";
import type { JudgeRun } from "./run-judge.ts";

/** Samples under way at once: a server elsewhere answers several, a machine of one's own is busy with one. */
const AT_ONCE = { remote: 4, local: 1 };

/**
 * Asks one model several times over the same evidence, with a seed for each, and takes the mean of what it reads
 * (self-consistency; Wang et al. 2023, arXiv:2203.11171). Answer and claims are those of the sample nearest to the mean.
 * Samples that failed are counted and told.
 *
 * @throws {BudgetError} if there is no room for one of them. @throws {KuleshovError} the first one's, if none gave a judgment.
 */
export async function judgeSamples(
  thinking: Thinking,
  dependencies: Sampling,
  asking: AskingOne,
): Promise<Consultation> {
  const { asked, consultation } = await askSamples(thinking, dependencies, asking);
  if (consultation === null) throw failureOf(asked);
  return consultation;
}

type Sampling = JudgeDependencies & { readonly samples: number };

/** The same with its failure as a value. */
export async function askSamples(
  thinking: Thinking,
  dependencies: Sampling,
  asking: AskingOne,
): Promise<{ readonly asked: readonly AskedJudge[]; readonly consultation: Consultation | null }> {
  const { model, samples } = dependencies;
  const seeds = Array.from({ length: samples }, (_, index) => sampleSeed(model.seed ?? 0, index));
  const sample = (seed: number) => {
    const of = [asking.of, `sample ${seeds.indexOf(seed) + 1}`].filter((part) => part !== "").join(", ");
    return askJudge(thinking, { ...dependencies, model: withSeed(model, seed) }, { ...asking, of });
  };
  // The first one alone: what it meets, a server that is gone or has no tools, all others would meet.
  const [firstSeed = 0, ...otherSeeds] = seeds;
  const first = await sample(firstSeed);
  const asked: AskedJudge[] = [first];
  const concurrency = model.remote ? AT_ONCE.remote : AT_ONCE.local;
  if (first.error === null || !isDecisive(first.error)) {
    try {
      asked.push(...(await askEach(otherSeeds, sample, { concurrency })));
    } catch (error) {
      throw withSpent(error, asked);
    }
  }
  const runs = asked.flatMap(({ run }) => run ?? []);
  const isJudged = runs.length > 0 && !asked.some(isSpent);
  return { asked, consultation: isJudged ? together(thinking, { asked, runs, samples }) : null };
}

/** Whether the budget had no room for a judge: it ends the question, for which whoever still could answer would stand alone. */
export function isSpent({ error }: Pick<AskedJudge, "error">): boolean {
  return error instanceof BudgetError;
}

/**
 * What came of each, in their order. Once a budget is spent, nobody more is asked.
 *
 * @throws what ended all of them, such as a time limit, with what was answered before.
 */
export async function askEach<Of, Answer extends Pick<AskedJudge, "error" | "tokens">>(
  all: readonly Of[],
  ask: (one: Of) => Promise<Answer>,
  { concurrency }: { readonly concurrency: number },
): Promise<readonly Answer[]> {
  const answered: Answer[] = [];
  function* whileThereIsBudget() {
    for (const one of all) if (!answered.some(isSpent)) yield one;
  }
  const work = async (one: Of) => {
    const answer = await ask(one);
    answered.push(answer);
    return answer;
  };
  const inOrder: Answer[] = [];
  try {
    for await (const answer of mapInOrder(whileThereIsBudget(), work, { concurrency })) inOrder.push(answer);
  } catch (error) {
    throw withSpent(error, answered);
  }
  return inOrder;
}

function together(
  { toolContext: { ledger } }: Thinking,
  {
    asked,
    runs,
    samples,
  }: { readonly asked: readonly AskedJudge[]; readonly runs: readonly JudgeRun[]; readonly samples: number },
): Consultation {
  const judgments = runs.map(({ judgment }) => judgment);
  const subjects = poolSubjects(judgments);
  const shownRun = runs[nearestToPool(judgments, subjects)] as JudgeRun;
  const shown = asked.findIndex(({ run }) => run === shownRun);
  const judgment = withPooledReadings(shownRun.judgment, judgments, { pooled: subjects, who: "samples" });
  const { model } = asked[shown] as AskedJudge;
  const identical = runs.length > 1 && areIdentical(judgments);
  const consistency: SelfConsistency = {
    temperature: model.temperature,
    runs: asked.map((one) => ({ seed: one.model.seed, ...outcomeOf(one) })),
    shown: shown + 1,
    subjects,
    identical,
  };
  const failures = asked.flatMap(({ error }) => error ?? []);
  return {
    ...shownRun,
    judgment,
    grounding: { ...checkGrounding(judgment, ledger), askedAgain: runs.some(({ grounding }) => grounding.askedAgain) },
    trace: runs.flatMap(({ trace }) => trace),
    tokens: sumOfTokens(...asked.map(({ tokens }) => tokens)),
    prompts: promptsOf(runs),
    sent: sentTogether(asked.flatMap(({ sent }) => sent)),
    by: referenceOf(model, shownRun),
    samples: consistency,
    warnings: [
      ...runs.flatMap(({ warnings }) => warnings),
      ...failuresInWords(failures, samples),
      ...(identical ? [identicalInWords(consistency)] : []),
    ],
  };
}

/** The readings as they came, or why there are none. */
export function outcomeOf({
  run,
  error,
  tokens,
}: Pick<AskedJudge, "error" | "tokens"> & { readonly run: Pick<JudgeRun, "judgment" | "grounding"> | null }) {
  const { judgment = null, grounding = null } = run ?? {};
  return { judgment, grounding, failure: error === null ? null : error.message, tokens };
}

/** Every prompt once. */
export function promptsOf(runs: readonly Pick<JudgeRun, "prompts">[]): JudgeRun["prompts"] {
  return [...new Map(runs.flatMap(({ prompts }) => prompts).map((prompt) => [prompt.id, prompt])).values()];
}

/** The first failure of several, or that their budget is spent, with what all of them cost. */
export function failureOf(asked: readonly Pick<AskedJudge, "error" | "tokens">[]): KuleshovError {
  const error = (asked.find(isSpent) ?? asked.find((one) => one.error !== null))?.error;
  if (!error) throw new RangeError("Nobody was asked");
  error.spent = sumOfTokens(NO_TOKENS, ...asked.map(({ tokens }) => tokens));
  return error;
}

/** What came before an end that was forced, such as a time limit, is paid for. */
export function withSpent(error: unknown, asked: readonly Pick<AskedJudge, "tokens">[]): unknown {
  if (!(error instanceof KuleshovError)) return error;
  error.spent = sumOfTokens(error.spent ?? NO_TOKENS, ...asked.map(({ tokens }) => tokens));
  return error;
}

function failuresInWords(failures: readonly KuleshovError[], samples: number): readonly string[] {
  const [first] = failures;
  if (first === undefined) return [];
  return [`${failures.length} of ${samples} samples failed and are left out of the means: ${first.message}`];
}

function identicalInWords({ runs, temperature }: SelfConsistency): string {
  const at = temperature === null ? "the server's own temperature" : `temperature ${temperature}`;
  const answered = runs.filter(({ judgment }) => judgment !== null).length;
  return `All ${answered} samples gave the same numbers at ${at}: that they agree says nothing of how sure the model is`;
}

/** Whether all give the same numbers for every reading, and there are some. */
function areIdentical(judgments: readonly Judgment[]): boolean {
  const numbers = judgments.map(({ subjects }) =>
    JSON.stringify(
      subjects.map((subject) =>
        READING_NAMES.map((name) =>
          subject[name].distribution
            .map(({ label, probability }) => [label, Number(probability.toPrecision(6))])
            .sort(),
        ),
      ),
    ),
  );
  const any = judgments.some(({ subjects }) =>
    subjects.some((subject) => READING_NAMES.some((name) => subject[name].distribution.length > 0)),
  );
  return any && new Set(numbers).size === 1;
}

/** Far apart, so that runs with neighbouring seeds have no sample in common. */
const SEED_STEP = 1_000_003;
const SEEDS = 2 ** 31;

function sampleSeed(first: number, index: number): number {
  return (first + index * SEED_STEP) % SEEDS;
}

/** The same model with another seed; what its server turns down it turns down for all. */
function withSeed(model: JudgeModel, seed: number): JudgeModel {
  const reply: JudgeModel["reply"] = (request, signal) => model.reply({ ...request, seed }, signal);
  return Object.create(model, {
    seed: { get: () => (model.seed === null ? null : seed), enumerable: true },
    reply: { value: reply, enumerable: true },
  }) as JudgeModel;
}

/** A server that is gone, or that does not let one in; a budget that is spent. */
function isDecisive(error: KuleshovError): boolean {
  if (!(error instanceof ProviderError)) return error instanceof BudgetError;
  return error.unreachable || error.status === 401 || error.status === 402 || error.status === 403;
}
