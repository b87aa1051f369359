import { basename } from "node:path";
import { contextEffect } from "../domain/context-effect.ts";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import { type CheckedClaim, supportShares } from "../domain/grounding.ts";
import type { Reading, SubjectJudgment } from "../domain/judgment.ts";
import type { Face } from "../domain/measurement.ts";
import { type ReadingRow, readingRows } from "../domain/reading-rows.ts";
import type { Report, TraceStep } from "../domain/report.ts";
import { shareOfScale } from "../domain/scale-range.ts";
import { turnsOf } from "../domain/trace-tree.ts";
import { actionUnit } from "../facs/action-units.ts";
import { visibleText } from "../platform/visible-text.ts";
import { actionUnitRegion, facePartsRegion } from "../render/face-regions.ts";
import { accentOf } from "../render/overlay.ts";
import { faceLayers } from "../render/overlay-face.ts";
import { sceneLayers } from "../render/overlay-scene.ts";
import type {
  ActionUnitView,
  ClaimView,
  EvidenceView,
  FaceView,
  ReadingView,
  ReportView,
  SideView,
  StepView,
  SubjectView,
  TextPart,
} from "./report-view.ts";

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
    faces: faces.map((face, index) => faceView(face, index, evidence)),
    subjects: judgment.subjects.map((subject) => subjectView(subject, report)),
    scene: { objects: layers.objects.join(""), bodies: layers.bodies.join(""), looks: layers.looks.join("") },
    evidence: evidence.map((item) => evidenceView(item, faces, cited)),
    grounding: groundingInWords(grounding),
    warnings: report.warnings.map(visibleText),
    sent: provenance.sent,
    trace: turnsOf(report.trace).map(({ complaint, answer, tools }) => ({
      complaint: complaint === null ? null : visibleText(complaint.output),
      said: stepView(answer),
      tools: tools.map(stepView),
    })),
  };
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

function faceView(face: Face, index: number, evidence: readonly EvidenceItem[]): FaceView {
  const [measurement] = face.measurements;
  const colour = accentOf(index);
  const { mesh, gaze } = measurement ? faceLayers(measurement, { scale: 1, accent: colour }) : { mesh: "", gaze: "" };
  const covered = measurement?.quality?.covered ?? [];
  return {
    faceId: face.faceId,
    box: face.box,
    colour,
    mesh,
    gaze,
    hidden: covered.flatMap((part) => {
      const region = measurement ? facePartsRegion(measurement, [part]) : null;
      return region === null ? [] : [{ part, region }];
    }),
    facts: factsOf(face),
    actionUnits: actionUnitViews(face.faceId, evidence),
  };
}

function factsOf({ measurements, box }: Face): readonly string[] {
  const quality = measurements.find((measurement) => measurement.quality !== null)?.quality;
  const size = `${Math.round(box.widthPx)} x ${Math.round(box.heightPx)} px`;
  if (!quality) return [size];
  const covered = quality.covered?.length ? [`hidden: ${quality.covered.join(", ")}`] : [];
  return [size, `quality ${quality.overall.toFixed(2)} of 1`, ...quality.warnings.map(visibleText), ...covered];
}

/** The first toolbox's units, those shown first; others stand among the evidence. */
function actionUnitViews(faceId: string, evidence: readonly EvidenceItem[]): readonly ActionUnitView[] {
  const items = evidence.filter((item) => item.faceId === faceId && item.value.type === "action-unit");
  const toolbox = items[0]?.source.name;
  const units = new Map<string, SideView[]>();
  for (const { id, value, source } of items) {
    if (value.type !== "action-unit" || source.name !== toolbox) continue;
    const sides = units.get(value.au) ?? [];
    units.set(value.au, sides);
    sides.push({
      side: value.side,
      share: Math.min(1, Math.max(0, shareOfScale(value.value, value.scale))),
      text: value.scale === "probability" ? value.value.toFixed(2) : `${value.value.toFixed(1)} (${value.scale})`,
      presence: value.presence,
      trust: value.weight,
      id,
    });
  }
  const most = (sides: readonly SideView[]) =>
    Math.max(...sides.map(({ presence, share }) => (presence === "present" ? 1 : 0) + share));
  return [...units]
    .map(([au, sides]) => ({ au, name: actionUnit(au)?.name ?? "", sides }))
    .sort((a, b) => most(b.sides) - most(a.sides));
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
    several: severalRows(subject, report),
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

function stepView({ name, input, output, durationMs, tokens }: TraceStep): StepView {
  const time =
    durationMs === null
      ? ""
      : durationMs < 1000
        ? `${Math.round(durationMs)} ms`
        : `${(durationMs / 1000).toFixed(1)} s`;
  const counted = tokens?.input == null ? "" : `${tokens.input} + ${tokens.output ?? 0} tokens`;
  return {
    name: visibleText(name),
    input: input === null ? null : visibleText(input),
    output: visibleText(output),
    took: [time, counted].filter((part) => part !== "").join(", "),
  };
}
