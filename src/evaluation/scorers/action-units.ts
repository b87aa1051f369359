import { icc31Statistic } from "../../domain/statistics/intraclass-correlation.ts";
import { plainValue, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { Answer } from "../answer.ts";
import { presenceF1Statistic, skewNormalisedF1Statistic } from "../metrics/action-units.ts";
import type { CodedActionUnit } from "../sample.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

/** One action unit of one sample: coded, and as the toolbox measured it. */
interface Decision {
  readonly au: string;
  readonly shown: boolean;
  readonly measured: boolean;
  /** Both on 0-5; null unless coder and toolbox give intensities. */
  readonly intensities: readonly [number, number] | null;
}

/** Intensity from which databases count an action unit as shown (DISFA, BP4D). */
const SHOWN_FROM = 2;

/** Action units measured by one toolbox against human codes: F1, skew-normalised F1, and ICC(3,1) of intensities. */
export function createActionUnitsScorer() {
  return defineScorer<readonly Decision[]>({
    name: "action-units",
    description: "Measured action units against FACS codes: F1, skew-normalised F1, ICC(3,1)",
    requires: ["actionUnits"],
    score(answer, { truth }) {
      if (truth.actionUnits === null) return unscored("no truth", "The sample has no action unit codes");
      const decisions = truth.actionUnits.flatMap((coded) => decisionsOn(coded, answer));
      if (decisions.length === 0) return unscored("not measured", "No coded action unit was measured");
      const right = decisions.filter(({ shown, measured }) => shown === measured).length;
      return scored(right / decisions.length, decisions, `${right} of ${decisions.length} decisions as coded`);
    },
    metrics(rows) {
      const names = unitsOf(rows);
      return [
        meanOver(names, "au_f1", f1Of),
        meanOver(names, "au_f1_skew_normalised", skewNormalisedOf),
        meanOver(names, "au_icc", iccOf),
      ];
    },
    tables: (rows) => [
      {
        type: "table",
        title: "Per action unit",
        headers: ["action unit", "decided", "shown", "F1", "skew-normalised F1", "ICC(3,1)"],
        rows: unitsOf(rows).map((au) => {
          const decided = rows.flatMap(({ metadata }) => metadata.filter((one) => one.au === au));
          const value = (of: typeof f1Of) => plainValue(of(rows, au), rows.length);
          const shown = decided.filter((one) => one.shown).length;
          return [au, decided.length, shown, value(f1Of), value(skewNormalisedOf), value(iccOf)];
        }),
      },
    ],
  });
}

function decisionsOn(coded: CodedActionUnit, { measuredActionUnits }: Answer): Decision[] {
  const shown = coded.scale === "binary" ? coded.value >= 0.5 : coded.value >= SHOWN_FROM;
  const found = measuredActionUnits.find(({ au, presence }) => au === coded.au && presence !== "uncertain");
  if (found === undefined) return [];
  const comparable = coded.scale === "intensity-0-5" && found.scale === "intensity-0-5";
  const intensities = comparable ? ([coded.value, found.value] as const) : null;
  return [{ au: coded.au, shown, measured: found.presence === "present", intensities }];
}

type Rows = readonly ScoredRow<readonly Decision[]>[];

function unitsOf(rows: Rows): string[] {
  const names = new Set(rows.flatMap(({ metadata }) => metadata.map(({ au }) => au)));
  return [...names].sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
}

/** Mean over the action units for which the statistic is defined. */
function meanOver(
  names: readonly string[],
  name: string,
  of: (rows: Rows, au: string) => WeightedStatistic,
): Metric<readonly Decision[]> {
  return {
    name,
    better: "higher",
    statistic(rows) {
      const each = names.map((au) => of(rows, au));
      return (weights) => {
        const values = each.map((statistic) => statistic(weights)).filter((value) => value !== null);
        return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
      };
    },
  };
}

function f1Of(rows: Rows, au: string): WeightedStatistic {
  return ofDecisions(rows, au, (all) =>
    presenceF1Statistic(
      all.map((one) => one.shown),
      all.map((one) => one.measured),
    ),
  );
}

function skewNormalisedOf(rows: Rows, au: string): WeightedStatistic {
  return ofDecisions(rows, au, (all) =>
    skewNormalisedF1Statistic(
      all.map((one) => one.shown),
      all.map((one) => one.measured),
    ),
  );
}

function iccOf(rows: Rows, au: string): WeightedStatistic {
  const pairs = (all: readonly Decision[]) => all.flatMap(({ intensities }) => (intensities ? [[...intensities]] : []));
  return ofDecisions(
    rows,
    au,
    (all) => icc31Statistic(pairs(all)),
    (one) => one.intensities !== null,
  );
}

/** A statistic over the samples that decide on an action unit, as a statistic over all rows. */
function ofDecisions(
  rows: Rows,
  au: string,
  make: (decisions: readonly Decision[]) => WeightedStatistic,
  counts: (decision: Decision) => boolean = () => true,
): WeightedStatistic {
  const places: number[] = [];
  const decisions: Decision[] = [];
  rows.forEach(({ metadata }, index) => {
    const decision = metadata.find((one) => one.au === au);
    if (decision === undefined || !counts(decision)) return;
    places.push(index);
    decisions.push(decision);
  });
  const statistic = make(decisions);
  const own = new Float64Array(places.length);
  return (weights) => {
    for (let i = 0; i < places.length; i++) own[i] = weights[places[i] as number] as number;
    return own.length === 0 ? null : statistic(own);
  };
}
