import { PROTOTYPE_FROM, PROTOTYPE_UNIT } from "../domain/evidence.ts";
import type { CheckedClaim } from "../domain/grounding.ts";
import type { Reading, SubjectJudgment } from "../domain/judgment.ts";
import { abstainedInWords, type PooledReading } from "../domain/pooled-reading.ts";
import type { Report } from "../domain/report.ts";
import { renderJudges } from "./terminal-judges.ts";
import {
  claimOf,
  describeVerdict,
  renderGrounding,
  renderHead,
  renderWarnings,
  verdictColor,
} from "./terminal-report.ts";
import { plain, shortSpan, type TerminalStyle, wrap } from "./terminal-style.ts";

/** More faces than this get one line each. */
const SPELT_OUT = 4;
const LABELS_SHOWN = 3;
/** Cues of each face, fewer where the whole would not fit one screen. */
const MOST_CUES = 3;
const LEAST_CUES = 1;
/** Lines of one screen, with two left for the shell's own. */
const SCREEN_LINES = 38;
const CONTRADICTIONS_SHOWN = 3;
const COLUMN = 24;

/** A report on one screen: the answer, each face with its three readings side by side, and the cues that carry it. */
export function renderTerminalSummary(report: Report, style: TerminalStyle): string {
  const { subjects } = report.judgment;
  let cues = subjects.length > SPELT_OUT ? 0 : MOST_CUES;
  let text = renderWithCues(report, style, cues);
  while (cues > LEAST_CUES && text.split("\n").length > SCREEN_LINES) {
    cues -= 1;
    text = renderWithCues(report, style, cues);
  }
  return text;
}

/** @param cues of each face; 0 tells each face on one line. */
function renderWithCues(report: Report, style: TerminalStyle, cues: number): string {
  const { subjects } = report.judgment;
  const faces =
    cues === 0
      ? [subjects.map((subject) => renderLine(subject, style)).join("\n")]
      : subjects.map((subject) => renderFace(subject, report, { style, cues }));
  const more = style.dim("--full shows every cue, appraisal and cited measurement; --json everything.");
  const sections = [
    renderHead(report, style, { full: false }),
    ...faces,
    renderContradictions(report, style),
    renderJudges(report, style, { full: false }),
    renderGrounding(report, style),
    renderWarnings(report.warnings, style),
    more,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Where words and the face of who says them do not go together, and the answer does not say so. */
function renderContradictions({ evidence, judgment }: Report, style: TerminalStyle): string {
  const found = evidence.filter(
    ({ kind, id }) => kind === "contradiction" && !new RegExp(`\\b${id}\\b`).test(judgment.answer),
  );
  const told = found.slice(0, CONTRADICTIONS_SHOWN).map(({ id, statement }) => {
    return style.doubtful(wrap(`${plain(statement)} [${id}]`, style.columns));
  });
  const more = found.length - told.length;
  return [...told, ...(more > 0 ? [style.dim(`${more} more such contradictions are in the report`)] : [])].join("\n");
}

const READINGS = [
  ["face only", "faceOnly"],
  ["context only", "contextOnly"],
  ["integrated", "integrated"],
] as const;

function renderLine(subject: SubjectJudgment, style: TerminalStyle): string {
  const told = READINGS.map(([name, key]) => `${name} ${rows(subject[key])[0]}`.padEnd(34));
  return `${style.bold(nameOf(subject))}${told.join("").trimEnd()}`;
}

/** As wide as the names of most faces, or what it takes. */
function nameOf({ faceId }: SubjectJudgment): string {
  return faceId === null ? "Scene  " : faceId.padEnd(3).concat(" ");
}

interface Extent {
  readonly style: TerminalStyle;
  /** Most cues of a face. */
  readonly cues: number;
}

function renderFace(subject: SubjectJudgment, report: Report, extent: Extent): string {
  const { style } = extent;
  const pooled = report.samples?.subjects.find(({ faceId }) => faceId === subject.faceId);
  const columns = READINGS.map(([, key]) => (pooled ? spreadRows(pooled[key]) : rows(subject[key])));
  const height = Math.max(...columns.map((column) => column.length));
  const name = nameOf(subject);
  const head = READINGS.map(([reading]) => reading.padEnd(COLUMN))
    .join("")
    .trimEnd();
  const table = Array.from({ length: height }, (_, row) => {
    return `${" ".repeat(name.length)}${columns.map((column) => (column[row] ?? "").padEnd(COLUMN)).join("")}`.trimEnd();
  });
  const id = style.bold(name);
  const course = renderOverTime(subject, style);
  const told = [...renderCues(subject, report, extent), ...renderPrototype(subject, report, style)];
  return [`${id}${style.dim(head)}`, ...table, ...course, ...told].join("\n");
}

/** Of a clip, the first label of each reading from stretch to stretch. */
function renderOverTime({ overTime = [] }: SubjectJudgment, style: TerminalStyle): string[] {
  const spans = overTime.map(shortSpan);
  const width = Math.max(COLUMN / 2, ...spans.map((span) => span.length + 1));
  return overTime.map((readings, at) => {
    const when = (spans[at] ?? "").padEnd(width);
    const told = READINGS.map(([, key]) => (rows(readings[key])[0] ?? "").padEnd(COLUMN));
    return `    ${style.dim(when)}${told.join("")}`.trimEnd();
  });
}

/** The first labels of a reading, one row each. */
function rows({ distribution, abstention }: Reading): string[] {
  if (abstention !== null) return ["abstained"];
  return [...distribution]
    .sort((a, b) => b.probability - a.probability)
    .slice(0, LABELS_SHOWN)
    .filter(({ probability }, at) => at === 0 || probability >= 0.02)
    .map(({ label, probability }) => `${plain(label).slice(0, 14).padEnd(14)} ${probability.toFixed(2)}`);
}

/** The same of several samples, with the standard deviation of each. */
function spreadRows(pooled: PooledReading): string[] {
  const labels = pooled.distribution
    .slice(0, LABELS_SHOWN)
    .filter(({ mean }, at) => at === 0 || mean >= 0.02)
    .map(({ label, mean, sd }) => {
      const spread = sd === null ? "" : ` ±${sd.toFixed(2).replace(/^0/, "")}`;
      return `${plain(label).slice(0, 12).padEnd(12)} ${mean.toFixed(2)}${spread}`;
    });
  return pooled.abstained === 0 ? labels : [...labels, abstainedInWords(pooled)];
}

/** The cues for what the integrated reading has on top; where one does not hold, that comes first. */
function renderCues(subject: SubjectJudgment, report: Report, { style, cues }: Extent): string[] {
  const [top] = [...subject.integrated.distribution].sort((a, b) => b.probability - a.probability);
  const checked = subject.cues.map((cue) => ({ cue, claim: claimOf(cue, subject, report) }));
  const carrying = checked.filter(({ cue }) => cue.label === top?.label && cue.direction === "for");
  const failing = checked.filter(({ claim }) => claim !== undefined && fails(claim));
  return [...new Set([...failing, ...carrying])].slice(0, cues).map(({ cue, claim }) => {
    const sign = cue.direction === "for" ? "+" : "-";
    const text = wrap(`${plain(cue.statement)} [${cue.evidenceIds.join(" ")}]`, style.columns - 16, " ".repeat(6));
    const verdict = claim === undefined ? "" : ` ${verdictColor(claim.verdict, style)(shortVerdict(claim))}`;
    return `    ${sign} ${text}${verdict}`;
  });
}

/** The FACS prototype that action units show where the face is read as something else: two kinds of truth. */
function renderPrototype({ faceId, faceOnly }: SubjectJudgment, { evidence }: Report, style: TerminalStyle): string[] {
  const [top] = [...faceOnly.distribution].sort((a, b) => b.probability - a.probability);
  const shown = evidence.flatMap(({ id, faceId: of, time, value }) => {
    if (of !== faceId || time !== undefined || value.type !== "quantities") return [];
    return value.values.filter(({ unit }) => unit === PROTOTYPE_UNIT).map((one) => ({ ...one, id }));
  });
  const [most] = shown.sort((a, b) => b.value - a.value);
  if (top === undefined || most === undefined || most.value < PROTOTYPE_FROM || most.name === top.label) return [];
  const text = `by FACS the action units show the prototype of ${most.name} (agreement ${most.value.toFixed(2)} of 1) [${most.id}]`;
  return [`    ~ ${style.dim(wrap(`${text}, which is not what is read`, style.columns - 6, " ".repeat(6)))}`];
}

function shortVerdict(claim: CheckedClaim): string {
  if (claim.verdict !== "supported") return describeVerdict(claim);
  return claim.basis === "citation" ? "cited" : "agrees";
}

function fails({ verdict }: CheckedClaim): boolean {
  return verdict === "contradicted" || verdict === "disputed" || verdict === "uncited";
}
