import { basename } from "node:path";
import { contextEffect } from "../domain/context-effect.ts";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import { type CheckedClaim, supportShares } from "../domain/grounding.ts";
import type { Reading, SubjectJudgment } from "../domain/judgment.ts";
import type { Face } from "../domain/measurement.ts";
import { type ReadingRow, readingRows } from "../domain/reading-rows.ts";
import type { Report } from "../domain/report.ts";
import { visibleText } from "../platform/visible-text.ts";
import { actionUnitRegion } from "../render/face-regions.ts";
import { accentOf } from "../render/overlay.ts";
import { sceneLayers } from "../render/overlay-scene.ts";
import type { ClipView } from "./clip-view.ts";
import type { ClaimView, EvidenceView, ReadingView, ReportView, SubjectView, TextPart } from "./report-view.ts";
import { viewOfClip } from "./view-clip.ts";
import { faceView } from "./view-face.ts";
import { spentInWords, viewOfTrace } from "./view-trace.ts";

/** Text on objects and tabs, as a share of the image's longer side. */
const FONT_SHARE = 1 / 62;

/** What a page shows of a report. */
export function viewOf(report: Report): ReportView {
  const { provenance, judgment, faces, evidence, grounding } = report;
  const { widthPx, heightPx } = provenance.image;
  const cited = new Set([
    ...grounding.claims.flatMap(({ evidenceIds }) => evidenceIds),
    ...textParts(judgment.answer).flatMap(({ ids }) => ids),
  ]);
  const layers = sceneLayers(evidence, faces, {
    scale: 1,
    fontPx: Math.max(widthPx, heightPx) * FONT_SHARE,
    frame: { widthPx, heightPx },
    accentOf,
  });
  return {
    name: visibleText(basename(provenance.image.path)),
    widthPx,
    heightPx,
    question: visibleText(provenance.question),
    context: provenance.context === null ? null : visibleText(provenance.context),
    judge: judgeInWords(provenance),
    answer: textParts(visibleText(judgment.answer)),
    faces: faces.map((face, index) => ({
      ...faceView(face, index, evidence),
      isInImage: report.clip?.inKeyFrame.includes(face.faceId) ?? true,
    })),
    subjects: judgment.subjects.map((subject) => subjectView(subject, report)),
    scene: { objects: layers.objects.join(""), bodies: layers.bodies.join(""), looks: layers.looks.join("") },
    evidence: evidence.map((item) => evidenceView(item, faces, cited)),
    clip: report.clip === undefined ? null : clipView(report, report.clip),
    grounding: groundingInWords(grounding),
    warnings: report.warnings.map(visibleText),
    sent: provenance.sent,
    spent: spentInWords(provenance),
    trace: viewOfTrace(report.trace),
  };
}

function clipView({ faces, evidence, judgment }: Report, clip: NonNullable<Report["clip"]>): ClipView {
  const people = faces.map(({ faceId }) => ({ faceId, name: faceId }));
  return viewOfClip({ clip, people, items: evidence, subjects: judgment.subjects });
}

function judgeInWords({ model, sent }: Report["provenance"]): string {
  if (model.id === "rules") return "rules: fixed rules over measurements and words, not a language model";
  const where = model.remote
    ? `sent to ${sent.map(({ server }) => server).join(", ") || "its server"}`
    : "on this machine";
  const replayed = model.replayedFrom !== undefined && `replayed from ${model.replayedFrom}: nobody was asked`;
  return `${model.id} (${model.mode === "agent" ? "with tools" : "in one pass"}, ${replayed || where})`;
}

/** Texts cite evidence as `[E12 E13]`. */
function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(/ ?\[(E\d+(?:[ ,;]+E\d+)*)\]/g)) {
    parts.push({ text: text.slice(at, match.index), ids: (match[1] as string).match(/E\d+/g) ?? [] });
    at = match.index + match[0].length;
  }
  return at < text.length ? [...parts, { text: text.slice(at), ids: [] }] : parts;
}

function subjectView(subject: SubjectJudgment, report: Report): SubjectView {
  const { claims } = report.grounding;
  const { faceId, congruence } = subject;
  const checked = (part: CheckedClaim["part"], statement: string) =>
    claims.find((claim) => claim.part === part && claim.faceId === faceId && claim.statement === statement);
  return {
    faceId,
    readings: [
      readingView("face only", subject.faceOnly),
      readingView("context only", subject.contextOnly),
      readingView("integrated", subject.integrated),
    ],
    several: [...overTimeRows(subject), ...severalRows(subject, report)],
    effect: contextEffect(subject),
    cues: subject.cues.map(({ statement, evidenceIds, direction, label }) => ({
      direction,
      label: visibleText(label),
      statement: visibleText(statement),
      ids: evidenceIds,
      check: checkView(checked("cue", statement)),
    })),
    congruence: {
      verdict: congruence.verdict,
      kind: congruence.kind,
      statement: visibleText(congruence.statement),
      ids: congruence.evidenceIds,
      check: checkView(checked("congruence", congruence.statement)),
    },
    alternatives: subject.alternatives,
    appraisals: subject.appraisals.flatMap(({ dimension, value, evidenceIds }) =>
      typeof value === "number" ? [{ dimension, value, ids: evidenceIds }] : [],
    ),
  };
}

/** Of a clip, from stretch to stretch. */
function overTimeRows({ faceId, overTime = [] }: SubjectJudgment): ReadingRow[] {
  return overTime.map(({ fromS, toS, faceOnly, contextOnly, integrated }) => ({
    face: `${faceId ?? "Scene"}, ${fromS.toFixed(1)}-${toS.toFixed(1)} s`,
    faceOnly: firstLabel(faceOnly),
    contextOnly: firstLabel(contextOnly),
    integrated: firstLabel(integrated),
  }));
}

function firstLabel({ distribution, abstention }: Reading): string {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  return top === undefined
    ? `abstained: ${visibleText(abstention ?? "")}`
    : `${visibleText(top.label)} ${top.probability.toFixed(2)}`;
}

function severalRows(subject: SubjectJudgment, report: Report): ReadingRow[] {
  if (report.samples === undefined && report.panel === undefined && report.labelSets === undefined) return [];
  return readingRows(subject, report).map(({ face, faceOnly, contextOnly, integrated }) => ({
    face: visibleText(face),
    faceOnly: visibleText(faceOnly),
    contextOnly: visibleText(contextOnly),
    integrated: visibleText(integrated),
  }));
}

function readingView(name: ReadingView["name"], { distribution, abstention }: Reading): ReadingView {
  const shares = Object.fromEntries(distribution.map(({ label, probability }) => [visibleText(label), probability]));
  return { name, shares, abstention: abstention === null ? null : visibleText(abstention) };
}

function checkView(claim: CheckedClaim | undefined): ClaimView["check"] {
  if (claim === undefined) return null;
  const { verdict, basis, reason } = claim;
  const holds = verdict === "supported" ? true : verdict === "not-measurable" ? null : false;
  const words =
    verdict === "supported" ? (basis === "citation" ? "cites evidence" : "agrees") : verdict.replace("-", " ");
  return { holds, words, reason: visibleText(reason) };
}

function evidenceView(item: EvidenceItem, faces: readonly Face[], cited: ReadonlySet<string>): EvidenceView {
  const { id, kind, faceId, statement, source, region } = item;
  return {
    ...{ id, kind, faceId, statement: visibleText(statement), source: visibleText(source.name) },
    region: region ?? regionOf(item, faces),
    isCited: cited.has(id),
  };
}

function regionOf({ faceId, value }: EvidenceItem, faces: readonly Face[]): PixelBox | null {
  const face = faces.find((each) => each.faceId === faceId);
  const [measurement] = face?.measurements ?? [];
  if (face === undefined || measurement === undefined) return null;
  return (value.type === "action-unit" ? actionUnitRegion(measurement, value.au, value.side) : null) ?? face.box;
}

function groundingInWords(grounding: Report["grounding"]): string {
  if (grounding.shares === null) return "No claim could be checked.";
  const { agreesWithMeasurements, citesEvidence } = supportShares(grounding);
  const { contradicted, disputed, notMeasurable, uncited } = grounding.shares;
  const rest = Object.entries({ contradicted, disputed, "not measurable": notMeasurable, uncited })
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `${percent(share)} ${name}`);
  const told = [
    `${percent(agreesWithMeasurements)} agree with measurements`,
    `${percent(citesEvidence)} cite evidence`,
  ];
  return `${grounding.claims.length} claims were checked: ${[...told, ...rest].join(", ")}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
