import type { EvidenceItem } from "../../domain/evidence.ts";
import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import type { ActionUnitMeasurement } from "../../domain/measurement.ts";
import { type ActivationVector, activationVectors } from "../../facs/activation.ts";
import { basicLabelOf } from "../../facs/basic-label.ts";
import { disagreement, poolReadings, widened } from "../../facs/cue-integration.ts";
import { type RuleScore, rulesAsDistribution, scoreRules } from "../../facs/emotion-rules.ts";
import { fittedPool, isExpressionPool } from "../../facs/expression-pool.ts";
import { readSmiles, type SmileReading } from "../../facs/smile-types.ts";
import { type EvidenceView, quantity } from "./evidence-view.ts";
import { withExemplars } from "./exemplar-votes.ts";
import { integrationSettings, priorDistribution } from "./integration-settings.ts";

/** One reading of one face, and who gave it. */
export interface ReadingSource {
  readonly type: "expression" | "rules";
  /** Network or toolbox, e.g. `face-api-expression@1.7.15`. */
  readonly name: string;
  /** Over all basic labels. */
  readonly distribution: readonly LabelProbability[];
  /** As the source itself gives it, over the labels that it knows. */
  readonly own: readonly LabelProbability[];
  readonly weight: number;
  readonly evidenceIds: readonly string[];
}

/** p(e|face) with all that it rests on. */
export interface FaceReading {
  readonly faceId: string;
  /** `null` when the baseline abstains. */
  readonly distribution: readonly LabelProbability[] | null;
  /** Why it abstains. */
  readonly abstention: string | null;
  readonly sources: readonly ReadingSource[];
  /** 0 when the sources agree, 1 when they exclude each other. */
  readonly disagreement: number;
  /** One for each toolbox and scale. */
  readonly vectors: readonly { readonly vector: ActivationVector; readonly scores: readonly RuleScore[] }[];
}

/**
 * Reads one face alone: what observers are expected to perceive in it. Every expression network is a source, and so are
 * the emotion rules over each toolbox's action units. Sources that the fitted pool knows are weighed by it; others have
 * the same say, widened toward the prior where they disagree and where the face cannot be trusted.
 */
export function readFace(view: EvidenceView, faceId: string): FaceReading {
  const items = view.ofFace(faceId);
  const vectors = activationVectors(items.flatMap(measurementIn)).map((vector) => ({
    vector,
    scores: scoreRules(vector),
  }));
  const sources = [...expressionSources(items), ...vectors.flatMap((one) => ruleSource(one, items))];
  const apart = disagreement(sources);
  const base = { faceId, sources, disagreement: apart, vectors };
  const abstention = reasonToAbstain(items, sources);
  const quality = quantity(items, "quality", "overall") ?? 1;
  const read = abstention === null ? perceived(sources, { apart, quality }) : null;
  if (read === null) return { ...base, distribution: null, abstention: abstention ?? "nothing was measured on it" };
  return { ...base, distribution: withExemplars(read, view, faceId), abstention: null };
}

function perceived(
  sources: readonly ReadingSource[],
  { apart, quality }: { readonly apart: number; readonly quality: number },
): LabelProbability[] | null {
  const networks = sources.filter(({ type }) => type === "expression");
  const rules = poolReadings(sources.filter(({ type }) => type === "rules"));
  const readings = networks.map(({ name, own }) => ({ source: name, distribution: own }));
  const fitted = fittedPool(readings, { quality, rules });
  if (fitted !== undefined) return fitted;
  const pooled = poolReadings(sources);
  const { disagreementWidens, poorQualityWidens } = integrationSettings();
  const share = Math.min(1, disagreementWidens * apart + poorQualityWidens * (1 - quality));
  return pooled === null ? null : widened(pooled, priorDistribution(), share);
}

function reasonToAbstain(items: readonly EvidenceItem[], sources: readonly ReadingSource[]): string | null {
  const { minimumFacePx, minimumQuality } = integrationSettings();
  const facePx = quantity(items, "quality", "facePx");
  if (facePx !== undefined && facePx < minimumFacePx) {
    return `The face is ${Math.round(facePx)} px wide, too small to be read`;
  }
  const quality = quantity(items, "quality", "overall");
  if (quality !== undefined && quality < minimumQuality) {
    return `The quality of the face is ${quality.toFixed(2)} of 1, too poor to be read`;
  }
  return sources.length === 0 ? "No expression and too few action units were measured on this face" : null;
}

function measurementIn(item: EvidenceItem): Omit<ActionUnitMeasurement, "estimated">[] {
  if (item.value.type !== "action-unit") return [];
  const { au, side, value, scale, weight } = item.value;
  return [{ au, side, value, scale, weight, toolbox: item.source.name }];
}

function expressionSources(items: readonly EvidenceItem[]): ReadingSource[] {
  const readings = items.filter(({ kind }) => kind === "expression");
  const single = readings.filter(({ source }) => !isExpressionPool(source.name));
  // A pool says nothing that the readings in it do not say: it counts only where they are not known.
  return (single.length > 0 ? single : readings).flatMap((item): ReadingSource[] => {
    if (item.value.type !== "distribution") return [];
    const basic = item.value.distribution.flatMap(({ label, probability }) => {
      const known = basicLabelOf(label);
      return known === undefined ? [] : [{ label: known, probability }];
    });
    if (!basic.some(({ probability }) => probability > 0)) return [];
    const { expression } = integrationSettings().sourceWeights;
    const { name } = item.source;
    const distribution = overBasicLabels(basic);
    return [{ type: "expression", name, distribution, own: basic, weight: expression, evidenceIds: [item.id] }];
  });
}

/** A label that a network does not know (face-api has no contempt) keeps its prior share: it is not ruled out. */
function overBasicLabels(known: readonly LabelProbability[]): LabelProbability[] {
  const prior = priorDistribution();
  const unknown = prior.filter(({ label }) => !known.some((entry) => entry.label === label));
  const rest = unknown.reduce((sum, { probability }) => sum + probability, 0);
  const total = known.reduce((sum, { probability }) => sum + probability, 0);
  return [...known.map((entry) => ({ ...entry, probability: ((1 - rest) * entry.probability) / total })), ...unknown];
}

/** The rules of one toolbox as a source: the softmax of their logits, weighed by the share of emotions it can score. */
function ruleSource(
  { vector, scores }: FaceReading["vectors"][number],
  items: readonly EvidenceItem[],
): ReadingSource[] {
  const known = rulesAsDistribution(scores);
  // One emotion alone has nothing to be compared with.
  if (known.length < 2) return [];
  const evidenceIds = items
    .filter(({ source, value }) => {
      return value.type === "action-unit" && source.name === vector.toolbox && value.scale === vector.scale;
    })
    .map(({ id }) => id);
  const weight = (integrationSettings().sourceWeights.rules * known.length) / BASIC_LABELS.length;
  return [
    { type: "rules", name: vector.toolbox, distribution: overBasicLabels(known), own: known, weight, evidenceIds },
  ];
}

/** What each toolbox's action units, with head pose and gaze, say of each type of smile on a face. */
export function smileReadings(view: EvidenceView, face: FaceReading): SmileReading[] {
  const items = view.ofFace(face.faceId);
  const angles = (kind: "head-pose" | "gaze") => ({
    yawRad: quantity(items, kind, "yawRad"),
    pitchRad: quantity(items, kind, "pitchRad"),
  });
  const [head, gaze] = [angles("head-pose"), angles("gaze")];
  const direction = {
    headPose: head.pitchRad === undefined ? null : { yawRad: head.yawRad ?? 0, pitchRad: head.pitchRad, rollRad: 0 },
    gaze: gaze.pitchRad === undefined ? null : { yawRad: gaze.yawRad ?? 0, pitchRad: gaze.pitchRad },
  };
  return face.vectors.flatMap(({ vector }) => readSmiles(vector, direction));
}
