import { z } from "zod";
import { ask } from "./ask.ts";
import type { AskDependencies } from "./ask-dependencies.ts";
import { BudgetError, KuleshovError, ProviderError } from "./domain/errors.ts";
import { costOf, costOfReport, type Prices } from "./domain/price.ts";
import { panelName } from "./domain/several-judges.ts";
import type { TokenUse } from "./domain/token-use.ts";
import { calibrationOf } from "./judging/find-calibration.ts";
import { mapInOrder } from "./platform/map-in-order.ts";
import type { JudgeModel } from "./ports/chat-model.ts";
import type { Budget } from "./runs/budget.ts";
import { createPurse, type Purse, type Spent } from "./runs/purse.ts";
import { type RecordedStep, recordSteps, type StepProgress } from "./runs/record-steps.ts";
import { openRunFolder, type RunMode, type RunSettings } from "./runs/run-folder.ts";
import { ownInputs, type Shard } from "./runs/shard.ts";
import type { AskItem } from "./study/ask-list.ts";
import { ANSWERS_FILE, answerLine, OUTPUT_FILES, readAnswers, readTries, writeAnswers } from "./study/asked-answers.ts";
import type { AskedItem } from "./study/asked-item.ts";
import { notesOn } from "./study/several-answers.ts";

/** Many images, each with a question, asked about into one folder. */
export interface AskManyQuery extends RunMode {
  readonly folder: string;
  readonly items: readonly AskItem[];
  /** For items without one of their own. */
  readonly question?: string | undefined;
  readonly context?: string | undefined;
  readonly labels: readonly string[] | null;
  readonly blurOthers?: boolean | undefined;
  /** What else decides the answers: toolboxes, examples, mode. */
  readonly settings: RunSettings;
  /** Of the whole run, earlier processes included. */
  readonly budget: Budget;
  /** Questions under way at once. */
  readonly concurrency: number;
  /** Which of the items are asked about here; `merge` puts all together. A budget is the shard's own. */
  readonly shard?: Shard | undefined;
  readonly onProgress?: (progress: StepProgress & Spent) => void;
}

export interface AskManyDependencies extends Prices {
  readonly ask: AskDependencies;
  /** Kuleshov's version. */
  readonly version: string;
}

export interface AskedMany extends Spent {
  readonly answers: readonly AskedItem[];
  /** What the answers say together: numbers that never change, and how far judges agree. */
  readonly notes: readonly string[];
  /** How many items were not asked about yet. */
  readonly left: number;
  /** Why the run stopped before its end; `null` when it did not. */
  readonly exhausted: string | null;
}

/**
 * Asks about many images, as many at once as the model bears, and keeps every answer as it comes: a killed run goes on
 * with the same items and settings. An image that cannot be read, or an answer that stays unusable, is a failure of its
 * own; a server that is gone, or refuses the key, ends the run.
 *
 * @throws {ConfigurationError} if the folder holds something else. @throws {ProviderError} if the server is gone.
 */
export async function askMany(
  query: AskManyQuery,
  dependencies: AskManyDependencies,
  signal?: AbortSignal,
): Promise<AskedMany> {
  const { version } = dependencies;
  calibrationOf(dependencies.ask, query.labels);
  const { own, part } = ownInputs(query.items, ({ id }) => id, query.shard);
  const run = await openRunFolder(query.folder, {
    ...query,
    command: "ask",
    settings: settingsOf(query, dependencies),
    version,
    shard: part,
  });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await run.claim(...OUTPUT_FILES);
    const rows = await run.openRows(new Map([[ANSWERS_FILE, ""]]));
    const left = own.filter(({ id }) => !rows.done.has(id));
    const purse = createPurse(query.budget, await readTries(query.folder));
    const steps = askedSteps(purse.whileThereIsRoom(left, signal), { query, dependencies, purse, signal });
    const already = own.length - left.length;
    const onProgress = (progress: StepProgress) => query.onProgress?.({ ...progress, ...purse.spent() });
    const showAnswers = async () => {
      await rows.close();
      const about = { model: judgeOf(dependencies.ask), video: dependencies.ask.clips?.video };
      await writeAnswers(run, await readAnswers(query.folder), { ...about, ...purse.spent() });
    };
    try {
      await recordSteps(steps, { rows, total: own.length, already, onProgress, signal });
    } catch (error) {
      await showAnswers().catch(() => undefined); // why it ended is what counts
      throw error;
    }
    await showAnswers();
    const answers = await readAnswers(query.folder);
    const asked = {
      answers,
      notes: notesOn(answers),
      ...purse.spent(),
      left: own.length - answers.length,
      exhausted: purse.exhausted(),
    };
    if (asked.exhausted === null) state = "finished";
    return asked;
  } finally {
    await run.close(state);
  }
}

function settingsOf({ items, question, context, labels, settings }: AskManyQuery, { ask: parts }: AskManyDependencies) {
  const { model, panel, samples, calibrated } = parts;
  return {
    ...settings,
    ...(panel === undefined
      ? { "--model": identityOf(model) }
      : { "--panel": panel.judges.map(identityOf), "--chair": panel.chair?.id ?? null }),
    ...(samples === undefined ? {} : { "--samples": samples }),
    ...(calibrated === undefined ? {} : { "--abstain": calibrated.alpha, "--calibration": calibrated.sha256 }),
    items,
    question: question ?? null,
    "--context": context ?? null,
    "--labels": labels,
  };
}

function identityOf({ id, identity, temperature, seed }: JudgeModel) {
  return { id, identity, temperature, seed };
}

const Judge = z.object({ id: z.string() });
const JudgeSettings = z.object({ "--model": Judge.optional(), "--panel": z.array(Judge).optional() });

/** Whoever answered a run with these settings, as its reports name it. */
export function judgeIn(settings: RunSettings): string {
  const { "--model": model, "--panel": panel = [] } = JudgeSettings.parse(settings);
  return model?.id ?? panelName(panel);
}

/** Whoever answers, as its reports name it. */
function judgeOf({ model, panel }: AskDependencies): string {
  return panel === undefined ? model.id : panelName(panel.judges);
}

interface Asking {
  readonly query: AskManyQuery;
  readonly dependencies: AskManyDependencies;
  readonly purse: Purse;
  readonly signal: AbortSignal | undefined;
}

async function* askedSteps(items: Iterable<AskItem>, asking: Asking): AsyncGenerator<RecordedStep> {
  const { concurrency } = asking.query;
  for await (const { item, mayPass, fatal } of mapInOrder(items, (each) => askOne(each, asking), { concurrency })) {
    const failed = item.failure !== null;
    const counts = {
      images: item.report === null ? 0 : 1,
      faces: item.report?.faces.length ?? 0,
      failures: failed ? 1 : 0,
    };
    // What may pass is asked again when the run goes on; its last line counts.
    const ended = mayPass ? { done: null, tried: item.id } : { done: item.id };
    yield {
      record: { ...ended, inProgress: null, text: new Map([[ANSWERS_FILE, answerLine(item)]]), counts },
      share: 1,
    };
    if (fatal !== undefined) throw fatal;
  }
}

async function askOne(item: AskItem, { query, dependencies, purse, signal }: Asking) {
  const { id, path, face, transcript } = item;
  const question = item.question ?? query.question ?? null;
  const context = item.context ?? query.context ?? null;
  const told = { id, path, question, context, face };
  const finish = (outcome: Pick<AskedItem, "report" | "failure">, tokens: TokenUse, usd: number | null) => {
    const asked = { ...told, ...outcome, tokens, usd };
    purse.paid(asked);
    return asked;
  };
  try {
    const asked = {
      image: path,
      context,
      labels: query.labels,
      face,
      transcript,
      blurOthers: query.blurOthers ?? false,
      ...(question === null ? {} : { question }),
    };
    const whole = await ask(asked, dependencies.ask, signal);
    const { faces, ...report } = whole;
    const boxes = faces.map(({ faceId, box }) => ({ faceId, box }));
    return {
      item: finish(
        { report: { ...report, faces: boxes }, failure: null },
        report.provenance.tokens,
        costOfReport(whole, dependencies),
      ),
      mayPass: false,
      fatal: undefined,
    };
  } catch (error) {
    signal?.throwIfAborted();
    const fatal = error instanceof KuleshovError && isDecisive(error) ? error : undefined;
    // What was answered before the end of a run is paid for: it is kept as a try of its own.
    if (!(error instanceof KuleshovError) || (fatal !== undefined && error.spent === null)) throw error;
    const spent = error.spent ?? NOTHING_SPENT;
    if (error instanceof BudgetError) {
      purse.stop(error.message.replace(/^T/, "t"));
      const item = finish({ report: null, failure: null }, spent, costOf(spent, dependencies.price));
      return { item, mayPass: true, fatal: undefined };
    }
    const item = finish({ report: null, failure: error.message }, spent, costOf(spent, dependencies.price));
    return { item, mayPass: fatal !== undefined || (error instanceof ProviderError && error.retryable), fatal };
  }
}

/** Of what failed before any server took it. */
const NOTHING_SPENT: TokenUse = { input: 0, output: 0 };

/** To ask on would only repeat it for every image that is left. */
function isDecisive(error: KuleshovError): boolean {
  if (!(error instanceof ProviderError)) return false;
  return error.unreachable || error.status === 401 || error.status === 402 || error.status === 403;
}
