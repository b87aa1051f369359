import type { ScoreTable } from "../../domain/score-table.ts";
import {
  halfWidth,
  repeatsFor,
  repeatsForMajority,
  samplesFor,
  varianceComponents,
} from "../../domain/statistics/stability.ts";
import { quantileOfSorted } from "../../domain/statistics/summary.ts";
import type { Repeat } from "./reproducibility.ts";

type Repeats = readonly Repeat[];

/** How narrow an interval claims are usually wanted to have. */
const WANTED = 0.05;
/** How sure a majority of repeats is to be of the answer that a model gives most often, for how many samples. */
const SURE = 0.95;
const OF_SAMPLES = 0.9;

/** Samples by how many different answers they got. */
export function stabilityTable(samples: readonly Repeats[]): ScoreTable {
  const repeated = samples.filter(({ length }) => length > 1);
  const kinds = repeated.map((own) => new Set(own.map(({ parsed }) => parsed)).size);
  return {
    type: "table",
    title: "How many different answers samples got",
    headers: ["different answers", "samples"],
    rows: [...new Set(kinds)].sort((a, b) => a - b).map((kind) => [kind, kinds.filter((one) => one === kind).length]),
  };
}

/** How many repeats, or samples, it takes to claim a share of right answers, and to claim what a model answers to one question. */
export function repeatsInWords(samples: readonly Repeats[], level: number): readonly string[] {
  return [...rateClaim(samples, level), ...majorityClaim(samples)];
}

function rateClaim(all: readonly Repeats[], level: number): string[] {
  const values = all.map((own) => own.flatMap(({ right }) => (right === null ? [] : [right ? 1 : 0])));
  const known = values.filter(({ length }) => length > 0);
  const components = varianceComponents(known);
  if (components === null) return [];
  const [samples, asked] = [known.length, Math.max(...known.map(({ length }) => length))];
  const within = (repeats: number) => `±${halfWidth(components, { samples, level, repeats }).toFixed(3)}`;
  const share = components.within / (components.between + components.within || 1);
  const needed = repeatsFor(components, WANTED, { samples, level });
  const more = (repeats: number) => samplesFor(components, WANTED, { repeats, level });
  const need =
    needed === null
      ? `no number of repeats of these ${samples} samples does: it takes ${more(1)} samples asked once, or ${more(asked)} asked ${asked} times`
      : `it takes ${needed} ${needed === 1 ? "answer" : "repeats"} per sample of these ${samples}, or ${more(1)} samples asked once`;
  return [
    `The share of right answers is known to ${within(asked)} (${Math.round(level * 100)} %) with ${asked} repeats of ${samples} samples, and would be to ${within(1)} with one; ${Math.round(share * 100)} % of the variance is from repeat to repeat. To know it to ±${WANTED}, ${need}.`,
  ];
}

function majorityClaim(all: readonly Repeats[]): string[] {
  const repeated = all.filter(({ length }) => length > 1);
  if (repeated.length === 0) return [];
  const shares = Float64Array.from(repeated, modalShare).sort();
  const hard = quantileOfSorted(shares, 1 - OF_SAMPLES) as number;
  const needed = repeatsForMajority(hard, SURE);
  const what = `To name what the model answers, for ${OF_SAMPLES * 100} % of the samples and with ${SURE * 100} % certainty`;
  return [
    needed === null
      ? `${what}, no majority of repeats does: the commonest answer is given ${Math.round(hard * 100)} % of the time.`
      : `${what}, it takes ${needed === 1 ? "one answer" : `the majority of ${needed} repeats`}: the commonest answer is given ${Math.round(hard * 100)} % of the time or more often.`,
  ];
}

function modalShare(own: Repeats): number {
  const counts = new Map<string, number>();
  for (const { parsed } of own) counts.set(parsed, 1 + (counts.get(parsed) ?? 0));
  return Math.max(...counts.values()) / own.length;
}
