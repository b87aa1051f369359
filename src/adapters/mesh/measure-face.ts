import type { PixelBox } from "../../domain/geometry.ts";
import { actionUnitLogits, toMeasurements } from "./action-units.ts";
import { fitToCanonical } from "./canonical-fit.ts";
import { eyeOpennessOf, gazeOf } from "./eyes.ts";
import { appearanceFeatures, toLuma } from "./face-appearance.ts";
import type { FaceCandidate } from "./face-detector.ts";
import { type FaceMesh, readMesh, regionOfMesh } from "./face-mesh.ts";
import { qualityOf, trustOf } from "./face-quality.ts";
import { headPoseOf } from "./head-pose.ts";
import { MESH_TOOLBOX_ID, type MeasuredMesh, type MeshParts } from "./mesh-parts.ts";
import { readExpression } from "./read-expression.ts";
import type { PixelSource } from "./sample-region.ts";

/** Below this the mesh network does not see a face, and the candidate is dropped. */
const MIN_PRESENCE = 0.5;

/** Measures the face at a candidate; `undefined` when the mesh network finds none there. */
export async function measureFace(
  parts: MeshParts,
  source: PixelSource,
  candidate: FaceCandidate,
): Promise<MeasuredMesh | undefined> {
  const first = await readMesh(parts.mesh, source, candidate.region);
  const mesh = await readMesh(parts.mesh, source, regionOfMesh(first.landmarks));
  if (mesh.presence < MIN_PRESENCE) return undefined;
  return describe(parts, source, { mesh, candidate });
}

async function describe(
  parts: MeshParts,
  source: PixelSource,
  { mesh, candidate }: { mesh: FaceMesh; candidate: FaceCandidate },
): Promise<MeasuredMesh> {
  const { model } = parts;
  const fit = fitToCanonical(mesh.landmarks, parts.canonical);
  const features = parts.readFeatures(fit.points);
  const headPose = headPoseOf(fit.rotation);
  const box = boxOf(mesh.landmarks);
  const luma = toLuma(mesh.crop);
  const quality = qualityOf({ box, frame: source, presence: mesh.presence, headPose, crop: luma });
  const appearance = appearanceFeatures(model, luma, mesh.cropLandmarks);
  const logits = actionUnitLogits(model.ausAppearance, features, appearance);
  const eyeOpenness = eyeOpennessOf(model, features);
  const expressions = [];
  for (const network of parts.expressions) {
    expressions.push(await readExpression(network, source, regionOfMesh(mesh.landmarks)));
  }
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
    }),
    expressions,
  };
}

function boxOf(landmarks: Float64Array): PixelBox {
  const region = regionOfMesh(landmarks);
  return {
    leftPx: region.centerXPx - region.widthPx / 2,
    topPx: region.centerYPx - region.heightPx / 2,
    widthPx: region.widthPx,
    heightPx: region.heightPx,
  };
}
