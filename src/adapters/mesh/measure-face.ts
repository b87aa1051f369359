import type { ExpressionReading, FaceFeature } from "../../domain/measurement.ts";
import { hidesExpression, isHidden } from "../../facs/covered-parts.ts";
import { poolExpressions } from "../../facs/expression-pool.ts";
import { actionUnitLogits, poseEffect, recalibrated, toMeasurements } from "./action-units.ts";
import { fitToCanonical, headPoseOf } from "./canonical-fit.ts";
import type { PixelSource } from "./crop.ts";
import { eyeOpennessOf, gazeOf } from "./eyes.ts";
import { appearanceFeatures } from "./face-appearance.ts";
import { checkFace, type FaceCheck, isFace } from "./face-check.ts";
import type { FaceCandidate } from "./face-detector.ts";
import type { FaceFeatures, Features } from "./face-features.ts";
import { boxOfMesh, type FaceMesh, regionOfMesh } from "./face-mesh.ts";
import { qualityOf, trustOf } from "./face-quality.ts";
import { lumaAround } from "./luma-image.ts";
import { MESH_TOOLBOX_ID, type MeasuredMesh, type MeshParts } from "./mesh-parts.ts";
import { readExpression } from "./read-expression.ts";
import { settleMesh } from "./settle-mesh.ts";

/** Room for the blur that precedes the look of the skin. */
const LUMA_MARGIN_PX = 6;

/** Measures the face at a candidate; `undefined` when there is none, or a second look shows that it is none. */
export async function measureFace(
  parts: MeshParts,
  source: PixelSource,
  candidate: FaceCandidate,
): Promise<MeasuredMesh | undefined> {
  const mesh = await settleMesh(parts, source, candidate.region);
  if (mesh === undefined) return undefined;
  const check = await checkFace(parts.check, source, mesh.landmarks);
  return isFace(check, candidate.score) ? describe(parts, source, { mesh, candidate, check }) : undefined;
}

async function describe(
  parts: MeshParts,
  source: PixelSource,
  { mesh, candidate, check }: { mesh: FaceMesh; candidate: FaceCandidate; check: FaceCheck },
): Promise<MeasuredMesh> {
  const { model } = parts;
  const fit = fitToCanonical(mesh.landmarks, parts.canonical);
  const features = parts.readFeatures(fit.points);
  const headPose = headPoseOf(fit.rotation);
  const box = boxOfMesh(mesh.landmarks);
  const luma = lumaAround(mesh.crop, mesh.cropLandmarks, LUMA_MARGIN_PX);
  const covered = new Set(check.covered);
  const quality = qualityOf({ box, frame: source, presence: mesh.presence, headPose, luma, covered: check.covered });
  const appearance = appearanceFeatures(model, luma, mesh.cropLandmarks);
  const raw = actionUnitLogits(model.ausAppearance, features, appearance);
  const logits = recalibrated(raw, (formula) => poseEffect(formula, model, headPose));
  const eyeOpenness = eyeOpennessOf(model, features);
  return {
    toolbox: MESH_TOOLBOX_ID,
    box,
    score: candidate.score,
    landmarks: mesh.landmarks,
    quality,
    headPose,
    gaze: gazeOf(model, fit.points, eyeOpenness),
    eyeOpenness,
    actionUnits: toMeasurements(logits, model, {
      toolbox: MESH_TOOLBOX_ID,
      factors: { headPose, facePx: quality.facePx, trust: trustOf(quality) },
    }).filter((unit) => !isHidden(unit, covered)),
    expressions: hidesExpression(covered)
      ? []
      : await readExpressions(parts.expressions, source, { mesh, quality: quality.overall }),
    features: toFaceFeatures(features, appearance),
  };
}

/** What the networks read together, then what each of them reads. */
async function readExpressions(
  networks: MeshParts["expressions"],
  source: PixelSource,
  { mesh, quality }: { readonly mesh: FaceMesh; readonly quality: number },
): Promise<ExpressionReading[]> {
  const single: ExpressionReading[] = [];
  for (const network of networks) single.push(await readExpression(network, source, regionOfMesh(mesh.landmarks)));
  const pooled = poolExpressions(single, quality);
  return pooled === undefined ? single : [pooled, ...single];
}

/** Derived from the other features, so it is computed again rather than kept. */
const DERIVED = "smile";

/** Features as a measurement carries them. What belongs to no side stands on both. */
function toFaceFeatures({ left, right }: FaceFeatures, appearance: Features): Record<string, FaceFeature> {
  const record: Record<string, FaceFeature> = {};
  for (const [name, value] of left) {
    if (name !== DERIVED) record[name] = { left: value, right: right.get(name) as number };
  }
  for (const [name, value] of appearance) record[name] = { left: value, right: value };
  return record;
}
