import type { ScoreTable } from "../domain/score-table.ts";
import { DoseCurve, IntervalPlot } from "./charts.tsx";
import { ConfusionTable } from "./confusion-table.tsx";
import {
  type ConditionView,
  type DifferencesView,
  type EvaluationView,
  type MetricView,
  readable,
} from "./evaluation-view.ts";
import { FigureTable, intervalText, Scrolling } from "./figure-table.tsx";
import { number, pText } from "./markup.ts";

interface ConditionsProps {
  readonly conditions: readonly ConditionView[];
}

export function Thresholds({ thresholds }: Pick<EvaluationView, "thresholds">) {
  if (thresholds.length === 0) return null;
  const missed = thresholds.filter(({ passed }) => !passed).length;
  return (
    <>
      <h2>{missed === 0 ? "All thresholds passed" : `${missed} of ${thresholds.length} thresholds not passed`}</h2>
      <ul>
        {thresholds.map(({ passed, sentence }) => (
          <li key={sentence} class={passed ? "holds" : "bad"}>
            {sentence}
          </li>
        ))}
      </ul>
    </>
  );
}

/** So many differences are still told from each other in a plot. */
const MOST_PLOTTED = 40;

/** Which differences hold up. */
export function Differences({ differences }: Pick<EvaluationView, "differences">) {
  if (differences === null) return null;
  const { first, summary, rows } = differences;
  const plotted = rows.flatMap(({ metric, condition, difference, low, high }) =>
    difference === null ? [] : [{ name: `${metric}: ${condition}`, value: difference, low, high }],
  );
  const isTelling = rows.some(({ difference, low, high }) =>
    [difference, low, high].some((value) => (value ?? 0) !== 0),
  );
  if (!isTelling) {
    return (
      <details>
        <summary>No difference from "{first}" in what scorers measure</summary>
        <DifferenceTable rows={rows} />
      </details>
    );
  }
  return (
    <>
      <h2>Differences from "{first}"</h2>
      <p>{summary}.</p>
      {rows.length === 0 ? null : (
        <p class="soft">
          On the samples that both answered; a difference holds up when its corrected p value stays below .05. Each
          scorer's main metric is tested here; <code>kuleshov eval compare</code> tests all.
        </p>
      )}
      {plotted.length > MOST_PLOTTED ? null : <IntervalPlot rows={plotted} title="Differences" zero />}
      {rows.length === 0 ? null : <DifferenceTable rows={rows} />}
    </>
  );
}

export function DifferenceTable({ rows }: Pick<DifferencesView, "rows">) {
  return (
    <FigureTable
      name="Differences one by one"
      columns={["condition", "metric", "# difference", "interval", "# pairs", "test", "# p", "# p, Holm", ""]}
      rows={rows.map(({ condition, metric, difference, pairs, test, pValue, adjustedPValue, holds, ...interval }) => [
        ...[condition, metric, number(difference), intervalText(interval), pairs, test],
        ...[pText(pValue), pText(adjustedPValue)],
        <span key="outcome" class={holds ? "holds" : "falls"}>
          {holds ? "holds up" : "does not hold up"}
        </span>,
      ])}
    />
  );
}

/** What examples buy: each metric over their number, and each step tested. */
export function Doses({ doses }: Pick<EvaluationView, "doses">) {
  if (doses.length === 0) return null;
  return (
    <>
      <h2>What examples buy</h2>
      <p class="soft">
        Each number of examples is held against the next smaller, on the samples that both answered; p is corrected over
        all steps by one scorer.
      </p>
      <div class="plots">
        {doses.map((dose) => (
          <Dose key={`${dose.condition} ${dose.metric}`} {...dose} />
        ))}
      </div>
    </>
  );
}

function Dose({ condition, metric, points, steps }: EvaluationView["doses"][number]) {
  const title = condition === null ? metric : `${metric}, ${condition}`;
  const shown = points.flatMap(({ shots: dose, value, low, high }) =>
    value === null ? [] : [{ dose, value, low, high }],
  );
  return (
    <section>
      <h3>{title}</h3>
      <DoseCurve title={`${title} by number of examples`} points={shown} />
      <FigureTable
        name={`${title}: steps`}
        columns={["examples", "# buys", "interval", "# pairs", "# p, Holm"]}
        rows={steps.map(({ from, to, difference, pairs, adjustedPValue, ...interval }) => [
          ...[`${from} to ${to}`, number(difference), intervalText(interval), pairs, pText(adjustedPValue)],
        ])}
      />
    </section>
  );
}

/** Which labels were taken for which, condition by condition; those of the first scorer that tells. */
export function Confusions({ conditions }: ConditionsProps) {
  const shown = conditions.flatMap((condition) => {
    const table = mainConfusion(condition);
    return table === undefined ? [] : [{ ...condition, table }];
  });
  if (shown.length === 0) return null;
  return (
    <>
      <h2>What was taken for what</h2>
      <p class="soft">{shown[0]?.table.title}</p>
      {shown.map(({ id, short, table }) => (
        <div key={id}>
          <h3>{short}</h3>
          <Scrolling name={`What was taken for what under ${short}`}>
            <ConfusionTable table={table} />
          </Scrolling>
        </div>
      ))}
    </>
  );
}

export function mainConfusion({
  scorers,
}: Pick<ConditionView, "scorers">): Extract<ScoreTable, { type: "confusion" }> | undefined {
  return scorers.flatMap(({ tables }) => tables).find((table) => table.type === "confusion");
}

/** Metrics of every condition side by side, with a plot of each where there are several. */
export function Metrics({ conditions }: ConditionsProps) {
  const all = [...new Set(conditions.flatMap(({ metrics }) => metrics.map(keyOf)))];
  const found = (key: string) =>
    conditions.flatMap(({ id, short, metrics }) =>
      metrics.filter((metric) => keyOf(metric) === key).map((metric) => ({ id, short, ...metric })),
    );
  const keys = all.filter((key) => found(key).some(({ estimate }) => estimate.value !== null));
  const empty = all.filter((key) => !keys.includes(key));
  // Conditions without a value, as arms that no image allowed, differ from none.
  const isConstant = (key: string) => {
    const values = conditions.flatMap(
      ({ metrics }) => metrics.find((metric) => keyOf(metric) === key)?.estimate.value ?? [],
    );
    return conditions.length > 1 && values.every((value) => value === values[0]);
  };
  const [constant, varying] = [keys.filter(isConstant), keys.filter((key) => !isConstant(key))];
  return (
    <>
      <h2>Results</h2>
      <div class="plots">
        {varying.map((key) => (
          <Metric key={key} rows={found(key)} />
        ))}
      </div>
      {constant.length === 0 ? null : (
        <details>
          <summary>
            The same under all conditions: {constant.map((key) => readable(key.split("/")[1] ?? key)).join(", ")}
          </summary>
          <div class="plots">
            {constant.map((key) => (
              <Metric key={key} rows={found(key)} />
            ))}
          </div>
        </details>
      )}
      {empty.length === 0 ? null : (
        <p class="soft">
          Without a value, as nothing was told or known of it:{" "}
          {empty.map((key) => readable(key.split("/")[1] ?? key)).join(", ")}.
        </p>
      )}
    </>
  );
}

function Metric({
  rows,
}: {
  readonly rows: readonly (MetricView & { readonly id: string; readonly short: string })[];
}) {
  const [first] = rows;
  if (first === undefined) return null;
  const { metric, scorer, better } = first;
  const plotted = rows.flatMap(({ short, estimate: { value, low, high } }) =>
    value === null ? [] : [{ name: short, value, low, high }],
  );
  return (
    <section>
      <h3>
        {readable(metric)}{" "}
        <span class="soft">
          ({scorer}
          {better === null ? "" : `, ${better} is better`})
        </span>
      </h3>
      {rows.length > 1 ? <IntervalPlot rows={plotted} title={readable(metric)} /> : null}
      <FigureTable
        name={readable(metric)}
        columns={["condition", "# value", "interval", "# n", "# unscored"]}
        rows={rows.map(({ short, estimate }) => [
          ...[short, number(estimate.value), intervalText(estimate), estimate.n, estimate.unscored],
        ])}
      />
    </section>
  );
}

function keyOf({ scorer, metric }: MetricView): string {
  return `${scorer}/${metric}`;
}
