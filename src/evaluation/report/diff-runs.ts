import { ConfigurationError } from "../../domain/errors.ts";
import { type AnswerRow, answerRows, placeOfAnswer } from "../results/answer-rows.ts";
import { type Cell, cellId } from "../runner/plan.ts";
import { type PromptChange, promptChanges } from "./prompt-changes.ts";
import { type ScoredAnswers, scoreAnswers } from "./write-report.ts";

/** What became of one answer from one run to another. */
interface AnswerChange {
  readonly cell: string;
  readonly sample: string;
  readonly seed: number;
  readonly repeat: number;
  readonly truth: string | null;
  readonly before: Pick<AnswerRow, "answer" | "state">;
  readonly after: Pick<AnswerRow, "answer" | "state">;
}

/** Two runs answer by answer. */
interface RunDifference {
  /** Questions that both were asked: the same sample, seed and repeat under the same condition. */
  readonly shared: number;
  /** Questions that only one of them was asked. */
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  readonly changes: readonly AnswerChange[];
  /** What differs in what determined the answers, a sentence for each condition that has something. */
  readonly causes: readonly string[];
  /** Prompts that differ, each once. */
  readonly prompts: readonly PromptChange[];
}

/**
 * Holds the answers of two runs against each other, condition by condition; two runs of one condition each are held
 * against each other whatever the conditions are.
 * @throws {ConfigurationError} if there is no run, or they have no condition in common.
 */
export async function diffRuns(before: string, after: string): Promise<RunDifference> {
  const [then, now] = [await scoreAnswers(before), await scoreAnswers(after)];
  const pairs = pairedCells(then, now);
  const prompts = pairs.flatMap(([first, second]) =>
    promptChanges({ header: then.run.header, cell: first }, { header: now.run.header, cell: second }),
  );
  const place = (row: AnswerRow, cell: string) => `${cell} ${placeOfAnswer(row)}`;
  const renamed = new Map(pairs.map(([first, second]) => [first, second]));
  const olds = answerRows(then.summary);
  const news = answerRows(now.summary);
  const old = new Map(olds.map((row) => [place(row, renamed.get(row.cell) ?? row.cell), row]));
  const both = news.flatMap((row) => {
    const its = old.get(place(row, row.cell));
    return its === undefined ? [] : [[its, row] as const];
  });
  return {
    shared: both.length,
    onlyBefore: olds.length - both.length,
    onlyAfter: news.length - both.length,
    changes: both.filter(([one, other]) => isChange(one, other)).map(([one, other]) => changeOf(one, other)),
    causes: pairs.flatMap(([first, second]) => causeOf(then, now, [first, second])),
    prompts: [...new Map(prompts.map((change) => [JSON.stringify(change), change])).values()],
  };
}

function pairedCells(then: ScoredAnswers, now: ScoredAnswers): readonly (readonly [string, string])[] {
  const [olds, news] = [then, now].map(({ summary }) => summary.cells.map(({ cell }) => cell.id)) as [
    string[],
    string[],
  ];
  const same = news.filter((id) => olds.includes(id)).map((id) => [id, id] as const);
  if (same.length > 0) return same;
  const [thens, nows] = [then, now].map(({ summary }) => summary.cells.map(({ cell }) => cell)) as [Cell[], Cell[]];
  const elsewise = pairedWhateverThePrompt(thens, nows);
  if (elsewise.length > 0) return elsewise;
  const [[first, ...others], [second, ...more]] = [olds, news];
  if (first !== undefined && second !== undefined && others.length + more.length === 0) return [[first, second]];
  throw new ConfigurationError(
    `The runs have no condition in common, so that their answers cannot be held against each other: \`${then.run.folder}\` and \`${now.run.folder}\``,
  );
}

/** Of runs with one prompt each, the conditions that are the same but for it. */
function pairedWhateverThePrompt(olds: readonly Cell[], news: readonly Cell[]): readonly (readonly [string, string])[] {
  const promptsOf = (cells: readonly Cell[]) => new Set(cells.map(({ condition }) => condition.prompt)).size;
  if (promptsOf(olds) > 1 || promptsOf(news) > 1) return [];
  const rest = ({ condition }: Cell) => cellId({ ...condition, prompt: "" });
  return olds.flatMap((old) => news.filter((one) => rest(one) === rest(old)).map((one) => [old.id, one.id] as const));
}

function isChange(one: AnswerRow, other: AnswerRow): boolean {
  return one.answer !== other.answer || one.state !== other.state;
}

function changeOf(one: AnswerRow, { cell, sample, seed, repeat, truth, answer, state }: AnswerRow): AnswerChange {
  return {
    ...{ cell, sample, seed, repeat, truth },
    before: { answer: one.answer, state: one.state },
    after: { answer, state },
  };
}

/** Prompts are told apart by their words. */
const OF_PROMPTS = /(^|\.)prompts?\./;
/** Longest value that is told as it is. */
const TOLD_LENGTH = 60;

function causeOf(
  { run: then }: ScoredAnswers,
  { run: now }: ScoredAnswers,
  [first, second]: readonly [string, string],
): string[] {
  const [before, after] = [leavesOf(then.header.identities[first]), leavesOf(now.header.identities[second])];
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key) && !OF_PROMPTS.test(key),
  );
  if (keys.length === 0) return [];
  const told = keys.map((key) => `${key} ${shown(before.get(key))} became ${shown(after.get(key))}`);
  return [`"${second}" was asked otherwise: ${told.join(", ")}`];
}

function shown(value: string | undefined): string {
  if (value === undefined) return "(none)";
  return value.length > TOLD_LENGTH ? `${value.slice(0, TOLD_LENGTH)}...` : value;
}

/** Every value inside, by its path; what has an id is found under it and not under its place in a list. */
function leavesOf(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, JSON.stringify(value) ?? "undefined"]]);
  const below = Object.entries(value).map(([key, inner]) => {
    const id = Array.isArray(value) ? (inner as { readonly id?: unknown } | null)?.id : undefined;
    return leavesOf(inner, [path, typeof id === "string" ? id : key].filter((part) => part !== "").join("."));
  });
  return new Map(below.flatMap((leaves) => [...leaves]));
}

/** The difference as lines of text: what was asked otherwise, a sentence that sums up, and a line for each changed answer. */
export function differenceText(difference: RunDifference): string {
  const { changes, causes, prompts } = difference;
  const lines = changes.map(({ cell, sample, seed, repeat, truth, before, after }) => {
    const turn = seed === 1 && repeat === 1 ? "" : `, seed ${seed}, repeat ${repeat}`;
    const meant = truth === null ? "" : `, in truth ${truth}`;
    return `  ${sample}${turn}: ${answerText(before)} became ${answerText(after)}${meant} (${cell})`;
  });
  const head = [...causes.map((cause) => `${cause}.`), ...prompts.map(promptText), differenceSum(difference)];
  return [...head, ...lines, ""].join("\n");
}

/** How many answers came out otherwise, in one sentence. */
export function differenceSum({ shared, onlyBefore, onlyAfter, changes }: RunDifference): string {
  const became = (state: AnswerRow["state"]) => changes.filter(({ after }) => after.state === state).length;
  const [right, wrong] = [became("right"), became("wrong")];
  const parts = [`${right} right now`, `${wrong} wrong now`, `${changes.length - right - wrong} neither`];
  const alone =
    onlyBefore + onlyAfter === 0 ? "" : ` ${onlyBefore} more were asked only before, ${onlyAfter} only after.`;
  return `Of ${shared} questions that both were asked, ${changes.length} came out otherwise: ${parts.join(", ")}.${alone}`;
}

/** What became of a prompt, with its changed lines. */
export function promptText({ before, after, patch }: PromptChange): string {
  const sentence =
    before === null
      ? `The prompt ${after} was asked with only after`
      : after === null
        ? `The prompt ${before} was asked with only before`
        : `The prompt ${before} became ${before === after ? "another of the same version" : after}`;
  return patch === null ? `${sentence}; its words are not kept with the run.` : `${sentence}:\n${patch}`;
}

function answerText({ answer, state }: AnswerChange["before"]): string {
  return answer === null ? state : `${answer} (${state})`;
}
