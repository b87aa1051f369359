import { h } from "preact";
import type { ScoreTable } from "../../domain/score-table.ts";
import { confusionTable, intervalPlot, reliabilityDiagram } from "../../pages/charts.ts";
import { type Markup, markup, number, pText } from "../../pages/markup.ts";
import { rendered } from "../../pages/rendered.ts";
import { type StimulusRow, StimulusRows } from "../../pages/stimulus-rows.tsx";
import type { FewShotAudit } from "../few-shot/audit.ts";
import { type Comparison, comparisonSummary, hasPairs, holdsUp } from "../results/compare.ts";
import type { ScorerResult } from "../results/score-cell.ts";
import type { CellResult, RunSummary } from "../results/summarise.ts";
import { shortNames } from "../runner/plan.ts";
import type { ContextEffectsOf } from "./context-section.ts";
import type { WorstCase } from "./worst-cases.ts";

/** Metrics of every cell side by side, with a plot of each. */
export function metricsSection({ cells }: RunSummary): Markup {
  const short = shortNames(cells.map(({ cell }) => cell));
  const names = [...new Set(cells.flatMap(({ scorers }) => scorers.flatMap(({ metrics }) => metrics.map(keyOf))))];
  const resultOf = (cell: CellResult, key: string) =>
    cell.scorers.flatMap(({ metrics }) => metrics).find((metric) => keyOf(metric) === key);
  const isConstant = (key: string) => {
    const [first, ...rest] = cells.map((cell) => resultOf(cell, key)?.estimate.value);
    return rest.length > 0 && rest.every((value) => value === first);
  };
  const [constant, varying] = [names.filter(isConstant), names.filter((key) => !isConstant(key))];
  const section = (key: string) => {
    const rows = cells.flatMap((cell) => {
      const result = resultOf(cell, key);
      return result === undefined ? [] : [{ name: short.get(cell.cell.id) ?? cell.cell.id, ...result }];
    });
    return metricSection(key, rows);
  };
  return markup`<h2>Results</h2>${varying.map(section)}
  ${constant.length === 0 ? null : markup`<details><summary>The same under all conditions: ${constant.map((key) => readable(key.split("/")[1] ?? key)).join(", ")}</summary>${constant.map(section)}</details>`}`;
}

type MetricRow = ScorerResult["metrics"][number] & { readonly name: string };

function metricSection(key: string, rows: readonly MetricRow[]): Markup {
  const plotted = rows.flatMap(({ name, estimate: { value, low, high } }) =>
    value === null ? [] : [{ name, value, low, high }],
  );
  const [first] = rows;
  const hint = first?.better === null || first === undefined ? "" : `, ${first.better} is better`;
  return markup`<h3>${readable(first?.metric ?? key)} <span class="soft">(${first?.scorer ?? ""}${hint})</span></h3>
    ${rows.length > 1 ? intervalPlot(plotted, { title: first?.metric ?? key, zero: false }) : null}
    <div class="scroll"><table><thead><tr><th>condition</th><th class="n">value</th><th>interval</th><th class="n">n</th><th class="n">unscored</th></tr></thead><tbody>
    ${rows.map(
      ({ name, estimate }) =>
        markup`<tr><td>${name}</td><td class="n">${number(estimate.value)}</td><td class="interval">${intervalText(estimate.low, estimate.high)}</td><td class="n">${estimate.n}</td><td class="n">${estimate.unscored}</td></tr>`,
    )}</tbody></table></div>`;
}

function keyOf({ scorer, metric }: { readonly scorer: string; readonly metric: string }): string {
  return `${scorer}/${metric}`;
}

/** `macro_f1` as people write it. */
export function readable(metric: string): string {
  return metric.replaceAll("_", " ");
}

function intervalText(low: number | null, high: number | null): string {
  return low === null || high === null ? "no interval" : `[${number(low)}, ${number(high)}]`;
}

/** Which labels were taken for which, condition by condition; those of the first scorer that tells. */
export function confusionSection({ cells }: RunSummary): Markup | null {
  const short = shortNames(cells.map(({ cell }) => cell));
  const shown = cells.flatMap((cell) => {
    const table = mainConfusion(cell);
    return table === undefined ? [] : [{ name: short.get(cell.cell.id) ?? cell.cell.id, table }];
  });
  if (shown.length === 0) return null;
  return markup`<h2>What was taken for what</h2><p class="soft">${shown[0]?.table.title ?? ""}</p>${shown.map(
    ({ name, table }) => markup`<h3>${name}</h3><div class="scroll">${confusionTable(table)}</div>`,
  )}`;
}

function mainConfusion({ scorers }: CellResult): Extract<ScoreTable, { type: "confusion" }> | undefined {
  return scorers.flatMap(({ tables }) => tables).find((table) => table.type === "confusion");
}

/** Which differences hold up. */
export function comparisonSection(all: readonly Comparison[], { cells }: RunSummary): Markup | null {
  if (all.length === 0) return null;
  const comparisons = all.filter(hasPairs);
  const short = shortNames(cells.map(({ cell }) => cell));
  const shortOf = (id: string) => short.get(id) ?? id;
  const plotted = comparisons.flatMap(({ metric, second, difference, low, high }) =>
    difference === null ? [] : [{ name: `${readable(metric)}: ${shortOf(second)}`, value: difference, low, high }],
  );
  return markup`<h2>Differences from "${shortOf(all[0]?.first ?? "the first condition")}"</h2>
  <p>${comparisonSummary(all)}.</p>
  <p class="soft">On the samples that both answered; a difference holds up when its corrected p value stays below .05. The report tests each scorer's main metric; <code>kuleshov eval compare</code> tests all.</p>
  ${plotted.length <= 40 ? intervalPlot(plotted, { title: "Differences", zero: true }) : null}
  <div class="scroll"><table><thead><tr><th>condition</th><th>metric</th><th class="n">difference</th><th>interval</th><th class="n">pairs</th><th>test</th><th class="n">p</th><th class="n">p, Holm</th><th></th></tr></thead><tbody>
  ${comparisons.map((one) => {
    const holds = holdsUp(one);
    return markup`<tr><td>${shortOf(one.second)}</td><td>${readable(one.metric)}</td><td class="n">${number(one.difference)}</td><td class="interval">${intervalText(one.low, one.high)}</td><td class="n">${one.pairs}</td><td>${one.test}</td><td class="n">${pText(one.pValue)}</td><td class="n">${pText(one.adjustedPValue)}</td><td class="${holds ? "holds" : "falls"}">${holds ? "holds up" : "does not hold up"}</td></tr>`;
  })}</tbody></table></div>`;
}

/** What context did: the stimuli with their readings, what was found in sentences, and the numbers folded away. */
export function contextSection(all: readonly ContextEffectsOf[], rows: readonly StimulusRow[]): Markup | null {
  const shown = all.filter(({ effects }) => effects.length > 0);
  if (shown.length === 0) return null;
  return markup`<h2>What the context did</h2>
  ${rendered(h(StimulusRows, { rows, conditions: all.map(({ condition }) => condition) }))}
  ${shown.map(
    ({ condition, effects }) => markup`<h3>${condition}</h3>
    <ul>${effects.map(({ sentence }) => markup`<li>${sentence}</li>`)}</ul>
    <details><summary>What each of these is</summary>${effectTable(effects, condition)}</details>`,
  )}`;
}

function effectTable(effects: ContextEffectsOf["effects"], condition: string): Markup {
  const plotted = effects.flatMap(({ name, estimate: { value, low, high } }) =>
    value === null ? [] : [{ name: readable(name), value, low, high }],
  );
  return markup`${intervalPlot(plotted, { title: `Context effects, ${condition}`, zero: true })}
    <div class="scroll"><table><thead><tr><th>effect</th><th class="n">value</th><th>interval</th><th class="n">d<sub>z</sub></th><th class="n">n</th><th class="n">unscored</th><th>meaning</th></tr></thead><tbody>
    ${effects.map(
      ({ name, meaning, estimate, effectSize }) =>
        markup`<tr><td>${readable(name)}</td><td class="n">${number(estimate.value)}</td><td class="interval">${intervalText(estimate.low, estimate.high)}</td><td class="n">${effectSize === null ? "" : number(effectSize, 2)}</td><td class="n">${estimate.n}</td><td class="n">${estimate.unscored}</td><td class="soft">${meaning}</td></tr>`,
    )}</tbody></table></div>`;
}

/** How far answers depend on the exemplars and their order. */
export function auditSection(audits: readonly FewShotAudit[]): Markup | null {
  if (audits.length === 0) return null;
  return markup`<h2>Few-shot audit</h2>${audits.map(
    ({ condition, orderSensitivity, influences }) => markup`<h3>${condition}</h3>
    ${
      orderSensitivity === null
        ? null
        : markup`<p>Order sensitivity (1 - mean agreement over Latin-square orders): ${number(orderSensitivity.value)} <span class="interval">${intervalText(orderSensitivity.low, orderSensitivity.high)}</span>, n = ${orderSensitivity.n}, ${orderSensitivity.unscored} unscored</p>`
    }
    ${
      influences.length === 0
        ? null
        : markup`<div class="scroll"><table><thead><tr><th>exemplar left out</th><th class="n">answers</th><th class="n">divergence, bits</th><th class="n">labels changed</th></tr></thead><tbody>
    ${influences.slice(0, 30).map(({ exemplar, answers, divergence, flips }) => markup`<tr><td>${exemplar}</td><td class="n">${answers}</td><td class="n">${number(divergence)}</td><td class="n">${number(flips)}</td></tr>`)}</tbody></table></div>`
    }`,
  )}`;
}

/** Further tables and diagrams of every cell, and why scores are missing. */
export function cellSections({ cells }: RunSummary): Markup {
  return markup`<h2>Condition by condition</h2>${cells.map((result) => {
    const { cell, scorers, groups } = result;
    const above = mainConfusion(result);
    return markup`<details${cells.length === 1 ? { html: " open" } : null}><summary>${cell.id}</summary>
    ${scorers.map((scorer) => scorerTables(scorer, above))}
    ${groups.length === 0 ? null : groupTable(groups)}</details>`;
  })}`;
}

function scorerTables({ scorer, tables, unscored }: ScorerResult, above: ScoreTable | undefined): Markup {
  const reasons = Object.entries(unscored).map(([reason, n]) => `${n} ${reason}`);
  const below = tables.filter((table) => table !== above);
  return markup`${reasons.length === 0 ? null : markup`<p class="soft">${scorer}: unscored are ${reasons.join(", ")}</p>`}
  ${below.map((table) => markup`<h3>${table.title}</h3><div class="scroll">${tableOf(table)}</div>`)}`;
}

function tableOf(table: ScoreTable): Markup {
  if (table.type === "confusion") return confusionTable(table);
  if (table.type === "reliability") return reliabilityDiagram(table);
  return markup`<table><thead><tr>${table.headers.map((header) => markup`<th>${header}</th>`)}</tr></thead><tbody>
  ${table.rows.map(
    (row) =>
      markup`<tr>${row.map((cell) => (typeof cell === "string" ? markup`<td>${cell}</td>` : markup`<td class="n">${cell === null || !Number.isInteger(cell) ? number(cell) : cell}</td>`))}</tr>`,
  )}</tbody></table>`;
}

function groupTable(groups: CellResult["groups"]): Markup {
  return markup`<h3>By column of the dataset</h3><div class="scroll"><table><thead><tr><th>column</th><th>value</th><th>metric</th><th class="n">value</th><th>interval</th><th class="n">n</th></tr></thead><tbody>
  ${groups.flatMap(({ column, value, scorers }) =>
    scorers.flatMap(({ metrics }) =>
      metrics.map(
        ({ metric, estimate }) =>
          markup`<tr><td>${column}</td><td>${value}</td><td>${readable(metric)}</td><td class="n">${number(estimate.value)}</td><td class="interval">${intervalText(estimate.low, estimate.high)}</td><td class="n">${estimate.n}</td></tr>`,
      ),
    ),
  )}</tbody></table></div>`;
}

/** Latency, tokens and cost. */
export function usageSection({ cells }: RunSummary): Markup {
  return markup`<h2>Calls, time and cost</h2><div class="scroll"><table><thead><tr><th>condition</th><th class="n">calls</th><th class="n">answered</th><th class="n">cached</th><th>failures</th>${(cells[0]?.rates ?? []).map(({ metric }) => markup`<th class="n">${readable(metric)}</th>`)}<th class="n">median s</th><th class="n">95 % under s</th><th class="n">tokens in</th><th class="n">tokens out</th><th class="n">paid USD</th></tr></thead><tbody>
  ${cells.map(({ cell, usage, rates }) => {
    const failures = Object.entries(usage.failures).map(([kind, n]) => `${n} ${kind}`);
    const seconds = (ms: number | null) => (ms === null ? "–" : number(ms / 1000, 2));
    const tokens = (mean: number | null) => (mean === null ? "–" : number(mean, 0));
    const paid = `${usage.paidUsd.toFixed(4)}${usage.unpriced > 0 ? ` and ${usage.unpriced} of unknown price` : ""}`;
    return markup`<tr><td>${cell.id}</td><td class="n">${usage.calls}</td><td class="n">${usage.answered}</td><td class="n">${usage.cached}</td><td class="${failures.length > 0 ? "bad" : ""}">${failures.join(", ")}</td>${rates.map(({ estimate: { value, low, high } }) => markup`<td class="n">${number(value)} <span class="interval">${intervalText(low, high)}</span></td>`)}<td class="n">${seconds(usage.latencyMs.median)}</td><td class="n">${seconds(usage.latencyMs.p95)}</td><td class="n">${tokens(usage.inputTokens)}</td><td class="n">${tokens(usage.outputTokens)}</td><td class="n">${paid}</td></tr>`;
  })}</tbody></table></div>`;
}

/** The answers that went most wrong. */
export function worstCasesSection(cases: readonly WorstCase[]): Markup | null {
  if (cases.length === 0) return null;
  return markup`<h2>Worst cases</h2><div class="cases">${cases.map(
    (
      one,
    ) => markup`<article class="case">${one.image === null ? null : markup`<img alt="Sample ${one.sample}" src="${one.image}">`}
    <p><strong>${one.answer}</strong> instead of <strong>${one.truth}</strong><br><span class="soft">${one.sample}, ${one.cell}</span></p>
    <p>${one.explanation}</p>
    ${
      one.claims === null || one.claims.length === 0
        ? null
        : markup`<ul>${one.claims.map(({ statement, verdict, evidence }) => markup`<li><strong>${verdict}</strong>: ${statement}${evidence === "" ? null : markup` <span class="soft">(${evidence})</span>`}</li>`)}</ul>`
    }</article>`,
  )}</div>`;
}
