import { basename } from "node:path";
import { contextEffect } from "../domain/context-effect.ts";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { PixelBox } from "../domain/geometry.ts";
import { type CheckedClaim, supportShares } from "../domain/grounding.ts";
import type { Reading, SubjectJudgment } from "../domain/judgment.ts";
import type { Face, Scale, Side } from "../domain/measurement.ts";
import { PRESENCE_BANDS } from "../domain/presence.ts";
import { type ReadingRow, readingRows } from "../domain/reading-rows.ts";
import type { Report, TraceStep } from "../domain/report.ts";
import { turnsOf } from "../domain/trace-tree.ts";
import { actionUnit } from "../facs/action-units.ts";
import { visibleText } from "../platform/visible-text.ts";
import { actionUnitRegion, facePartsRegion } from "../render/face-regions.ts";
import { accentOf } from "../render/overlay.ts";
import { faceLayers } from "../render/overlay-face.ts";
import { sceneLayers } from "../render/overlay-scene.ts";

/** A report as a page shows it: words chosen, evidence placed in the image, nothing left to look up. */
export interface ReportView {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly question: string;
  readonly context: string | null;
  /** Who judged, and whether anything left this machine. */
  readonly judge: string;
  readonly answer: readonly TextPart[];
  readonly faces: readonly FaceView[];
  readonly subjects: readonly SubjectView[];
  readonly scene: SceneView;
  readonly evidence: readonly EvidenceView[];
  readonly grounding: string;
  readonly warnings: readonly string[];
  readonly trace: readonly TurnView[];
}

/** A piece of text, and the evidence that it cites behind it. */
export interface TextPart {
  readonly text: string;
  readonly ids: readonly string[];
}

/** One face in the image. Layers are SVG in source pixels, empty where they were not measured. */
export interface FaceView {
  readonly faceId: string;
  readonly box: PixelBox;
  readonly colour: string;
  readonly mesh: string;
  readonly gaze: string;
  readonly hidden: readonly { readonly part: string; readonly region: PixelBox }[];
  readonly facts: readonly string[];
  readonly actionUnits: readonly ActionUnitView[];
}

interface SceneView {
  readonly objects: string;
  readonly bodies: string;
  readonly looks: string;
}

/** One action unit of a face: what was measured on each side. */
export interface ActionUnitView {
  readonly au: string;
  readonly name: string;
  readonly sides: readonly SideView[];
}

interface SideView {
  readonly side: Side;
  /** 0..1 of its scale, for a bar. */
  readonly share: number;
  readonly text: string;
  readonly presence: "present" | "absent" | "uncertain";
  /** How far to trust it, 0..1; `null` when the toolbox does not say. */
  readonly trust: number | null;
  readonly id: string;
}

/** The judgment of a face, or of the scene. */
export interface SubjectView {
  readonly faceId: string | null;
  readonly readings: readonly ReadingView[];
  /** Of several samples, a panel or a level: the spread, each judge, the labels that hold. Empty for one plain answer. */
  readonly several: readonly ReadingRow[];
  /** What the context changed, in one sentence; `null` when a reading abstained. */
  readonly effect: string | null;
  readonly cues: readonly (ClaimView & { readonly direction: "for" | "against"; readonly label: string })[];
  readonly congruence: ClaimView & { readonly verdict: string; readonly kind: string | null };
  readonly alternatives: readonly { readonly label: string; readonly whatWouldDecide: string }[];
  readonly appraisals: readonly {
    readonly dimension: string;
    readonly value: number;
    readonly ids: readonly string[];
  }[];
}

export interface ReadingView {
  readonly name: "face only" | "context only" | "integrated";
  /** By label; empty when it abstained. */
  readonly shares: Readonly<Record<string, number>>;
  readonly abstention: string | null;
}

interface ClaimView {
  readonly statement: string;
  readonly ids: readonly string[];
  /** What came of holding it against the measurements; `null` when it was not checked. */
  readonly check: { readonly holds: boolean | null; readonly words: string; readonly reason: string } | null;
}

/** One thing that can be cited, with where it is seen. */
export interface EvidenceView {
  readonly id: string;
  readonly kind: string;
  readonly faceId: string | null;
  readonly statement: string;
  readonly source: string;
  readonly region: PixelBox | null;
  readonly isCited: boolean;
}

export interface TurnView {
  readonly complaint: string | null;
  readonly said: StepView;
  readonly tools: readonly StepView[];
}

interface StepView {
  readonly name: string;
  readonly input: string | null;
  readonly output: string;
  readonly took: string;
}

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
  return `${model.id} (${model.mode === "agent" ? "with tools" : "in one pass"}, ${where})`;
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
      share: shareOf(value.value, value.scale),
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

/** Where a value stands on its scale, 0..1; log-odds as the probability that they are. */
function shareOf(value: number, scale: Scale): number {
  if (scale === "log-odds") return 1 / (1 + Math.exp(-value));
  const full = { probability: 1, binary: 1, "intensity-0-5": 5, "percent-0-100": 100 }[scale];
  return Math.min(1, Math.max(0, value / full));
}

/** From where on a bar an action unit counts as present. */
export const PRESENT_FROM = PRESENCE_BANDS.probability.presentFrom;

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
