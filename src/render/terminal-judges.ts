import { groupBy } from "../domain/group-by.ts";
import { READING_NAMES, type Reading, type ReadingName } from "../domain/judgment.ts";
import { abstainedInWords, type PooledReading } from "../domain/pooled-reading.ts";
import type { Report } from "../domain/report.ts";
import type { Panel } from "../domain/several-judges.ts";
import { plain, type TerminalStyle, wrap } from "./terminal-style.ts";

const IN_WORDS: Readonly<Record<ReadingName, string>> = {
  faceOnly: "face only",
  contextOnly: "context only",
  integrated: "integrated",
};

/** Of more faces only the integrated reading is shown: all of it is in the report. */
const SPELT_OUT = 4;
const LABELS_SHOWN = 3;

/** Samples with their spread, the labels that hold at a level, and a panel with its agreement: what one answer has none of. */
export function renderJudges(report: Report, style: TerminalStyle, { full }: { readonly full: boolean }): string {
  const sections = [renderSamples(report, style, full), renderSets(report, style), renderPanel(report, style, full)];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** On one screen the spread stands beside the readings. */
function renderSamples({ samples }: Report, style: TerminalStyle, full: boolean): string {
  if (samples === undefined) return "";
  const { runs, temperature, shown, subjects } = samples;
  const failed = runs.filter(({ failure }) => failure !== null).length;
  const facts = [
    `${runs.length} at ${temperature === null ? "the server's own temperature" : `temperature ${temperature}`}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    `answer and cues are of sample ${shown}, the nearest to the mean`,
  ];
  const lines = full ? readingLines(subjects, (subject, name) => spreadInWords(subject[name]), style) : [];
  return [entry("Samples", facts.join("; "), style), ...lines].join("\n");
}

function spreadInWords({ distribution, given, abstained }: PooledReading): string {
  const labels = distribution
    .slice(0, LABELS_SHOWN)
    .filter(({ mean }, at) => at === 0 || mean >= 0.02)
    .map(({ label, mean, sd }) => `${plain(label)} ${mean.toFixed(2)}${sd === null ? "" : ` ± ${sd.toFixed(2)}`}`);
  return [...labels, ...(abstained === 0 ? [] : [abstainedInWords({ given, abstained })])].join(", ");
}

function renderSets({ labelSets }: Report, style: TerminalStyle): string {
  if (labelSets === undefined) return "";
  const level = `the true label is among these for ${Number((labelSets.level * 100).toFixed(1))} % of images like those of the calibration`;
  const lines = readingLines(labelSets.subjects, (subject, name) => plain(subject[name].statement), style);
  return [entry("Labels", level, style), ...lines].join("\n");
}

function renderPanel({ panel }: Report, style: TerminalStyle, full: boolean): string {
  if (panel === undefined) return "";
  const failed = panel.judges.filter(({ failure }) => failure !== null);
  const facts = `${panel.judges.length} judges${failed.length === 0 ? "" : `, ${failed.length} failed`}; the readings above are ${whose(panel)}`;
  const lines = readingLines(panel.subjects, (subject, name) => agreementInWords(panel, subject.faceId, name), style);
  const failures = failed.map(({ id }) => `  ${style.bad(`${plain(id)} failed`)}`);
  return [entry("Panel", facts, style), ...lines, ...failures, ...chairLines(panel, style, full)].join("\n");
}

function whose({ chair, claims }: Panel): string {
  if (chair === null || chair.chosen === null) return "the mean of theirs";
  const followed = new Set(claims.filter(({ id }) => chair.chosen?.includes(id)).map(({ judge }) => judge));
  return `those of ${[...followed].map(plain).join(", ")}, whose claims the judge of judges chose`;
}

function agreementInWords(panel: Panel, faceId: string | null, name: ReadingName): string {
  const each = panel.judges.flatMap(({ id, judgment }) => {
    const reading = judgment?.subjects.find((subject) => subject.faceId === faceId)?.[name];
    return reading === undefined ? [] : [`${plain(id)} ${topInWords(reading)}`];
  });
  const agreement = panel.agreement.find((one) => one.faceId === faceId && one.reading === name);
  const bits = agreement?.divergenceBits ?? null;
  return `${each.join(" · ")}${bits === null ? "" : `; ${bits.toFixed(2)} bits apart`}`;
}

function topInWords({ distribution }: Reading): string {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  return top === undefined ? "abstained" : `${plain(top.label)} ${top.probability.toFixed(2)}`;
}

function chairLines({ chair, claims }: Panel, style: TerminalStyle, full: boolean): string[] {
  if (chair === null || chair.chosen === null) return [];
  const chosen = claims.filter(({ id }) => chair.chosen?.includes(id));
  const head = `  ${style.dim(`${plain(chair.model)}, the judge of judges, chose`)}`;
  if (!full) return [`${head} ${wrap(countsInWords(chosen), style.columns - 40, " ".repeat(4))}`];
  const told = chosen.map(({ faceId, judge, statement, evidenceIds }) =>
    wrap(
      `${faceId ?? "scene"} ${plain(judge)}: ${plain(statement)} [${evidenceIds.join(" ")}]`,
      style.columns - 6,
      " ".repeat(6),
    ),
  );
  return [head, ...told.map((line) => `    ${line}`)];
}

/** e.g. `F1: 2 claims of rules, 1 of openai:m`. */
function countsInWords(chosen: Panel["claims"]): string {
  const faces = [...groupBy(chosen, ({ faceId }) => faceId ?? "scene")].map(([face, own]) => {
    const judges = [...groupBy(own, ({ judge }) => judge)];
    const counts = judges.map(([judge, { length }], at) => {
      const claims = at > 0 ? "" : length === 1 ? " claim" : " claims";
      return `${length}${claims} of ${plain(judge)}`;
    });
    return `${face}: ${counts.join(", ")}`;
  });
  return faces.join("; ");
}

/** One line for each reading of each face, or for each of many faces. */
function readingLines<Subject extends { readonly faceId: string | null }>(
  subjects: readonly Subject[],
  told: (subject: Subject, name: ReadingName) => string,
  style: TerminalStyle,
): string[] {
  const names = subjects.length > SPELT_OUT ? (["integrated"] as const) : READING_NAMES;
  return subjects.flatMap((subject) =>
    names.map((name, at) => {
      const face = (at === 0 ? (subject.faceId ?? "scene") : "").padEnd(6);
      const text = wrap(told(subject, name), style.columns - 22, " ".repeat(22));
      return `  ${style.bold(face)}${style.dim(IN_WORDS[name].padEnd(14))}${text}`;
    }),
  );
}

function entry(name: string, text: string, style: TerminalStyle): string {
  return `${style.bold(name.padEnd(10))}${wrap(text, style.columns - 10, " ".repeat(10))}`;
}
