import { basename } from "node:path";
import { contextEffect } from "../domain/context-effect.ts";
import { type CheckedClaim, type GroundingVerdict, supportShares } from "../domain/grounding.ts";
import type { CoreAffect, Cue, Reading, SubjectJudgment } from "../domain/judgment.ts";
import type { Face } from "../domain/measurement.ts";
import type { Report } from "../domain/report.ts";
import { renderJudges } from "./terminal-judges.ts";
import { bar, firstWords, plain, shortSpan, type TerminalStyle, wrap } from "./terminal-style.ts";

const BAR_CELLS = 24;
const LABELS_SHOWN = 4;
const DISSENT_SHOWN = 5;

/** A report as a person reads it in a terminal: answer, readings, cues with their evidence, what context changed, warnings. */
export function renderTerminalReport(report: Report, style: TerminalStyle): string {
  const sections = [
    renderHead(report, style, { full: true }),
    ...report.judgment.subjects.map((subject) => renderSubject(subject, report, style)),
    renderJudges(report, style, { full: true }),
    renderGrounding(report, style),
    renderEvidence(report, style),
    renderSent(report, style),
    renderWarnings(report.warnings, style),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** What was asked of what, the answer, and who judged. */
export function renderHead(
  { provenance, faces, judgment }: Report,
  style: TerminalStyle,
  { full }: { readonly full: boolean },
): string {
  const { image, model, toolboxes } = provenance;
  const facts = [
    `${image.widthPx} x ${image.heightPx} px`,
    faces.length === 1 ? "1 face" : `${faces.length} faces`,
    toolboxes.map((toolbox) => toolbox.id).join(", "),
  ];
  const lines = [`${style.bold(basename(image.path))}  ${style.dim(facts.join(" · "))}`, ""];
  const label = (name: string) => style.dim(name.padEnd(10));
  const paragraph = (name: string, text: string) =>
    lines.push(label(name) + wrap(plain(text), style.columns - 10, " ".repeat(10)));
  const given = (text: string) => (full ? text : firstWords(text));
  paragraph("Question", given(provenance.question));
  if (provenance.context !== null) paragraph("Context", given(provenance.context));
  paragraph("Answer", judgment.answer);
  paragraph("Judge", judgeLine(model));
  return lines.join("\n");
}

/** The one line that says who judged. */
function judgeLine({ id, mode, remote, replayedFrom }: Report["provenance"]["model"]): string {
  if (id === "rules") return "rules: fixed rules over measurements and words, not a language model";
  if (replayedFrom !== undefined) return `${id} (${mode}), replayed from ${replayedFrom}: nobody was asked`;
  return `${id} (${mode}${remote ? ", remote" : ""})`;
}

function firstLabel({ distribution }: Reading): string {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  return top === undefined ? "abstained" : `${plain(top.label)} ${top.probability.toFixed(2)}`;
}

function renderSubject(subject: SubjectJudgment, report: Report, style: TerminalStyle): string {
  const face = report.faces.find((candidate) => candidate.faceId === subject.faceId);
  const lines = [
    `${style.bold(subject.faceId ?? "Scene")}  ${style.dim(wrap(face === undefined ? "no face: context alone" : describeFace(face), style.columns - 4, "    "))}`,
    ...renderReading("face only", subject.faceOnly, style),
    ...renderReading("context only", subject.contextOnly, style),
    ...renderReading("integrated", subject.integrated, style),
  ];
  for (const readings of subject.overTime ?? []) {
    const told = [
      `face only ${firstLabel(readings.faceOnly)}`,
      `context only ${firstLabel(readings.contextOnly)}`,
      `integrated ${firstLabel(readings.integrated)}`,
    ];
    lines.push(entry(shortSpan(readings), told.join(", "), style));
  }
  const effect = contextEffect(subject);
  if (effect !== null)
    lines.push(`  ${style.dim("context".padEnd(14))}${wrap(effect, style.columns - 16, " ".repeat(16))}`);
  lines.push(...renderCues(subject, report, style));
  lines.push(...renderDissent(subject.faceId, report, style));
  const { congruence } = subject;
  const kind = congruence.kind === null ? "" : ` (${plain(congruence.kind)})`;
  const cited = congruence.evidenceIds.length === 0 ? "" : ` [${congruence.evidenceIds.join(" ")}]`;
  lines.push(entry("congruence", `${congruence.verdict}${kind}: ${plain(congruence.statement)}${cited}`, style));
  for (const alternative of subject.alternatives) {
    lines.push(entry("or", `${plain(alternative.label)}: ${plain(alternative.whatWouldDecide)}`, style));
  }
  const appraised = subject.appraisals.filter((appraisal) => appraisal.value !== "not inferable");
  if (appraised.length > 0) {
    const text = appraised
      .map((one) => `${one.dimension} ${signed(Number(one.value))} [${one.evidenceIds.join(" ")}]`)
      .join(", ");
    lines.push(entry("appraisals", text, style));
  }
  return lines.join("\n");
}

function entry(name: string, text: string, style: TerminalStyle): string {
  return `  ${style.dim(name.padEnd(14))}${wrap(text, style.columns - 16, " ".repeat(16))}`;
}

function describeFace({ box, measurements }: Face): string {
  const parts = [
    `${Math.round(box.widthPx)} x ${Math.round(box.heightPx)} px at ${Math.round(box.leftPx)},${Math.round(box.topPx)}`,
  ];
  const measured = measurements.find((measurement) => measurement.quality !== null);
  if (measured?.quality) parts.push(`quality ${measured.quality.overall.toFixed(2)}`);
  parts.push(...(measured?.quality?.warnings ?? []));
  if (measured?.headPose) {
    const { yawRad, pitchRad, rollRad } = measured.headPose;
    parts.push(`yaw ${degrees(yawRad)}, pitch ${degrees(pitchRad)}, roll ${degrees(rollRad)}`);
  }
  return parts.join(" · ");
}

function renderReading(name: string, reading: Reading, style: TerminalStyle): string[] {
  const head = `  ${style.dim(name.padEnd(14))}`;
  if (reading.abstention !== null)
    return [head + style.doubtful(wrap(`abstained: ${plain(reading.abstention)}`, style.columns - 16, " ".repeat(16)))];
  const ranked = [...reading.distribution].sort((a, b) => b.probability - a.probability);
  const shown = ranked.slice(0, LABELS_SHOWN).filter(({ probability }, index) => index === 0 || probability >= 0.02);
  const lines = shown.map(({ label, probability, novel }, index) => {
    const text = `${plain(label).padEnd(14)} ${probability.toFixed(2)} ${bar(probability, BAR_CELLS)}${novel ? style.doubtful(" novel") : ""}`;
    return (index === 0 ? head : " ".repeat(16)) + text;
  });
  const affect = [describeAffect("valence", reading.valence), describeAffect("arousal", reading.arousal)].filter(
    (text) => text !== "",
  );
  if (affect.length > 0) lines.push(" ".repeat(16) + style.dim(affect.join("   ")));
  return lines;
}

function describeAffect(name: string, affect: CoreAffect | null): string {
  return affect === null ? "" : `${name} ${signed(affect.value)} [${signed(affect.low)}, ${signed(affect.high)}]`;
}

function renderCues(subject: SubjectJudgment, report: Report, style: TerminalStyle): string[] {
  return subject.cues.map((cue, index) => {
    const claim = claimOf(cue, subject, report);
    const verdict = claim === undefined ? "" : ` ${verdictColor(claim.verdict, style)(describeVerdict(claim))}`;
    const sign = cue.direction === "for" ? "+" : "-";
    const text = `${sign} ${plain(cue.label)}: ${plain(cue.statement)} [${cue.evidenceIds.join(" ")}]`;
    return `  ${style.dim((index === 0 ? "cues" : "").padEnd(14))}${wrap(text, style.columns - 18, " ".repeat(18))}${verdict}`;
  });
}

/** Where toolboxes contradict each other on this face, also about what no cue mentions. */
function renderDissent(faceId: string | null, { evidence }: Report, style: TerminalStyle): string[] {
  const disputed = evidence.filter(({ kind, faceId: about, value }) => {
    return kind === "consensus" && about === faceId && value.type === "quantity" && value.value > 0 && value.value < 1;
  });
  if (disputed.length === 0) return [];
  const shown = disputed.slice(0, DISSENT_SHOWN).map(({ id, statement }) => `${plain(statement)} [${id}]`);
  const more = disputed.length - shown.length;
  if (more > 0) shown.push(`and ${more} more action units: see the items of kind consensus in the whole report`);
  return shown.map((text, index) => entry(index === 0 ? "toolboxes" : "", text, style));
}

/** The check of a cue, `undefined` when it was not checked. */
export function claimOf(cue: Cue, subject: SubjectJudgment, report: Report): CheckedClaim | undefined {
  return report.grounding.claims.find(
    (claim) => claim.part === "cue" && claim.faceId === subject.faceId && claim.statement === cue.statement,
  );
}

/** A verdict in words. */
export function describeVerdict(claim: CheckedClaim): string {
  if (claim.verdict === "supported") return claim.basis === "citation" ? "cites evidence" : "agrees with measurements";
  return `${claim.verdict.replace("-", " ")}: ${plain(claim.reason)}`;
}

/** The dress of a verdict. */
export function verdictColor(verdict: GroundingVerdict, style: TerminalStyle): (text: string) => string {
  if (verdict === "supported") return style.good;
  return verdict === "contradicted" || verdict === "uncited" ? style.bad : style.doubtful;
}

/** How many claims hold, and by what. */
export function renderGrounding({ grounding }: Report, style: TerminalStyle): string {
  if (grounding.shares === null) return `${style.bold("Grounding")}  ungrounded: no claim could be checked`;
  const { agreesWithMeasurements, citesEvidence } = supportShares(grounding);
  const { contradicted, disputed, notMeasurable, uncited } = grounding.shares;
  const shares = [
    style.good(`${percent(agreesWithMeasurements)} agree with measurements`),
    `${percent(citesEvidence)} cite evidence`,
    (contradicted > 0 ? style.bad : style.dim)(`${percent(contradicted)} contradicted`),
    ...(disputed > 0 ? [style.doubtful(`${percent(disputed)} disputed`)] : []),
    style.dim(`${percent(notMeasurable)} not measurable`),
    (uncited > 0 ? style.bad : style.dim)(`${percent(uncited)} uncited`),
  ];
  const again = grounding.askedAgain
    ? "\n           the model was asked again about contradictions; what remains is shown"
    : "";
  return `${style.bold("Grounding")}  ${grounding.claims.length} claims: ${shares.join(", ")}${again}`;
}

function renderEvidence({ evidence, grounding }: Report, style: TerminalStyle): string {
  const cited = new Set(grounding.claims.flatMap((claim) => claim.evidenceIds));
  const items = evidence.filter((item) => cited.has(item.id));
  if (items.length === 0) return "";
  const lines = items.map((item) => {
    const text = `${item.faceId ?? "scene"}: ${plain(item.statement)}`;
    return `  ${item.id.padEnd(5)}${wrap(text, style.columns - 7, " ".repeat(7))} ${style.dim(`(${plain(item.source.name)})`)}`;
  });
  return [
    `${style.bold("Evidence")}  ${style.dim(`${items.length} of ${evidence.length} items are cited`)}`,
    ...lines,
  ].join("\n");
}

/** What was sent, and where. */
function renderSent({ provenance: { sent } }: Report, style: TerminalStyle): string {
  const lines = sent.map(({ server, requests, bytes, images }) => {
    const shown =
      images.length === 0 ? "no image" : `${images.length} images (${images.map(({ caption }) => caption).join("; ")})`;
    return wrap(
      plain(`${server}: ${requests} requests, ${Math.ceil(bytes / 1000)} kB, ${shown}`),
      style.columns - 6,
      "      ",
    );
  });
  return lines.length === 0 ? "" : `${style.bold("Sent")}  ${lines.join("\n      ")}`;
}

/** What to beware of, one paragraph each. */
export function renderWarnings(warnings: readonly string[], style: TerminalStyle): string {
  return warnings
    .map((warning) => `${style.doubtful("!")} ${wrap(plain(warning), style.columns - 2, "  ")}`)
    .join("\n");
}

function degrees(radians: number): string {
  return `${signed((radians * 180) / Math.PI, 0)}°`;
}

function signed(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
