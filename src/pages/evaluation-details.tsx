import { IntervalPlot } from "./charts.tsx";
import { mainConfusion } from "./evaluation-results.tsx";
import { type ConditionView, type ContextView, type EvaluationView, readable } from "./evaluation-view.ts";
import { FigureTable, intervalText, TitledTable } from "./figure-table.tsx";
import { number, pText } from "./markup.ts";
import { StimulusRows } from "./stimulus-rows.tsx";

/** What context did: the stimuli with their readings, what was found in sentences, and the numbers folded away. */
export function ContextEffects({ context }: Pick<EvaluationView, "context">) {
  if (context === null) return null;
  const { rows, conditions, effects } = context;
  return (
    <>
      <h2>What the context did</h2>
      <StimulusRows rows={rows} conditions={conditions} />
      {effects.map((own) => (
        <div key={own.condition}>
          <h3>{effects.length > 1 ? own.condition : "Over all images"}</h3>
          <ul>
            {own.effects.filter(isTelling).map(({ sentence }) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <details>
            <summary>
              What each of these is{own.effects.every(isTelling) ? "" : ", and what is 0 for every image"}
            </summary>
            <EffectTable {...own} />
          </details>
        </div>
      ))}
    </>
  );
}

function isTelling({ estimate: { value, low, high } }: ContextView["effects"][number]["effects"][number]): boolean {
  return value !== 0 || low !== 0 || high !== 0;
}

function EffectTable({ condition, effects }: ContextView["effects"][number]) {
  const plotted = effects.flatMap(({ name, estimate: { value, low, high } }) =>
    value === null ? [] : [{ name: readable(name), value, low, high }],
  );
  const title = `Context effects, ${condition}`;
  return (
    <>
      <IntervalPlot rows={plotted} title={title} zero />
      <FigureTable
        name={title}
        columns={["effect", "# value", "interval", "# Cohen's d, paired", "# p", "# n", "# unscored", "meaning"]}
        rows={effects.map(({ name, meaning, estimate, effectSize, pValue }) => [
          ...[readable(name), number(estimate.value), intervalText(estimate)],
          ...[
            effectSize === null ? "" : number(effectSize, 2),
            pValue === null ? "" : pText(pValue),
            estimate.n,
            estimate.unscored,
            meaning,
          ],
        ])}
      />
    </>
  );
}

/** Exemplars that are listed of a condition. */
const MOST_INFLUENCES = 30;

/** How far answers depend on the exemplars and their order. */
export function Audits({ audits }: Pick<EvaluationView, "audits">) {
  if (audits.length === 0) return null;
  return (
    <>
      <h2>Few-shot audit</h2>
      {audits.map(({ condition, orderSensitivity, influences }) => (
        <div key={condition}>
          <h3>{condition}</h3>
          {orderSensitivity === null ? null : (
            <p>
              Order sensitivity (1 - mean agreement over Latin-square orders): {number(orderSensitivity.value)}{" "}
              <span class="interval">{intervalText(orderSensitivity)}</span>, n = {orderSensitivity.n},{" "}
              {orderSensitivity.unscored} unscored
            </p>
          )}
          {influences.length === 0 ? null : (
            <FigureTable
              name={`Influence of exemplars, ${condition}`}
              columns={["exemplar left out", "# answers", "# divergence, bits", "# labels changed"]}
              rows={influences
                .slice(0, MOST_INFLUENCES)
                .map(({ exemplar, answers, divergence, flips }) => [
                  ...[exemplar, answers, number(divergence), number(flips)],
                ])}
            />
          )}
        </div>
      ))}
    </>
  );
}

/** Further tables and diagrams of every condition, and why scores are missing. */
export function ConditionByCondition({ conditions }: Pick<EvaluationView, "conditions">) {
  return (
    <>
      <h2>Condition by condition</h2>
      {conditions.map((condition) => (
        <details key={condition.id} open={conditions.length === 1}>
          <summary>{condition.id}</summary>
          <Condition {...condition} />
        </details>
      ))}
    </>
  );
}

function Condition({ scorers, groups }: ConditionView) {
  const above = mainConfusion({ scorers });
  return (
    <>
      {scorers.map(({ scorer, tables, notes, unscored }) => (
        <div key={scorer}>
          {unscored.length === 0 ? null : (
            <p class="soft">
              {scorer}: unscored are {unscored.join(", ")}
            </p>
          )}
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
          {tables
            .filter((table) => table !== above)
            .map((table) => (
              <TitledTable key={table.title} table={table} />
            ))}
        </div>
      ))}
      {groups.length === 0 ? null : (
        <>
          <h3>By column of the dataset</h3>
          <FigureTable
            name="By column of the dataset"
            columns={["column", "of", "metric", "# value", "interval", "# n"]}
            rows={groups.flatMap(({ column, value, metrics }) =>
              metrics.map(({ metric, estimate }) => [
                ...[column, value, readable(metric), number(estimate.value), intervalText(estimate), estimate.n],
              ]),
            )}
          />
        </>
      )}
    </>
  );
}

/** Latency, tokens and cost. */
export function Usage({ conditions }: Pick<EvaluationView, "conditions">) {
  const rates = conditions[0]?.rates ?? [];
  const seconds = (ms: number | null) => (ms === null ? "–" : number(ms / 1000, 2));
  const tokens = (mean: number | null) => (mean === null ? "–" : number(mean, 0));
  const someFailed = conditions.some(({ usage }) => usage.failures.length > 0);
  return (
    <>
      <h2>Calls, time and cost</h2>
      <FigureTable
        name="Calls, time and cost"
        columns={[
          ...["condition", "# calls", "# answered", "# cached", ...(someFailed ? ["failures"] : [])],
          ...rates.map(({ metric }) => `# ${readable(metric)}`),
          ...["# median s", "# 95 % under s", "# tokens in", "# tokens out", "# paid USD"],
        ]}
        rows={conditions.map(({ short, rates: own, usage }) => [
          ...[short, usage.calls, usage.answered, usage.cached],
          ...(someFailed
            ? [
                <span key="failures" class="bad">
                  {usage.failures.join(", ")}
                </span>,
              ]
            : []),
          ...own.map(({ metric, estimate }) => (
            <span key={metric}>
              {number(estimate.value)} <span class="interval">{intervalText(estimate)}</span>
            </span>
          )),
          ...[seconds(usage.latencyMs.median), seconds(usage.latencyMs.p95)],
          ...[tokens(usage.inputTokens), tokens(usage.outputTokens)],
          `${usage.paidUsd.toFixed(4)}${usage.unpriced > 0 ? ` and ${usage.unpriced} of unknown price` : ""}`,
        ])}
      />
    </>
  );
}

/** What determined the answers, and the file that began it. */
export function Settings({ identities, file }: Pick<EvaluationView, "identities" | "file">) {
  return (
    <>
      <details>
        <summary>What determined the answers</summary>
        <pre>{identities}</pre>
      </details>
      <details>
        <summary>The evaluation file</summary>
        <pre>{file}</pre>
      </details>
    </>
  );
}
