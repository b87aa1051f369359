import { topLabel } from "../answer.ts";
import type { ScoredCall } from "./score-cell.ts";
import type { RunSummary } from "./summarise.ts";

/** One answer of a run, in a row of a table. */
export interface AnswerRow {
  readonly call: string;
  readonly cell: string;
  readonly sample: string;
  readonly seed: number;
  readonly repeat: number;
  readonly hasImage: boolean;
  readonly truth: string | null;
  readonly answer: string | null;
  readonly probability: number | null;
  /** `answered` where the data set does not say what is right, `partly` where it was neither right nor wrong. */
  readonly state: "right" | "wrong" | "partly" | "answered" | "abstained" | "failed" | "not shown";
  /** Why it failed, abstained or was not shown, else the answer in words. */
  readonly said: string;
}

/** Scorers by which an answer is right or wrong. */
const DECIDING = ["accuracy", "choice", "label-sets"];

const known = new WeakMap<RunSummary, readonly AnswerRow[]>();

/** Every answer of a run, in its order. */
export function answerRows(summary: RunSummary): readonly AnswerRow[] {
  const before = known.get(summary);
  if (before !== undefined) return before;
  const rows = summary.cells.flatMap(({ scorers }) => {
    const deciding =
      DECIDING.map((name) => scorers.find(({ scorer }) => scorer === name)).find((one) => one !== undefined) ??
      scorers[0];
    return (deciding?.calls ?? []).map((call) => rowOf(call, DECIDING.includes(deciding?.scorer ?? "")));
  });
  known.set(summary, rows);
  return rows;
}

function rowOf({ record, sample, score }: ScoredCall, isDeciding: boolean): AnswerRow {
  const { call, cell, answer, failure, notShown } = record;
  const top = answer === null ? null : topLabel(answer.integrated);
  // What accuracy compares: the labels as the data set knows them.
  const pair = score.metadata as { readonly truth?: unknown; readonly predicted?: unknown } | null;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const { truth } = sample;
  return {
    ...{ call, cell, sample: sample.id, seed: record.seed, repeat: record.repeat, hasImage: sample.image !== null },
    truth: text(pair?.truth) ?? truth.label ?? truth.choice ?? truth.labels?.join(", ") ?? null,
    answer: text(pair?.predicted) ?? answer?.choice ?? top?.label ?? null,
    probability: answer?.confidence ?? top?.probability ?? null,
    state: stateOf(record, isDeciding ? score.value : null),
    said: failure?.message ?? notShown ?? answer?.abstention ?? answer?.explanation ?? score.explanation,
  };
}

function stateOf({ answer, notShown }: ScoredCall["record"], value: number | null): AnswerRow["state"] {
  if (answer === null) return notShown === undefined ? "failed" : "not shown";
  if (value === null) return answer.abstention === null ? "answered" : "abstained";
  if (value === 1) return "right";
  return value === 0 ? "wrong" : "partly";
}

/** Where an answer stands in its run: the same sample, asked in the same turn. */
export function placeOfAnswer({ sample, seed, repeat }: Pick<AnswerRow, "sample" | "seed" | "repeat">): string {
  return `${seed} ${repeat} ${sample}`;
}

/** The samples of which a call failed or was answered wrongly. */
export function failingSamples(summary: RunSummary): readonly string[] {
  const failing = answerRows(summary).filter(({ state }) => state === "failed" || state === "wrong");
  return [...new Set(failing.map(({ sample }) => sample))];
}
